"""The discount of a customer or of a subscription: it is given, replaced and taken away.

Its owner has a field that names it: a customer's `discount`, a subscription's `discounts`.
"""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes, Event
from stripe_assets.sandbox.objects.store import Body, Record


def discount_of(changes: Changes, owner: Record) -> Record | None:
    body = owner.body
    ids = [body["discount"]] if "discount" in body else body.get("discounts") or []
    return changes.space.find(next(iter(ids), None), ["discount"])


def _set_discount(changes: Changes, owner: Record, id: str | None) -> None:
    named: dict[str, Any] = {"discounts": [id] if id else []}
    if "discount" in owner.body:
        named = {"discount": id}
    # Stripe sends an event of the discount alone, none of its owner.
    changes.change(owner, named, event=False)


def grant(changes: Changes, owner: Record, coupon: str, event: Event = True) -> Record:
    """Gives the owner a discount by this coupon. It replaces the one that the owner had."""
    withdraw(changes, owner, event is not False)
    owners = {"customer": owner.id}
    if "customer" in owner.body:
        owners = {"customer": owner.body["customer"], "subscription": owner.id}
    source = {"type": "coupon", "coupon": coupon}
    given: dict[str, Any] = {**owners, "source": source, "start": changes.world.clock.now()}
    made = changes.create("discount", given, event=False)
    _set_discount(changes, owner, made.id)
    changes.emit_change(made, "created", event)
    return made


def withdraw(changes: Changes, owner: Record, event: Event = True) -> Body | None:
    """Deletes the owner's discount. Returns None where the owner has none."""
    discount = discount_of(changes, owner)
    if discount is None:
        return None
    _set_discount(changes, owner, None)
    return changes.delete(discount, event=event)
