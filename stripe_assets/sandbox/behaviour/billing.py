"""What billing calls do: subscriptions get items, invoices get lines and go from draft to paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.reads import wanted
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record

DRAFT: Mapping[str, Any] = {
    "status": "draft",
    "billing_reason": "manual",
    "auto_advance": False,
    "metadata": {},
    "issuer": {"type": "self"},
    "total_discount_amounts": [],
    "total_taxes": [],
}
MONTH = 30 * 86_400


def _subscription(changes: Changes, call: Call, route: Route) -> Record:
    items = call.params.get("items")
    if not isinstance(items, list) or not items:
        raise ApiError(400, "Missing required param: items.", code="parameter_missing", param="items")
    prices = [_existing(changes, "price", str(item.get("price")), "items[0][price]") for item in items]
    customer = _existing(changes, "customer", str(call.params.get("customer")), "customer")
    now = changes.world.clock.now()
    given: dict[str, Any] = {name: value for name, value in fields_of("subscription", call.params).items() if name != "items"}
    trial = int(call.params.get("trial_period_days", 0))
    about = {"status": "trialing", "trial_start": now, "trial_end": now + trial * 86_400} if trial else {"status": "active"}
    begun = {"start_date": now, "billing_cycle_anchor": now, "currency": prices[0].body["currency"], "discounts": []}
    state = {"collection_method": "charge_automatically", "default_tax_rates": [], "test_clock": customer.body["test_clock"]}
    subscription = changes.create("subscription", {**state, **begun, **about, "metadata": {}, **given}, event=False)
    for item, price in zip(items, prices, strict=True):
        _add_item(changes, subscription.id, price, int(item.get("quantity", 1)), now)
    changes.tell(subscription, "created")
    return subscription


def _add_item(changes: Changes, subscription: str, price: Record, quantity: int, now: int) -> Record:
    period = {"current_period_start": now, "current_period_end": now + MONTH}
    given = {"subscription": subscription, "price": price.id, "plan": price.id, "quantity": quantity, "tax_rates": [], **period}
    return changes.create("subscription_item", given)


def _subscription_item(changes: Changes, call: Call, route: Route) -> Record:
    subscription = _existing(changes, "subscription", str(call.params["subscription"]), "subscription")
    price = _existing(changes, "price", str(call.params.get("price")), "price")
    item = _add_item(changes, subscription.id, price, int(call.params.get("quantity", 1)), changes.world.clock.now())
    changes.tell(subscription, "updated")
    return item


def _change_item(changes: Changes, call: Call, route: Route) -> Record:
    item = wanted(call, route)
    given = fields_of("subscription_item", call.params)
    if "price" in given:
        given["plan"] = _existing(changes, "price", given["price"], "price").id
    changes.change(item, given)
    changes.tell(_existing(changes, "subscription", item.body["subscription"], "subscription"), "updated")
    return item


def _delete_item(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    item = wanted(call, route)
    gone = changes.delete(item)
    changes.tell(_existing(changes, "subscription", item.body["subscription"], "subscription"), "updated")
    return gone


def _invoice(changes: Changes, call: Call, route: Route) -> Record:
    customer = _existing(changes, "customer", str(call.params.get("customer")), "customer")
    now = changes.world.clock.now()
    about = {f"customer_{name}": customer.body[name] for name in ("email", "name", "phone", "address", "shipping")}
    period = {"period_start": now, "period_end": now, "currency": customer.body["currency"] or "usd"}
    given = {**DRAFT, **about, **period, **fields_of("invoice", call.params), "test_clock": customer.body["test_clock"]}
    invoice = changes.create("invoice", given)
    if call.params.get("pending_invoice_items_behavior") == "include":
        for _, id in list(changes.space.table("invoiceitem").index("customer").get(customer.id, ())):
            item = changes.space.table("invoiceitem").by_id[id]
            if item.body["invoice"] is None:
                changes.change(item, {"invoice": invoice.id}, event=False)
                _line_of(changes, invoice, item)
        _total(changes, invoice)
    return invoice


def _invoice_item(changes: Changes, call: Call, route: Route) -> Record:
    now = changes.world.clock.now()
    given = fields_of("invoiceitem", call.params)
    quantity = given.setdefault("quantity", 1)
    price_id = (call.params.get("pricing") or {}).get("price") or call.params.get("price")
    if price_id:
        price = _existing(changes, "price", str(price_id), "pricing[price]").body
        details = {"price": price["id"], "product": price["product"]}
        given["pricing"] = {"type": "price_details", "price_details": details, "unit_amount_decimal": price["unit_amount_decimal"]}
        given.update(amount=price["unit_amount"] * quantity, currency=price["currency"])
    period = {"start": now, "end": now}
    given = {"date": now, "period": period, "discountable": True, "discounts": [], "tax_rates": [], "metadata": {}, **given}
    item = changes.create("invoiceitem", {**given, "net_amount": given.get("amount"), "quantity_decimal": str(quantity), "created": now})
    item.body.pop("created", None)
    if item.body["invoice"]:
        invoice = _draft(_existing(changes, "invoice", item.body["invoice"], "invoice"))
        _line_of(changes, invoice, item)
        _total(changes, invoice)
    return item


def _line_of(changes: Changes, invoice: Record, item: Record) -> Record:
    same = ("amount", "currency", "description", "discountable", "metadata", "period", "pricing", "quantity", "quantity_decimal")
    details = {"invoice_item": item.id, "proration": False}
    more = {"subtotal": item.body["amount"], "parent": {"type": "invoice_item_details", "invoice_item_details": details}}
    lists = {"discount_amounts": [], "pretax_credit_amounts": [], "taxes": []}
    return changes.create("line_item", {"invoice": invoice.id, **{name: item.body[name] for name in same}, **more, **lists})


def _lines(changes: Changes, invoice: Record) -> list[Record]:
    table = changes.space.table("line_item")
    return [table.by_id[id] for _, id in table.index("invoice").get(invoice.id, ())]


def _total(changes: Changes, invoice: Record) -> None:
    total = sum(line.body["amount"] for line in _lines(changes, invoice))
    names = ("subtotal", "total", "amount_due", "amount_remaining", "subtotal_excluding_tax", "total_excluding_tax")
    changes.change(invoice, dict.fromkeys(names, total), event="invoice.updated")


def _delete_invoice_item(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    item = wanted(call, route)
    invoice = changes.space.find(item.body["invoice"], ["invoice"])
    if invoice is not None:
        _draft(invoice)
    gone = changes.delete(item)
    if invoice is not None:
        for line in _lines(changes, invoice):
            if _item_of(line) == item.id:
                changes.delete(line)
        _total(changes, invoice)
    return gone


def _item_of(line: Record) -> str | None:
    return ((line.body["parent"] or {}).get("invoice_item_details") or {}).get("invoice_item")


def _remove_lines(changes: Changes, call: Call, route: Route) -> Record:
    """Each with the item that it came from, or (`behavior` unassign) without."""
    invoice = _draft(wanted(call, route))
    for given in call.params["lines"]:
        line = _existing(changes, "line_item", str(given.get("id")), "lines[0][id]")
        item = changes.space.find(_item_of(line), ["invoiceitem"])
        changes.delete(line)
        if item is not None and given.get("behavior") == "unassign":
            changes.change(item, {"invoice": None}, event=False)
        elif item is not None:
            changes.delete(item)
    _total(changes, invoice)
    return invoice


def _delete_draft(changes: Changes, call: Call, route: Route) -> dict[str, Any]:
    invoice = _draft(wanted(call, route))
    for line in _lines(changes, invoice):
        changes.delete(line)
    return changes.delete(invoice)


def _finalize(changes: Changes, call: Call, route: Route) -> Record:
    invoice = _draft(wanted(call, route))
    now = changes.world.clock.now()
    customer = _existing(changes, "customer", invoice.body["customer"], "customer")
    n = customer.body["next_invoice_sequence"]
    changes.change(customer, {"next_invoice_sequence": n + 1})
    number = f"{customer.body['invoice_prefix']}-{n:04d}"
    steps = {**invoice.body["status_transitions"], "finalized_at": now}
    status = {"status": "open", "number": number, "effective_at": now, "ending_balance": 0, "status_transitions": steps}
    changes.change(invoice, status, event="invoice.finalized")
    return invoice


def _step(status: str, moment: str, event: str) -> Any:
    """An open invoice's way to an end."""

    def effect(changes: Changes, call: Call, route: Route) -> Record:
        invoice = wanted(call, route)
        if invoice.body["status"] not in ("open", "uncollectible"):
            raise ApiError(400, f"This invoice is {invoice.body['status']}: it cannot become {status}.", code="invoice_not_editable")
        steps = {**invoice.body["status_transitions"], moment: changes.world.clock.now()}
        ended: dict[str, Any] = {"status": status, "status_transitions": steps}
        if status == "paid":
            ended.update(amount_paid=invoice.body["amount_due"], amount_remaining=0, attempted=True, attempt_count=1)
        changes.change(invoice, ended, event=event)
        return invoice

    return effect


