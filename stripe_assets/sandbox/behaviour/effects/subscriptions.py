"""Subscriptions and their items: created, changed, canceled."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.endings import cancel
from stripe_assets.sandbox.behaviour.lookup import named_by_param, named_by_url
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import missing, missing_parameter
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

MONTH = 30 * DAY


def create(changes: Changes, call: Call, route: Route) -> Record:
    items = call.params.get("items")
    if not isinstance(items, list) or not items:
        raise missing_parameter("items")
    prices = [
        named_by_param(changes.space, "price", item.get("price"), "items[0][price]")
        for item in items
    ]
    customer = named_by_param(changes.space, "customer", call.params.get("customer"), "customer")
    now = changes.world.clock.now()
    given = fields_of("subscription", call.params)
    given.pop("items", None)
    fields = {
        "collection_method": "charge_automatically",
        "default_tax_rates": [],
        "test_clock": customer.body["test_clock"],
        "start_date": now,
        "billing_cycle_anchor": now,
        "currency": prices[0].body["currency"],
        "discounts": [],
        **_status(call, now),
        "metadata": {},
        **given,
    }
    subscription = changes.create("subscription", fields, event=False)
    for item, price in zip(items, prices, strict=True):
        _add_item(changes, subscription.id, price, int(item.get("quantity", 1)), now)
    changes.emit_change(subscription, "created")
    return subscription


def _status(call: Call, now: int) -> dict[str, Any]:
    days = int(call.params.get("trial_period_days", 0))
    if not days:
        return {"status": "active"}
    return {"status": "trialing", "trial_start": now, "trial_end": now + days * DAY}


def _add_item(
    changes: Changes, subscription: str, price: Record, quantity: int, now: int
) -> Record:
    given = {
        "subscription": subscription,
        "price": price.id,
        "plan": price.id,
        "quantity": quantity,
        "tax_rates": [],
        "current_period_start": now,
        "current_period_end": now + MONTH,
    }
    return changes.create("subscription_item", given)


def create_item(changes: Changes, call: Call, route: Route) -> Record:
    space, params, now = changes.space, call.params, changes.world.clock.now()
    subscription = named_by_param(space, "subscription", params["subscription"], "subscription")
    price = named_by_param(space, "price", params.get("price"), "price")
    item = _add_item(changes, subscription.id, price, int(params.get("quantity", 1)), now)
    changes.emit_change(subscription, "updated")
    return item


def change_item(changes: Changes, call: Call, route: Route) -> Record:
    item = named_by_url(call, route)
    given = fields_of("subscription_item", call.params)
    if "price" in given:
        given["plan"] = named_by_param(changes.space, "price", given["price"], "price").id
    changes.change(item, given)
    changes.emit_change(_subscription_of(changes, item), "updated")
    return item


def delete_item(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    item = named_by_url(call, route)
    gone = changes.delete(item)
    changes.emit_change(_subscription_of(changes, item), "updated")
    return gone


def _subscription_of(changes: Changes, item: Record) -> Record:
    id = item.body["subscription"]
    return named_by_param(changes.space, "subscription", id, "subscription")


def cancel_by_url(changes: Changes, call: Call, route: Route) -> Record:
    subscription = named_by_url(call, route)
    if subscription.body["status"] == "canceled":
        raise missing("subscription", subscription.id)
    cancel(changes, subscription)
    return subscription


EFFECTS = {
    ("POST", "/v1/subscriptions"): create,
    ("DELETE", "/v1/subscriptions/{subscription_exposed_id}"): cancel_by_url,
    ("POST", "/v1/subscription_items"): create_item,
    ("POST", "/v1/subscription_items/{item}"): change_item,
    ("DELETE", "/v1/subscription_items/{item}"): delete_item,
}
