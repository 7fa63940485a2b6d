"""The ASGI application: keys, accounts, versions, limits and faults around the routes' answers."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.behaviour.faults import Fault
from stripe_assets.sandbox.behaviour.reads import read
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.behaviour.writes import write
from stripe_assets.sandbox.calls import parameters
from stripe_assets.sandbox.calls.call import Call, Reply
from stripe_assets.sandbox.calls.errors import ApiError, unknown_url
from stripe_assets.sandbox.calls.log import Entry
from stripe_assets.sandbox.calls.routes import Route, find
from stripe_assets.sandbox.http import control
from stripe_assets.sandbox.http.auth import authenticate, permit
from stripe_assets.sandbox.http.connections import drop

_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$")


@dataclass(slots=True)
class Seen:
    """What the log says of a request."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    route: str | None = None
    account: str | None = None
    livemode: bool | None = None


class App:
    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await _lifespan(receive, send)
        request = Request(scope, receive)
        query = scope["query_string"].decode("latin-1")
        self.world.catch_up()
        if scope["path"].startswith("/_sandbox"):
            reply = control.answer(self.world, request.method, scope["path"], query, await request.body())
            return await _respond(send, reply, {"content-type": "application/json"})
        self.world.log.count += 1
        seen = Seen(f"req_{self.world.log.count:014d}")
        fault: Fault | None = None
        try:
            body = await request.body()
            fault = self.world.faults.due(request.method, scope["path"], query, request.headers.get("stripe-account", ""))
            if self.world.latency:
                await asyncio.sleep(self.world.latency)
            if fault and fault.kind == "status":
                raise ApiError(fault.status, fault.message, code=fault.code, param=fault.param, type=fault.type, headers=fault.headers)
            reply = self._answer(request, body, seen)
        except ApiError as error:
            reply = _error(error, scope["path"], seen)
        except Exception as wrong:
            logging.getLogger("stripe_assets.sandbox").exception("%s %s", request.method, scope["path"])
            message = f"The sandbox itself failed: {type(wrong).__name__}: {wrong}"
            reply = _error(ApiError(500, message, type="api_error"), scope["path"], seen)
        if fault and fault.kind == "hang":
            await asyncio.sleep(fault.seconds)
        if fault and fault.kind == "drop":
            reply.status = 0
        self._note(request, seen, reply)
        if reply.status == 0:
            return drop(scope)
        headers = {
            "content-type": "application/json",
            "date": formatdate(self.world.clock.now(), usegmt=True),
            "request-id": seen.request_id,
            "stripe-version": request.headers.get("stripe-version", catalog().api_version),
            **reply.headers,
        }
        await _respond(send, reply, headers, cut=bool(fault and fault.kind == "truncate"))

    def _answer(self, request: Request, body: bytes, seen: Seen) -> Reply:
        world, path, query = self.world, request.scope["path"], request.scope["query_string"].decode("latin-1")
        key = authenticate(request.headers.get("authorization"))
        seen.account, seen.livemode = key.account, key.livemode
        space = world.space_of(key, request.headers.get("stripe-account") or request.headers.get("stripe-context"))
        seen.account = space.account
        _check_version(request.headers.get("stripe-version"))
        found = find(request.method, path)
        if world.only and not path.startswith(world.only):
            found = None
        if found is None:
            raise unknown_url(request.method, path)
        route, places = found
        seen.route = route.path
        world.limits.check(space.account, key.livemode, f"{request.method} {route.path}")
        permit(key, space.account, route)
        params = parameters.decode(query) if request.method == "GET" else decode_body(route, request.headers, body)
        call = Call(
            request.method,
            path,
            query,
            params,
            key,
            space,
            world.clock.now(),
            seen.request_id,
            request.headers.get("idempotency-key"),
            places,
        )
        if request.method == "GET":
            return Reply(200, read(world.store, call, route))
        return write(world, call, route)

    def _note(self, request: Request, seen: Seen, reply: Reply) -> None:
        self.world.log.add(
            Entry(
                n=int(seen.request_id[4:]),
                at=time.time(),
                method=request.method,
                path=request.scope["path"],
                query=request.scope["query_string"].decode("latin-1"),
                route=seen.route,
                account=seen.account,
                livemode=seen.livemode,
                stripe_account=request.headers.get("stripe-account"),
                status=reply.status,
                ms=round((time.perf_counter() - seen.started) * 1000, 2),
                bytes=len(reply.body),
                request_id=seen.request_id,
            )
        )


def _error(error: ApiError, path: str, seen: Seen) -> Reply:
    return Reply(error.status, orjson.dumps(error.body(path[1:3], seen.request_id)), error.headers)


def decode_body(route: Route, headers: Any, body: bytes) -> dict[str, Any]:
    """v1 sends forms, v2 JSON. Raises ApiError (400)."""
    if route.version == "v2":
        try:
            return orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            raise ApiError(400, "The request body is not JSON.", code="invalid_json") from None
    return parameters.decode(body.decode("utf-8", "replace"))


def _check_version(version: str | None) -> None:
    pinned = catalog().api_version
    if version is not None and version != pinned and (not _VERSION.match(version) or version[:10] >= pinned[:10]):
        raise ApiError(400, f"Invalid Stripe API version: {version}")


async def _respond(send: Send, reply: Reply, headers: MutableMapping[str, str], cut: bool = False) -> None:
    headers["content-length"] = str(len(reply.body))
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    body = reply.body[: len(reply.body) // 2] if cut else reply.body
    await send({"type": "http.response.body", "body": body, "more_body": cut})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": message["type"] + ".complete"})
        if message["type"] == "lifespan.shutdown":
            return
