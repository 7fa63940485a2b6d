"""The sandbox in this process, with a hand on each of its answers.

A test says which answers become false. The requests come over HTTP as to any server.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.http.connections import drop
from stripe_assets.sandbox.http.control.table import PREFIX, answer
from stripe_assets.sandbox.http.running import server_of
from stripe_assets.sandbox.http.server import App
from stripe_assets.sandbox.settings import Settings
from stripe_assets_tests.sync.holes.asked import Asked

PAGE = 5
"""The most objects of a page: so a small account has lists of several pages."""
PAGES = {"/v1/accounts": 1}
"""Lists with smaller pages."""
MOST_REQUESTS = 6_000
"""A run that sends more would never end."""

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False
    """The connection ends after half of the body."""
    dropped: bool = False
    """The connection ends without an answer."""

    def json(self) -> Any:
        return orjson.loads(self.body)

    def saying(self, body: object, status: int | None = None) -> Answer:
        """The same answer with another body. Bytes are sent as they are, the rest as JSON."""
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        return replace(self, body=raw, status=status or self.status)


@dataclass(frozen=True, slots=True)
class Fact:
    """What Stripe itself does not show to the key, for ever: a model, or one parent's nested
    list."""

    account: str
    """The `Stripe-Account` header. Empty: the key's own account."""
    path: str
    model: str
    status: int
    message: str
    parent: str = ""
    """The parent whose list it is. Empty: it is a whole model."""

    def concerns(self, asked: Asked) -> bool:
        below = asked.path == self.path or asked.path.startswith(f"{self.path}/")
        return below and asked.account == self.account

    def answer(self, true: Answer) -> Answer:
        error = {"message": self.message, "type": "invalid_request_error"}
        return true.saying({"error": error}, self.status)


Hand = Callable[[Asked, Answer], Answer]
"""Gets a request and its true answer, and returns what is sent."""


@dataclass
class Meter:
    """Counts the requests of a run, and stops one that does not end."""

    stop: Callable[[], None] = field(default=lambda: None)
    requests: int = 0

    @property
    def too_many(self) -> bool:
        return self.requests > MOST_REQUESTS

    def count(self) -> None:
        self.requests += 1
        if self.too_many:
            self.stop()


class FaultySandbox(Sandbox):
    """Use it as a context manager, like the sandbox in a process of its own.

    `page`: the most objects of a page. None: as many as are asked for.
    """

    def __init__(self, page: int | None = PAGE) -> None:
        super().__init__()
        self._page = page
        self.hand: Hand | None = None
        """None: every answer is true."""
        self.meter = Meter()
        self.facts: Sequence[Fact] = ()
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None

    def start(self) -> Self:
        listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server = server_of(self)
        run = self._server.run
        self._thread = threading.Thread(target=run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join()

    def begin(self, now: int, seed: int = 1) -> None:
        """Starts over with the accounts alone. `now`: Unix seconds."""
        self._app = App(World.of(Settings(now=now, seed=seed, empty=True)))
        self.hand, self.meter, self.facts = None, Meter(), ()

    @property
    def world(self) -> World:
        return self._app.world

    def control(self, what: str, method: str = "POST", **body: Any) -> Any:
        path, _, query = what.partition("?")
        self.world.catch_up()
        raw = orjson.dumps(body) if body else b""
        reply = answer(self.world, method, f"{PREFIX}/{path}", query, raw)
        said = orjson.loads(reply.body)
        if reply.status != 200:
            raise ValueError(said["error"])
        return said

    def true_answer(self, asked: Asked, headers: Headers, *, capped: bool = True) -> Answer:
        """What Stripe says. `capped`: pages are as small as this sandbox makes them."""
        query = _capped(asked, self._page) if capped and self._page else asked.query
        said = _ask(self._app, asked.path, query, headers)
        refusal = next((fact for fact in self.facts if fact.concerns(asked)), None)
        return refusal.answer(said) if refusal else said

    def truly(self, asked: Asked, *, capped: bool = True) -> Answer:
        """The true answer to the key that the tests use."""
        headers = [(b"authorization", b"Bearer sk_test_sandbox")]
        if asked.account:
            headers.append((b"stripe-account", asked.account.encode()))
        return self.true_answer(asked, headers, capped=capped)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return await self._app(scope, receive, send)
        headers = dict(scope["headers"])
        account = headers.get(b"stripe-account", b"").decode()
        asked = Asked(scope["path"], scope["query_string"].decode("latin-1"), account)
        self.meter.count()
        said = self.true_answer(asked, scope["headers"])
        if self.hand:
            said = self.hand(asked, said)
        if said.dropped:
            return drop(scope)
        await _send(send, said)


async def _send(send: Send, said: Answer) -> None:
    headers = {**said.headers, "content-length": str(len(said.body))}
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": said.status, "headers": encoded})
    body = said.body[: len(said.body) // 2] if said.cut else said.body
    await send({"type": "http.response.body", "body": body, "more_body": said.cut})


def _ask(app: App, path: str, query: str, headers: Headers) -> Answer:
    """The app's answer. It waits for nothing, so it comes in one step, without an event loop."""
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers}
    scope["query_string"] = query.encode("latin-1")
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    call = app(scope, receive, send)
    try:
        call.send(None)
    except StopIteration:
        start, body = sent
        said = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], said, body["body"])
    raise AssertionError(f"the sandbox waits before it answers {path}")


def _capped(asked: Asked, most: int) -> str:
    """The query with a smaller `limit`, where it has one."""
    most = PAGES.get(asked.path, most)
    pairs = parse_qsl(asked.query, keep_blank_values=True)
    capped = [(n, str(min(int(v), most)) if n == "limit" else v) for n, v in pairs]
    return urlencode(capped, quote_via=quote)
