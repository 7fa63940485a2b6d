"""What belongs to a customer: payment methods, old sources, tax ids and discounts."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.discounts import withdraw
from stripe_assets.sandbox.behaviour.effects.defaults import DEFAULTS
from stripe_assets.sandbox.behaviour.endings import detach
from stripe_assets.sandbox.behaviour.lookup import named_by_param, named_by_url
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record


def create_method(changes: Changes, call: Call, route: Route) -> Record:
    given = fields_of("payment_method", call.params)
    if isinstance(card := call.params.get("card"), dict):
        given["card"] = {
            "brand": "visa",
            "last4": str(card.get("number", "4242"))[-4:],
            "funding": "credit",
            "country": "US",
            "exp_month": int(card.get("exp_month", 12)),
            "exp_year": int(card.get("exp_year", 2034)),
        }
    fields = {"billing_details": {}, "metadata": {}, **given}
    return changes.create("payment_method", fields, event=False)


def attach_method(changes: Changes, call: Call, route: Route) -> Record:
    method = named_by_url(call, route)
    customer = named_by_param(changes.space, "customer", call.params.get("customer"), "customer")
    changes.change(method, {"customer": customer.id}, event="payment_method.attached")
    return method


def detach_method(changes: Changes, call: Call, route: Route) -> Record:
    method = named_by_url(call, route)
    if method.body["customer"] is None:
        message = "The payment method you provided is not attached to a customer "
        raise ApiError(400, message + "so detachment is impossible.")
    detach(changes, method)
    return method


def create_tax_id(changes: Changes, call: Call, route: Route) -> Record:
    """A tax id of the account itself, or of the `owner` that the call names."""
    owner = call.params.get("owner") or {"type": "self"}
    return _tax_id(changes, call, owner, owner.get("customer"))


def create_customers_tax_id(changes: Changes, call: Call, route: Route) -> Record:
    customer = next(iter(call.places.values()))
    return _tax_id(changes, call, {"type": "customer", "customer": customer}, customer)


def _tax_id(changes: Changes, call: Call, owner: Any, customer: str | None) -> Record:
    given = {**DEFAULTS["tax_id"], **fields_of("tax_id", call.params)}
    return changes.create("tax_id", {**given, "owner": owner, "customer": customer})


def create_source(changes: Changes, call: Call, route: Route) -> Record:
    """An old source of a customer: a bank account for a token that begins with `btok_`, else a
    card."""
    owner: dict[str, Any] = {
        "customer": next(iter(call.places.values())),
        "metadata": call.params.get("metadata") or {},
        "country": "US",
    }
    if str(call.params["source"]).startswith("btok_"):
        bank = {"currency": "usd", "last4": "6789", "status": "new"}
        return changes.create("bank_account", {**owner, **bank})
    card = {"brand": "Visa", "last4": "4242", "exp_month": 8, "exp_year": 2033}
    return changes.create("card", {**owner, **card})


def delete_discount(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    """Takes away the discount of the customer or subscription that the URL names."""
    id = next(iter(call.places.values()))
    owner = changes.space.find(id, ["customer", "subscription"])
    gone = withdraw(changes, owner) if owner else None
    if gone is None:
        raise missing("discount", id)
    return gone


EFFECTS = {
    ("POST", "/v1/payment_methods"): create_method,
    ("POST", "/v1/payment_methods/{payment_method}/attach"): attach_method,
    ("POST", "/v1/payment_methods/{payment_method}/detach"): detach_method,
    ("POST", "/v1/customers/{customer}/tax_ids"): create_customers_tax_id,
    ("POST", "/v1/customers/{customer}/sources"): create_source,
    ("POST", "/v1/tax_ids"): create_tax_id,
    ("DELETE", "/v1/customers/{customer}/discount"): delete_discount,
    ("DELETE", "/v1/subscriptions/{subscription_exposed_id}/discount"): delete_discount,
}