def _draft(invoice: Record) -> Record:
    if invoice.body["status"] != "draft":
        raise ApiError(400, "This invoice is no longer a draft and cannot be changed.", code="invoice_not_editable")
    return invoice


def _existing(changes: Changes, resource: str, id: str, param: str) -> Record:
    record = changes.space.find(id, [resource])
    if record is None or record.deleted:
        raise missing(resource, id, param, 400)
    return record


EFFECTS_OF_BILLING = {
    ("POST", "/v1/subscriptions"): _subscription,
    ("POST", "/v1/subscription_items"): _subscription_item,
    ("POST", "/v1/subscription_items/{item}"): _change_item,
    ("DELETE", "/v1/subscription_items/{item}"): _delete_item,
    ("POST", "/v1/invoices"): _invoice,
    ("POST", "/v1/invoiceitems"): _invoice_item,
    ("DELETE", "/v1/invoiceitems/{invoiceitem}"): _delete_invoice_item,
    ("DELETE", "/v1/invoices/{invoice}"): _delete_draft,
    ("POST", "/v1/invoices/{invoice}/finalize"): _finalize,
    ("POST", "/v1/invoices/{invoice}/remove_lines"): _remove_lines,
    ("POST", "/v1/invoices/{invoice}/pay"): _step("paid", "paid_at", "invoice.paid"),
    ("POST", "/v1/invoices/{invoice}/void"): _step("void", "voided_at", "invoice.voided"),
    ("POST", "/v1/invoices/{invoice}/mark_uncollectible"): _step(
        "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible"
    ),
}
