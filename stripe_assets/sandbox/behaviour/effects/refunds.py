"""Refunds, each with its balance transaction."""

from __future__ import annotations

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

PENDING_DAYS = 2


def create(changes: Changes, call: Call, route: Route) -> Record:
    charge = _charge(changes, call)
    left = charge.body["amount_captured"] - charge.body["amount_refunded"]
    amount = int(call.params.get("amount", left))
    if amount > left or not left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise ApiError(400, message, code="charge_already_refunded")
    given = {
        "charge": charge.id,
        "payment_intent": charge.body["payment_intent"],
        "currency": charge.body["currency"],
        "amount": amount,
        "status": "succeeded",
        "metadata": {},
        "reason": call.params.get("reason"),
    }
    refund = changes.create("refund", given, event=False)
    refund.body["balance_transaction"] = _transaction(changes, refund).id
    changes.emit_change(refund, "created")
    refunded = charge.body["amount_refunded"] + amount
    after = {"amount_refunded": refunded, "refunded": refunded == charge.body["amount"]}
    changes.change(charge, after, event="charge.refunded")
    return refund


def _charge(changes: Changes, call: Call) -> Record:
    space = changes.space
    charge = space.find(call.params.get("charge"), ["charge"])
    intent = space.find(call.params.get("payment_intent"), ["payment_intent"])
    if intent is not None:
        charge = space.find(intent.body["latest_charge"], ["charge"])
    if charge is None:
        raise missing("charge", str(call.params.get("charge")), "charge", 400)
    return charge


def _transaction(changes: Changes, refund: Record) -> Record:
    amount = refund.body["amount"]
    moved = {
        "amount": -amount,
        "net": -amount,
        "currency": refund.body["currency"],
        "type": "refund",
        "reporting_category": "refund",
        "source": refund.id,
        "status": "pending",
        "available_on": changes.world.clock.now() + PENDING_DAYS * DAY,
    }
    return changes.create("balance_transaction", moved)


EFFECTS = {("POST", "/v1/refunds"): create}
