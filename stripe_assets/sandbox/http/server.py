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
from stripe_assets.sandbox.calls.log import Caller, Entry
from stripe_assets.sandbox.calls.routes import Route, find
from stripe_assets.sandbox.http.auth import authenticate, permit
from stripe_assets.sandbox.http.connections import drop
from stripe_assets.sandbox.http.control.table import PREFIX, answer

_VERSION = re.compile(r"^\d{4}-\d{2}-\d{2}(\.[a-z]+)?$")


@dataclass(slots=True)
class Seen:
    """What is known of a request so far, for its log entry."""

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
        self.world.catch_up()
        if scope["path"].startswith(PREFIX):
            body = await request.body()
            reply = answer(self.world, request.method, scope["path"], _query(request), body)
            return await _respond(send, reply, {"content-type": "application/json"})
        self.world.log.count += 1
        seen = Seen(f"req_{self.world.log.count:014d}")
        reply, fault = await self._reply(request, seen)
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
            # The clock may have been moved. With this header, a client believes it all the same.
            "stripe-assets-sandbox": "1",
            "request-id": seen.request_id,
            "stripe-version": request.headers.get("stripe-version", catalog().api_version),
            **reply.headers,
        }
        await _respond(send, reply, headers, cut=bool(fault and fault.kind == "truncate"))

    async def _reply(self, request: Request, seen: Seen) -> tuple[Reply, Fault | None]:
        """The reply to an API call, and the fault that the request meets."""
        path, conditions = request.scope["path"], self.world.conditions
        fault: Fault | None = None
        try:
            body = await request.body()
            account = request.headers.get("stripe-account", "")
            fault = conditions.faults.due(request.method, path, _query(request), account)
            if conditions.latency:
                await asyncio.sleep(conditions.latency)
            if fault and fault.kind == "status":
                raise fault.error.as_exception()
            return self._answer(request, body, seen), fault
        except ApiError as error:
            return _error(error, path, seen), fault
        except Exception as wrong:
            log = logging.getLogger("stripe_assets.sandbox")
            log.exception("%s %s", request.method, path)
            message = f"The sandbox itself failed: {type(wrong).__name__}: {wrong}"
            return _error(ApiError(500, message, type="api_error"), path, seen), fault

    def _answer(self, request: Request, body: bytes, seen: Seen) -> Reply:
        world, path, headers = self.world, request.scope["path"], request.headers
        key = authenticate(headers.get("authorization"))
        seen.account, seen.livemode = key.account, key.livemode
        account = headers.get("stripe-account") or headers.get("stripe-context")
        space = world.space_of(key, account)
        seen.account = space.account
        _check_version(headers.get("stripe-version"))
        route, places = self._route(request.method, path)
        seen.route = route.path
        endpoint = f"{request.method} {route.path}"
        world.conditions.limits.check(space.account, key.livemode, endpoint)
        permit(key, space.account, route)
        call = Call(
            request.method,
            path,
            _query(request),
            _params(request, route, body),
            key,
            space,
            world.clock.now(),
            seen.request_id,
            headers.get("idempotency-key"),
            places,
        )
        if request.method == "GET":
            return Reply(200, read(world.store, call, route))
        return write(world, call, route)

    def _route(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and the values of its placeholders. Raises ApiError (404)."""
        only = self.world.conditions.only
        found = None if only and not path.startswith(only) else find(method, path)
        if found is None:
            raise unknown_url(method, path)
        return found

    def _note(self, request: Request, seen: Seen, reply: Reply) -> None:
        stripe_account = request.headers.get("stripe-account")
        self.world.log.add(
            Entry(
                n=int(seen.request_id.removeprefix("req_")),
                at=time.time(),
                method=request.method,
                path=request.scope["path"],
                query=_query(request),
                route=seen.route,
                caller=Caller(seen.account, seen.livemode, stripe_account),
                status=reply.status,
                ms=round((time.perf_counter() - seen.started) * 1000, 2),
                bytes=len(reply.body),
                request_id=seen.request_id,
            )
        )


def _query(request: Request) -> str:
    return request.scope["query_string"].decode("latin-1")


def _error(error: ApiError, path: str, seen: Seen) -> Reply:
    body = orjson.dumps(error.body(path[1:3], seen.request_id))
    return Reply(error.status, body, error.headers)


def _params(request: Request, route: Route, body: bytes) -> dict[str, Any]:
    """A GET has its parameters in the query. Other calls have a form (v1) or JSON (v2) as a body.

    Raises ApiError (400) for a body that is not JSON.
    """
    if request.method == "GET":
        return parameters.decode(_query(request))
    if route.version == "v2":
        try:
            return orjson.loads(body) if body else {}
        except orjson.JSONDecodeError:
            message = "The request body is not JSON."
            raise ApiError(400, message, code="invalid_json") from None
    return parameters.decode(body.decode("utf-8", "replace"))


def _check_version(version: str | None) -> None:
    """Raises ApiError (400) for a version that does not exist, or is newer than the SDK's."""
    newest = catalog().api_version
    if version is None or version == newest:
        return
    if not _VERSION.match(version) or version[:10] >= newest[:10]:
        raise ApiError(400, f"Invalid Stripe API version: {version}")


async def _respond(
    send: Send, reply: Reply, headers: MutableMapping[str, str], cut: bool = False
) -> None:
    """Sends the reply. `cut`: only half of its body, as a connection that breaks."""
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
