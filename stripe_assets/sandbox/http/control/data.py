"""Control calls that read and change objects, discounts and events."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour import connected
from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.discounts import grant
from stripe_assets.sandbox.behaviour.endings import delete
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.http.control.spaces import space_of

Given = dict[str, Any]

OPENINGS = {"account": connected.open}
"""Resource → how its objects are created, where that is more than a new object."""


def _changes(world: World, given: Given) -> Changes:
    return Changes(world, space_of(world, given))


def _objects(world: World, given: Given) -> Any:
    # The query has text only.
    given = {**given, "livemode": given.get("livemode") == "true"}
    table = space_of(world, given).table(given["resource"])
    fields = ["id", *filter(None, given.get("fields", "").split(","))]
    bodies = [record.body for record in table.by_id.values() if not record.deleted]
    if "*" in fields:
        return bodies
    return [{name: body.get(name) for name in fields} for body in bodies]


def _create(world: World, given: Given) -> Any:
    changes = _changes(world, given)
    fields, event = given.get("object", {}), given.get("event", True)
    if opening := OPENINGS.get(given["resource"]):
        return changes.snapshot(opening(changes, fields, event))
    record = changes.create(
        given["resource"],
        fields,
        parent=tuple(given["parent"]) if given.get("parent") else None,
        links=given.get("links"),
        listed=given.get("listed", True),
        event=event,
    )
    return changes.snapshot(record)


def _change(world: World, given: Given) -> Any:
    changes = _changes(world, given)
    record = changes.existing(given["resource"], given["id"])
    record.links.update(given.get("links", {}))
    changes.change(record, given.get("changes", {}), event=given.get("event", True))
    return changes.snapshot(record)


def _delete(world: World, given: Given) -> Any:
    changes = _changes(world, given)
    record = changes.existing(given["resource"], given["id"])
    return delete(changes, record, given.get("event", True))


def _give_discount(world: World, given: Given) -> Any:
    changes = _changes(world, given)
    owner = changes.existing(given["resource"], given["id"])
    coupon = changes.existing("coupon", given["coupon"])
    return changes.snapshot(grant(changes, owner, coupon.id, given.get("event", True)))


def _write_event(world: World, given: Given) -> Any:
    event = _changes(world, given).emit(
        given["type"],
        given.get("object"),
        created=given.get("created"),
        api_version=given.get("api_version"),
        previous=given.get("previous"),
    )
    if "data" in given:
        event.body["data"] = given["data"]
    return event.body


CALLS = {
    ("GET", "objects"): _objects,
    ("POST", "objects"): _create,
    ("POST", "objects/change"): _change,
    ("POST", "objects/delete"): _delete,
    ("POST", "discounts"): _give_discount,
    ("POST", "events"): _write_event,
}
