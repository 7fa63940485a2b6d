"""POST and DELETE of any resource. `effects` has the routes that do more than store parameters."""

from __future__ import annotations

from typing import Any

import orjson

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.effects.defaults import DEFAULTS
from stripe_assets.sandbox.behaviour.effects.table import EFFECTS
from stripe_assets.sandbox.behaviour.endings import delete
from stripe_assets.sandbox.behaviour.lookup import named_by_url, parent_field
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.calls import expand, parameters
from stripe_assets.sandbox.calls.call import Call, Reply
from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.relations import segment
from stripe_assets.sandbox.objects.render import as_bytes
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record


def write(world: World, call: Call, route: Route) -> Reply:
    """Performs the call. A second call with the same idempotency key gets the same reply.

    Raises ApiError.
    """
    key = f"{call.space.account}/{call.idempotency_key}" if call.idempotency_key else None
    if key and key in world.replies:
        earlier = world.replies[key]
        return Reply(earlier.status, earlier.body, {"Idempotent-Replayed": "true"})
    parameters.check(call.params, route.params, route.required)
    changes = Changes(world, call.space, call.request_id, call.idempotency_key)
    try:
        done = _perform(changes, call, route)
    except ValueError as refused:
        taken = "already exists" in str(refused)
        code = "resource_already_exists" if taken else None
        raise ApiError(400, str(refused), code=code) from None
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
        return delete(changes, named_by_url(call, route))
    raise ApiError(
        400,
        f"The sandbox does not do this: {route.method} {route.path}. "
        "Change the object with a control call instead.",
    )


def create(changes: Changes, call: Call, route: Route) -> Record:
    resource = route.resources[0]
    given = {**DEFAULTS.get(resource, {}), **fields_of(resource, call.params)}
    parent = None
    if call.places:
        parent_id = next(iter(call.places.values()))
        by = parent_field(route.path)
        if by == "parent":
            parent = (parent_id, segment(route.path))
        elif by in schemas()[resource].fields:
            given[by] = parent_id
    return changes.create(resource, given, parent=parent)


def update(changes: Changes, call: Call, route: Route) -> Record:
    """Sets fields. Metadata is merged: a key with an empty text is removed."""
    record = named_by_url(call, route)
    if record.deleted:
        message = f"No such {record.resource}: '{record.id}'"
        raise ApiError(404, message, code="resource_missing", param="id")
    given = fields_of(record.resource, call.params)
    new, old = given.get("metadata"), record.body.get("metadata")
    if isinstance(new, dict) and isinstance(old, dict):
        merged = {**old, **new}
        given["metadata"] = {name: value for name, value in merged.items() if value != ""}
    changes.change(record, given)
    return record
