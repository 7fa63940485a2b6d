"""The table of all control calls, and their answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import orjson

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.calls.call import Reply
from stripe_assets.sandbox.http.control import conditions, data, deliveries, state

PREFIX = "/_sandbox"

Given = dict[str, Any]


def answer(world: World, method: str, path: str, query: str, body: bytes) -> Reply:
    """Performs a control call. A refusal is a 404 or 400 with its reason under `error`."""
    name = path.removeprefix(PREFIX).strip("/")
    call = CALLS.get((method, name))
    if call is None:
        return Reply(404, orjson.dumps({"error": f"no control call {method} {name}"}))
    try:
        given = {**dict(parse_qsl(query)), **(orjson.loads(body) if body else {})}
        return Reply(200, orjson.dumps(call(world, given)))
    except (ValueError, TypeError, KeyError) as wrong:
        reason = f"{name}: {type(wrong).__name__}: {wrong}"
        return Reply(400, orjson.dumps({"error": reason}))


def _batch(world: World, given: Given) -> Any:
    return [CALLS["POST", name](world, body) for name, body in given["calls"]]


CALLS: dict[tuple[str, str], Callable[[World, Given], Any]] = {
    **state.CALLS,
    **conditions.CALLS,
    **deliveries.CALLS,
    **data.CALLS,
    ("POST", "batch"): _batch,
}
