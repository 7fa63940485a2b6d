"""A coupon's discount on a customer or on a subscription: it comes and goes with the owner's field that names it."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes, Event
from stripe_assets.sandbox.objects.store import Body, Record


def discount_of(changes: Changes, owner: Record) -> Record | None:
    id = owner.body["discount"] if "discount" in owner.body else next(iter(owner.body.get("discounts") or []), None)
    return changes.space.find(id, ["discount"])


def _name(changes: Changes, owner: Record, id: str | None) -> None:
    # Stripe tells of the discount alone, not of its owner.
    named: dict[str, Any] = {"discount": id} if "discount" in owner.body else {"discounts": [id] if id else []}
    changes.change(owner, named, event=False)


def grant(changes: Changes, owner: Record, coupon: str, event: Event = True) -> Record:
    """Instead of the one that the owner had."""
    withdraw(changes, owner, event is not False)
    subscribed = {"customer": owner.body["customer"], "subscription": owner.id} if "customer" in owner.body else None
    about: dict[str, Any] = subscribed or {"customer": owner.id}
    now = changes.world.clock.now()
    made = changes.create("discount", {**about, "source": {"type": "coupon", "coupon": coupon}, "start": now}, event=False)
    _name(changes, owner, made.id)
    changes.tell(made, "created", event)
    return made


def withdraw(changes: Changes, owner: Record, event: Event = True) -> Body | None:
    """None where there is none."""
    discount = discount_of(changes, owner)
    if discount is None:
        return None
    _name(changes, owner, None)
    return changes.delete(discount, event=event)
