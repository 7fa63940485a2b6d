"""Invoice items, and the lines and totals of an invoice that follow from them."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.lookup import named_by_param, named_by_url
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record

SHARED = (
    "amount",
    "currency",
    "description",
    "discountable",
    "metadata",
    "period",
    "pricing",
    "quantity",
    "quantity_decimal",
)
"""The fields that a line has from its invoice item."""

TOTALS = (
    "subtotal",
    "total",
    "amount_due",
    "amount_remaining",
    "subtotal_excluding_tax",
    "total_excluding_tax",
)
"""The fields of an invoice that are the sum of its lines."""


def require_draft(invoice: Record) -> Record:
    """Raises ApiError (400) for an invoice that is final."""
    if invoice.body["status"] != "draft":
        message = "This invoice is no longer a draft and cannot be changed."
        raise ApiError(400, message, code="invoice_not_editable")
    return invoice


def lines_of(changes: Changes, invoice: Record) -> list[Record]:
    table = changes.space.table("line_item")
    return [table.by_id[id] for _, id in table.index("invoice").get(invoice.id, ())]


def add_line(changes: Changes, invoice: Record, item: Record) -> Record:
    """Adds the line that an invoice item becomes."""
    details = {"invoice_item": item.id, "proration": False}
    return changes.create(
        "line_item",
        {
            "invoice": invoice.id,
            **{name: item.body[name] for name in SHARED},
            "subtotal": item.body["amount"],
            "parent": {"type": "invoice_item_details", "invoice_item_details": details},
            "discount_amounts": [],
            "pretax_credit_amounts": [],
            "taxes": [],
        },
    )


def set_totals(changes: Changes, invoice: Record) -> None:
    total = sum(line.body["amount"] for line in lines_of(changes, invoice))
    changes.change(invoice, dict.fromkeys(TOTALS, total), event="invoice.updated")


def _item_of(line: Record) -> str | None:
    details = (line.body["parent"] or {}).get("invoice_item_details") or {}
    return details.get("invoice_item")


def create_item(changes: Changes, call: Call, route: Route) -> Record:
    now = changes.world.clock.now()
    given = fields_of("invoiceitem", call.params)
    quantity = given.setdefault("quantity", 1)
    price_id = (call.params.get("pricing") or {}).get("price") or call.params.get("price")
    if price_id:
        price = named_by_param(changes.space, "price", price_id, "pricing[price]").body
        given["pricing"] = {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": price["unit_amount_decimal"],
        }
        given.update(amount=price["unit_amount"] * quantity, currency=price["currency"])
    fields = {
        "date": now,
        "period": {"start": now, "end": now},
        "discountable": True,
        "discounts": [],
        "tax_rates": [],
        "metadata": {},
        **given,
        "net_amount": given.get("amount"),
        "quantity_decimal": str(quantity),
        "created": now,
    }
    item = changes.create("invoiceitem", fields)
    item.body.pop("created", None)  # an invoice item has a `date` instead
    if item.body["invoice"]:
        invoice = named_by_param(changes.space, "invoice", item.body["invoice"], "invoice")
        require_draft(invoice)
        add_line(changes, invoice, item)
        set_totals(changes, invoice)
    return item


def delete_item(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    """Deletes an invoice item, and the line that a draft has of it."""
    item = named_by_url(call, route)
    invoice = changes.space.find(item.body["invoice"], ["invoice"])
    if invoice is None:
        return changes.delete(item)
    require_draft(invoice)
    gone = changes.delete(item)
    for line in lines_of(changes, invoice):
        if _item_of(line) == item.id:
            changes.delete(line)
    set_totals(changes, invoice)
    return gone


def remove_lines(changes: Changes, call: Call, route: Route) -> Record:
    """Removes lines of a draft.

    The invoice item of each is deleted too. With the `behavior` `unassign` it stays, without an
    invoice.
    """
    invoice = require_draft(named_by_url(call, route))
    for given in call.params["lines"]:
        line = named_by_param(changes.space, "line_item", given.get("id"), "lines[0][id]")
        item = changes.space.find(_item_of(line), ["invoiceitem"])
        changes.delete(line)
        if item is not None and given.get("behavior") == "unassign":
            changes.change(item, {"invoice": None}, event=False)
        elif item is not None:
            changes.delete(item)
    set_totals(changes, invoice)
    return invoice


EFFECTS = {
    ("POST", "/v1/invoiceitems"): create_item,
    ("DELETE", "/v1/invoiceitems/{invoiceitem}"): delete_item,
    ("POST", "/v1/invoices/{invoice}/remove_lines"): remove_lines,
}
