"""POST and DELETE: any resource's create, update and delete by its shape; what else a call does is in `effects`."""

from __future__ import annotations

from typing import Any

import orjson

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.effects import DEFAULTS, EFFECTS
from stripe_assets.sandbox.behaviour.endings import delete
from stripe_assets.sandbox.behaviour.reads import wanted
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.calls import expand, parameters
from stripe_assets.sandbox.calls.call import Call, Reply
from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route, normal
from stripe_assets.sandbox.objects.relations import CHILDREN_BY
from stripe_assets.sandbox.objects.render import as_bytes
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record

_CHILDREN_BY = {normal(path): field for path, field in CHILDREN_BY.items()}


def write(world: World, call: Call, route: Route) -> Reply:
    """Raises ApiError. The same idempotency key gives the same reply."""
    key = f"{call.space.account}/{call.idempotency_key}" if call.idempotency_key else None
    if key and key in world.replies:
        earlier = world.replies[key]
        return Reply(earlier.status, earlier.body, {"Idempotent-Replayed": "true"})
    parameters.check(call.params, route.params, route.required)
    changes = Changes(world, call.space, call.request_id, call.idempotency_key)
    try:
        done = _perform(changes, call, route)
    except ValueError as refused:
        raise ApiError(400, str(refused), code="resource_already_exists" if "already exists" in str(refused) else None) from None
    if isinstance(done, Record):
        tree = expand.parse([done.resource], call.params.get("expand", ()), False)
        body = as_bytes(world.store, call.space, done, tree)
    else:
        body = orjson.dumps(done)
    reply = Reply(200, body)
    if key:
        world.replies[key] = reply
    return reply


def _perform(changes: Changes, call: Call, route: Route) -> Record | dict[str, Any]:
    if effect := EFFECTS.get((route.method, route.path)):
        return effect(changes, call, route)
    if route.kind == "create":
        return create(changes, call, route)
    if route.kind == "update":
        return update(changes, call, route)
    if route.kind == "delete":
        return delete(changes, wanted(call, route))
    raise ApiError(400, f"The sandbox does not do this: {route.method} {route.path}. Change the object with a control call instead.")


def create(changes: Changes, call: Call, route: Route) -> Record:
    resource = route.resources[0]
    given = {**DEFAULTS.get(resource, {}), **fields_of(resource, call.params)}
    parent = None
    if call.places:
        parent_id = next(iter(call.places.values()))
        by = _CHILDREN_BY.get(normal(route.path), "parent")
        if by == "parent":
            parent = (parent_id, route.path.rsplit("/", 1)[1])
        elif by in schemas()[resource].fields:
            given[by] = parent_id
    return changes.create(resource, given, parent=parent)


def update(changes: Changes, call: Call, route: Route) -> Record:
    record = wanted(call, route)
    if record.deleted:
        raise ApiError(404, f"No such {record.resource}: '{record.id}'", code="resource_missing", param="id")
    given = fields_of(record.resource, call.params)
    if isinstance(given.get("metadata"), dict) and isinstance(record.body.get("metadata"), dict):
        merged = {**record.body["metadata"], **given["metadata"]}
        given["metadata"] = {name: value for name, value in merged.items() if value != ""}
    changes.change(record, given)
    return record
