"""Control calls about webhooks: whether the events of an account are delivered."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.deliveries import Outage, is_undelivered, mark_delivery
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.http.control.spaces import space_of

Given = dict[str, Any]


def _set_deliveries(world: World, given: Given) -> Any:
    deliveries = world.conditions.deliveries
    account, delay = given.get("account"), given.get("delay")
    if given["fail"] or delay is not None:
        seconds = None if delay is None else int(delay)
        deliveries.outages.append(Outage(account, tuple(given.get("types", ())), seconds))
    else:
        deliveries.recover(account)
    return {"outages": len(deliveries.outages)}


def _mark(world: World, given: Given) -> Any:
    """Raises KeyError for an id that is no event of the account."""
    events = space_of(world, given).table("event").by_id
    failed = [id for id, event in events.items() if is_undelivered(event)]
    ids = given.get("ids", failed) if given["delivered"] else given["ids"]
    for event in [events[id] for id in ids]:
        mark_delivery(event, given["delivered"])
    world.store.version += 1
    return {"marked": len(ids)}


CALLS = {
    ("POST", "deliveries"): _set_deliveries,
    ("POST", "deliveries/mark"): _mark,
}
