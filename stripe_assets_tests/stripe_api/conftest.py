"""A server that gives the answers that a test sets, over real HTTP on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson
import pytest

from stripe_assets.stripe_api import ApiKey, Budget, Limits, StripeApi, parse_api_key

BODY = "MadeUpForTheseTests00p7dc"
KEY = "sk_test_" + BODY


@dataclass
class Say:
    """One answer.

    `cut`: the server sends only that many bytes of the body. `drop`: the server closes the
    connection without an answer. `drip`: seconds between two bytes of the body.
    """

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    drop: bool = False
    delay: float = 0.0
    drip: float = 0.0


@dataclass
class Asked:
    method: str
    target: str
    headers: dict[str, str]
    at: float
    port: int
    """Of the client: one for each connection."""


class Script:
    """The answers that the server gives, one after another. It repeats the last one."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.base = f"http://127.0.0.1:{server.server_address[1]}"
        self.answers: list[Say] = [Say()]
        self.asked: list[Asked] = []
        self.lock = threading.Lock()

    def says(self, *answers: Say) -> None:
        self.answers = list(answers)

    def next(self, asked: Asked) -> Say:
        with self.lock:
            self.asked.append(asked)
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        port = self.client_address[1]
        say = self.script.next(Asked(self.command, self.path, headers, time.monotonic(), port))
        time.sleep(say.delay)
        if say.drop:
            self.close_connection = True
            return
        body = say.body if isinstance(say.body, bytes) else orjson.dumps(say.body)
        self.send_response_only(say.status)
        sent = {
            "Date": self.date_time_string(),
            "Content-Type": "application/json",
            "Request-Id": "req_1",
        } | say.headers
        for name, value in (sent | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        if say.drip:
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(say.drip)
            return
        self.wfile.write(body[: say.cut])
        self.close_connection = say.cut is not None

    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Prints nothing: in some tests the client leaves early, for instance after its timeout."""


@pytest.fixture
def stripe() -> Iterator[Script]:
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    script = Script(server)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"script": script})
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    yield script
    server.shutdown()
    server.server_close()


@pytest.fixture
def key() -> ApiKey:
    return parse_api_key("acme", KEY)


@pytest.fixture
def api(stripe: Script, key: ApiKey) -> Callable[..., StripeApi]:
    """Returns a function that makes a client of the scripted server. The client waits only a moment
    before it tries again. The options are those of StripeApi."""

    def make(**options: Any) -> StripeApi:
        unlimited = Budget(Limits(account=0, endpoint=0))
        return StripeApi(
            **{
                "key": key,
                "base": stripe.base,
                "budget": unlimited,
                "api_version": "2026-10-28.endive",
                "backoff": 0.01,
            }
            | options
        )

    return make
