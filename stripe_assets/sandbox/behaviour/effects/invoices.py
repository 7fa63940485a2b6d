"""Invoices: created as a draft, then deleted or finalized, then paid, voided or given up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.effects.defaults import DRAFT
from stripe_assets.sandbox.behaviour.effects.invoice_lines import (
    add_line,
    lines_of,
    require_draft,
    set_totals,
)
from stripe_assets.sandbox.behaviour.lookup import named_by_param, named_by_url
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record

FROM_CUSTOMER = ("email", "name", "phone", "address", "shipping")
"""Fields that an invoice copies from its customer, as `customer_<field>`."""


def create(changes: Changes, call: Call, route: Route) -> Record:
    customer = named_by_param(changes.space, "customer", call.params.get("customer"), "customer")
    now = changes.world.clock.now()
    given = {
        **DRAFT,
        **{f"customer_{name}": customer.body[name] for name in FROM_CUSTOMER},
        "period_start": now,
        "period_end": now,
        "currency": customer.body["currency"] or "usd",
        **fields_of("invoice", call.params),
        "test_clock": customer.body["test_clock"],
    }
    invoice = changes.create("invoice", given)
    if call.params.get("pending_invoice_items_behavior") == "include":
        items = changes.space.table("invoiceitem")
        for _, id in list(items.index("customer").get(customer.id, ())):
            item = items.by_id[id]
            if item.body["invoice"] is None:
                changes.change(item, {"invoice": invoice.id}, event=False)
                add_line(changes, invoice, item)
        set_totals(changes, invoice)
    return invoice


def delete_draft(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    invoice = require_draft(named_by_url(call, route))
    for line in lines_of(changes, invoice):
        changes.delete(line)
    return changes.delete(invoice)


def finalize(changes: Changes, call: Call, route: Route) -> Record:
    invoice = require_draft(named_by_url(call, route))
    now = changes.world.clock.now()
    customer = named_by_param(changes.space, "customer", invoice.body["customer"], "customer")
    n = customer.body["next_invoice_sequence"]
    changes.change(customer, {"next_invoice_sequence": n + 1})
    final = {
        "status": "open",
        "number": f"{customer.body['invoice_prefix']}-{n:04d}",
        "effective_at": now,
        "ending_balance": 0,
        "status_transitions": {**invoice.body["status_transitions"], "finalized_at": now},
    }
    changes.change(invoice, final, event="invoice.finalized")
    return invoice


def _end(status: str, moment: str, event: str) -> Callable[[Changes, Call, Route], Record]:
    """The call that gives an open invoice its last status. `moment` is the field of its time."""

    def effect(changes: Changes, call: Call, route: Route) -> Record:
        invoice = named_by_url(call, route)
        if invoice.body["status"] not in ("open", "uncollectible"):
            message = f"This invoice is {invoice.body['status']}: it cannot become {status}."
            raise ApiError(400, message, code="invoice_not_editable")
        steps = {**invoice.body["status_transitions"], moment: changes.world.clock.now()}
        ended: dict[str, Any] = {"status": status, "status_transitions": steps}
        if status == "paid":
            ended.update(
                amount_paid=invoice.body["amount_due"],
                amount_remaining=0,
                attempted=True,
                attempt_count=1,
            )
        changes.change(invoice, ended, event=event)
        return invoice

    return effect


EFFECTS = {
    ("POST", "/v1/invoices"): create,
    ("DELETE", "/v1/invoices/{invoice}"): delete_draft,
    ("POST", "/v1/invoices/{invoice}/finalize"): finalize,
    ("POST", "/v1/invoices/{invoice}/pay"): _end("paid", "paid_at", "invoice.paid"),
    ("POST", "/v1/invoices/{invoice}/void"): _end("void", "voided_at", "invoice.voided"),
    ("POST", "/v1/invoices/{invoice}/mark_uncollectible"): _end(
        "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible"
    ),
}
