"""What calls do besides storing their parameters, by route: cancel, attach, finalize, pay, refund."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stripe_assets.sandbox.behaviour import connected
from stripe_assets.sandbox.behaviour.billing import DRAFT, EFFECTS_OF_BILLING
from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.discounts import withdraw
from stripe_assets.sandbox.behaviour.endings import cancel, detach
from stripe_assets.sandbox.behaviour.reads import wanted
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record

Effect = Callable[[Changes, Call, Route], Record | dict[str, Any]]

DEFAULTS: dict[str, Mapping[str, Any]] = {
    "customer": {
        "balance": 0,
        "delinquent": False,
        "invoice_settings": {},
        "invoice_prefix": "NEW00001",
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "metadata": {},
    },
    "product": {"active": True, "type": "service"},
    "coupon": {"valid": True, "metadata": {}},
    "promotion_code": {"active": True, "metadata": {}},
    "tax_rate": {"active": True, "metadata": {}},
    "shipping_rate": {"active": True, "type": "fixed_amount"},
    "webhook_endpoint": {"status": "enabled"},
    "tax_id": {"verification": {"status": "pending"}},
    "payment_intent": {"status": "requires_payment_method", "payment_method_types": ["card"], "metadata": {}},
    "setup_intent": {"status": "requires_payment_method", "payment_method_types": ["card"], "usage": "off_session"},
    "invoice": DRAFT,
}


def _account(changes: Changes, call: Call, route: Route) -> Record:
    return connected.open(changes, fields_of("account", call.params))


def _webhook_endpoint(changes: Changes, call: Call, route: Route) -> Record:
    given = {**DEFAULTS["webhook_endpoint"], **fields_of("webhook_endpoint", call.params)}
    if call.params.get("connect") == "true":
        given["application"] = next((one.id for one in changes.space.some("application")), "ca_platform")
    return changes.create("webhook_endpoint", given)


def _price(changes: Changes, call: Call, route: Route) -> Record:
    given: dict[str, Any] = {"active": True, "billing_scheme": "per_unit", **fields_of("price", call.params)}
    if data := call.params.get("product_data"):
        given["product"] = changes.create("product", {"active": True, "type": "service", **fields_of("product", data)}).id
    given["type"] = "recurring" if given.get("recurring") else "one_time"
    if given.get("unit_amount") is not None:
        given.setdefault("unit_amount_decimal", str(given["unit_amount"]))
    if given["type"] == "recurring":
        given["recurring"] = {"interval_count": 1, "usage_type": "licensed", **given["recurring"]}
    price = changes.create("price", given)
    if given["type"] == "recurring":
        same = ("active", "billing_scheme", "created", "currency", "metadata", "nickname", "product")
        plan = {name: price.body[name] for name in same} | {
            name: given["recurring"][name] for name in ("interval", "interval_count", "usage_type")
        }
        amounts = {"amount": price.body["unit_amount"], "amount_decimal": price.body["unit_amount_decimal"]}
        changes.create("plan", {"id": price.id, **plan, **amounts})
    return price


def _cancel(changes: Changes, call: Call, route: Route) -> Record:
    subscription = wanted(call, route)
    if subscription.body["status"] == "canceled":
        raise missing("subscription", subscription.id)
    cancel(changes, subscription)
    return subscription


def _payment_method(changes: Changes, call: Call, route: Route) -> Record:
    given = fields_of("payment_method", call.params)
    if isinstance(card := call.params.get("card"), dict):
        exp = {"exp_month": int(card.get("exp_month", 12)), "exp_year": int(card.get("exp_year", 2034))}
        given["card"] = {"brand": "visa", "last4": str(card.get("number", "4242"))[-4:], "funding": "credit", "country": "US", **exp}
    return changes.create("payment_method", {"billing_details": {}, "metadata": {}, **given}, event=False)


def _attach(changes: Changes, call: Call, route: Route) -> Record:
    method = wanted(call, route)
    customer = changes.space.find(call.params.get("customer"), ["customer"])
    if customer is None or customer.deleted:
        raise missing("customer", str(call.params.get("customer")), "customer", 400)
    changes.change(method, {"customer": customer.id}, event="payment_method.attached")
    return method


def _detach(changes: Changes, call: Call, route: Route) -> Record:
    method = wanted(call, route)
    if method.body["customer"] is None:
        raise ApiError(400, "The payment method you provided is not attached to a customer so detachment is impossible.")
    detach(changes, method)
    return method


def _customer_tax_id(changes: Changes, call: Call, route: Route) -> Record:
    customer = next(iter(call.places.values()))
    given = {
        **DEFAULTS["tax_id"],
        **fields_of("tax_id", call.params),
        "customer": customer,
        "owner": {"type": "customer", "customer": customer},
    }
    return changes.create("tax_id", given)


def _tax_id(changes: Changes, call: Call, route: Route) -> Record:
    owner = call.params.get("owner") or {"type": "self"}
    given = {**DEFAULTS["tax_id"], **fields_of("tax_id", call.params), "owner": owner, "customer": owner.get("customer")}
    return changes.create("tax_id", given)


def _refund(changes: Changes, call: Call, route: Route) -> Record:
    space = changes.space
    charge = space.find(call.params.get("charge"), ["charge"])
    intent = space.find(call.params.get("payment_intent"), ["payment_intent"])
    if intent is not None:
        charge = space.find(intent.body["latest_charge"], ["charge"])
    if charge is None:
        raise missing("charge", str(call.params.get("charge")), "charge", 400)
    left = charge.body["amount_captured"] - charge.body["amount_refunded"]
    amount = int(call.params.get("amount", left))
    if amount > left or not left:
        raise ApiError(
            400, f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", code="charge_already_refunded"
        )
    about = {"charge": charge.id, "payment_intent": charge.body["payment_intent"], "currency": charge.body["currency"], "amount": amount}
    refund = changes.create("refund", {**about, "status": "succeeded", "metadata": {}, "reason": call.params.get("reason")}, event=False)
    moved = {"amount": -amount, "net": -amount, "currency": charge.body["currency"], "type": "refund", "reporting_category": "refund"}
    now = changes.world.clock.now()
    transaction = changes.create("balance_transaction", {**moved, "source": refund.id, "status": "pending", "available_on": now + 172_800})
    refund.body["balance_transaction"] = transaction.id
    changes.tell(refund, "created")
    done = charge.body["amount_refunded"] + amount
    changes.change(charge, {"amount_refunded": done, "refunded": done == charge.body["amount"]}, event="charge.refunded")
    return refund


def _delete_discount(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    """A customer's or a subscription's: the URL names the owner."""
    id = next(iter(call.places.values()))
    owner = changes.space.find(id, ["customer", "subscription"])
    gone = withdraw(changes, owner) if owner else None
    if gone is None:
        raise missing("discount", id)
    return gone


def _source(changes: Changes, call: Call, route: Route) -> Record:
    """An old source of a customer: a bank account for a token that says so, else a card."""
    token = str(call.params["source"])
    owner: dict[str, Any] = {"customer": next(iter(call.places.values())), "metadata": call.params.get("metadata") or {}}
    if token.startswith("btok_"):
        return changes.create("bank_account", {**owner, "country": "US", "currency": "usd", "last4": "6789", "status": "new"})
    return changes.create("card", {**owner, "brand": "Visa", "country": "US", "last4": "4242", "exp_month": 8, "exp_year": 2033})


EFFECTS: dict[tuple[str, str], Effect] = {
    ("POST", "/v1/accounts"): _account,
    ("POST", "/v1/webhook_endpoints"): _webhook_endpoint,
    ("POST", "/v1/prices"): _price,
    ("DELETE", "/v1/subscriptions/{subscription_exposed_id}"): _cancel,
    ("POST", "/v1/payment_methods"): _payment_method,
    ("POST", "/v1/payment_methods/{payment_method}/attach"): _attach,
    ("POST", "/v1/payment_methods/{payment_method}/detach"): _detach,
    ("POST", "/v1/customers/{customer}/tax_ids"): _customer_tax_id,
    ("POST", "/v1/customers/{customer}/sources"): _source,
    ("POST", "/v1/tax_ids"): _tax_id,
    ("POST", "/v1/refunds"): _refund,
    ("DELETE", "/v1/customers/{customer}/discount"): _delete_discount,
    ("DELETE", "/v1/subscriptions/{subscription_exposed_id}/discount"): _delete_discount,
    **EFFECTS_OF_BILLING,
}
