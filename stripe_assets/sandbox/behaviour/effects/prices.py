"""Prices: a recurring price has a plan of the same id."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record

OF_PRICE = (
    "active",
    "billing_scheme",
    "created",
    "currency",
    "metadata",
    "nickname",
    "product",
)
"""The fields that a plan shares with its price."""

OF_RECURRING = ("interval", "interval_count", "usage_type")
"""The fields of a plan that its price has in `recurring`."""


def create(changes: Changes, call: Call, route: Route) -> Record:
    given: dict[str, Any] = {
        "active": True,
        "billing_scheme": "per_unit",
        **fields_of("price", call.params),
    }
    if data := call.params.get("product_data"):
        product = {"active": True, "type": "service", **fields_of("product", data)}
        given["product"] = changes.create("product", product).id
    given["type"] = "recurring" if given.get("recurring") else "one_time"
    if given.get("unit_amount") is not None:
        given.setdefault("unit_amount_decimal", str(given["unit_amount"]))
    if given["type"] == "recurring":
        usual = {"interval_count": 1, "usage_type": "licensed"}
        given["recurring"] = {**usual, **given["recurring"]}
    price = changes.create("price", given)
    if given["type"] == "recurring":
        plan = {
            "id": price.id,
            **{name: price.body[name] for name in OF_PRICE},
            **{name: given["recurring"][name] for name in OF_RECURRING},
            "amount": price.body["unit_amount"],
            "amount_decimal": price.body["unit_amount_decimal"],
        }
        changes.create("plan", plan)
    return price


EFFECTS = {("POST", "/v1/prices"): create}
