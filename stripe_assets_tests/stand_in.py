"""A stand-in for Stripe of a few lines: it has the lists that a test gives it, and nothing else."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

NOW = int(time.time())
EMPTY = ("/v1/accounts", "/v1/events", "/v1/test_helpers/test_clocks")
NO_ITEMS = {"object": "list", "data": [], "has_more": False, "url": "/v1/none"}
"""A sublist."""
Object = dict[str, Any]
Reply = tuple[int, object]
Answers = Callable[[str, Mapping[str, str], str | None], Reply]
"""Path, query and connected account → status and body."""


def page(items: Sequence[Object], query: Mapping[str, str], path: str) -> Reply:
    """Returns a page of a list, newest first, as Stripe pages it."""
    first, last = int(query.get("created[gte]", 0)), int(query.get("created[lt]", 2**62))
    found = [one for one in items if first <= one.get("created", first) < last]
    if after := query.get("starting_after"):
        found = found[[one["id"] for one in found].index(after) + 1 :]
    limit = int(query.get("limit", 10))
    more = len(found) > limit
    return 200, {"object": "list", "data": found[:limit], "has_more": more, "url": path}


def error(status: int, message: str, **more: str) -> Reply:
    """Returns an error in Stripe's shape."""
    return status, {"error": {"type": "invalid_request_error", "message": message, **more}}


def customer(number: int) -> Object:
    id, created = f"cus_{number:05}", NOW - 1000 - 50 * number
    sublists = {"sources": NO_ITEMS, "tax_ids": NO_ITEMS}
    return {"id": id, "object": "customer", "created": created, "livemode": False, **sublists}


def account_of(id: str, created: int = NOW) -> Object:
    return {"id": id, "object": "account", "created": created, "external_accounts": NO_ITEMS}


class StandIn:
    """A context manager. `answers` answers first; where it returns None, there is no such route."""

    def __init__(self, answers: Callable[..., Reply | None], refused: Collection[str] = ()) -> None:
        """`refused`: paths that it does not know either. Without that, it has empty lists of
        accounts, events and test clocks."""
        self._answers = answers
        self._refused = refused
        self.log: list[tuple[str, dict[str, str], str | None]] = []

    def __enter__(self) -> Self:
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: object) -> None:
                return

            def do_GET(self) -> None:
                url = urlsplit(self.path)
                query, account = dict(parse_qsl(url.query)), self.headers.get("Stripe-Account")
                stand_in.log.append((url.path, query, account))
                status, body = stand_in._answer(url.path, query, account)
                raw = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, path: str, query: dict[str, str], account: str | None) -> Reply:
        if found := self._answers(path, query, account):
            return found
        if path == "/v1/account":
            return 200, account_of("acct_1Own", NOW - 9_000_000)
        if path in EMPTY and path not in self._refused:
            return page([], query, path)
        return error(404, f"Unrecognized request URL (GET: {path}).")
