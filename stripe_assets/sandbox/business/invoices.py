"""Invoices: of subscriptions' months and by hand, with their lines, items, payments and credit notes."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

MONTH = 30 * DAY
TAX_PERCENT = 19


def monthly(
    make: Builder, subscription: Record, customer: Record, at: int, *, outcome: str, extra: int = 0
) -> Record:
    """The invoice of one month: a line for each item and `extra` lines from invoice items."""
    first = at == subscription.created
    invoice = blank(
        make,
        customer,
        at,
        "subscription_create" if first else "subscription_cycle",
        subscription.body["currency"],
    )
    invoice.body["parent"] = {
        "type": "subscription_details",
        "subscription_details": {
            "subscription": subscription.id,
            "metadata": subscription.body["metadata"],
            "subscription_proration_date": None,
        },
        "quote_details": None,
    }
    invoice.body["collection_method"] = subscription.body["collection_method"]
    index = make.space.table("subscription_item").index("subscription")
    for _, id in index[subscription.id]:
        item = make.space.table("subscription_item").by_id[id]
        item_line(make, invoice, subscription, item, at)
    for k in range(extra):
        extra_line(make, invoice, customer, k)
    if subscription.body["discounts"]:
        invoice.body["discounts"] = list(subscription.body["discounts"])
    settle(make, invoice, customer, outcome)
    subscription.body["latest_invoice"] = invoice.id
    return invoice


def manual(make: Builder, customer: Record, at: int, lines: int, outcome: str) -> Record:
    """An invoice made by hand from invoice items."""
    invoice = blank(make, customer, at, "manual", customer.body["currency"])
    for k in range(lines):
        extra_line(make, invoice, customer, k)
    settle(make, invoice, customer, outcome)
    return invoice


def blank(make: Builder, customer: Record, at: int, reason: str, currency: str) -> Record:
    account = make.space.table("account").by_id[make.space.account].body
    n = customer.body["next_invoice_sequence"]
    customer.body["next_invoice_sequence"] = n + 1
    invoice = make.add(
        "invoice",
        at,
        customer=customer.id,
        currency=currency,
        billing_reason=reason,
        account_country=account["country"],
        account_name=account["business_profile"]["name"],
        account_tax_ids=None,
        auto_advance=False,
        customer_address=customer.body["address"],
        customer_email=customer.body["email"],
        customer_name=customer.body["name"],
        customer_phone=customer.body["phone"],
        customer_shipping=customer.body["shipping"],
        customer_tax_exempt="none",
        customer_tax_ids=[],
        number=f"{customer.body['invoice_prefix']}-{n:04d}",
        period_start=at - MONTH,
        period_end=at,
        issuer={"type": "self"},
        starting_balance=0,
        test_clock=customer.body["test_clock"],
    )
    del invoice.body["confirmation_secret"]
    return invoice


def item_line(make: Builder, invoice: Record, subscription: Record, item: Record, at: int) -> None:
    price = make.space.table("price").by_id[item.body["price"]].body
    quantity = item.body["quantity"]
    details = {"proration": False, "subscription": subscription.id, "subscription_item": item.id}
    line(
        make,
        invoice,
        price,
        quantity,
        description=f"{quantity} × {price['nickname'] or price['product']}",
        subscription=subscription.id,
        period={"start": at, "end": at + MONTH},
        parent_={"type": "subscription_item_details", "subscription_item_details": details},
    )


def extra_line(make: Builder, invoice: Record, customer: Record, k: int) -> None:
    """An invoice item and the line that it became."""
    currency = invoice.body["currency"]
    price = next(
        p.body
        for p in make.listed("price")
        if p.body["type"] == "one_time" and p.body["currency"] == currency and p.body["active"]
    )
    item = invoice_item(make, customer, invoice.created - k, price, 1 + k % 3, invoice.id)
    details = {"invoice_item": item.id, "proration": False}
    line(
        make,
        invoice,
        price,
        1 + k % 3,
        description=item.body["description"],
        period=item.body["period"],
        parent_={"type": "invoice_item_details", "invoice_item_details": details},
    )


def invoice_item(
    make: Builder,
    customer: Record,
    at: int,
    price: dict[str, Any],
    quantity: int,
    invoice: str | None,
) -> Record:
    amount = price["unit_amount"] * quantity
    pricing = {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    return make.add(
        "invoiceitem",
        at,
        customer=customer.id,
        invoice=invoice,
        date=at,
        amount=amount,
        net_amount=amount,
        currency=price["currency"],
        description="Moka, repariert ・ 修理済み",
        discountable=True,
        quantity=quantity,
        quantity_decimal=str(quantity),
        period={"start": at, "end": at},
        pricing=pricing,
        test_clock=customer.body["test_clock"],
    )


def line(
    make: Builder, invoice: Record, price: dict[str, Any], quantity: int, **fields: Any
) -> Record:
    amount = price["unit_amount"] * quantity
    taxes = []
    if invoice.body["currency"] == "eur":
        rate = make.listed("tax_rate")[0].id
        taxes = [
            {
                "amount": amount * TAX_PERCENT // (100 + TAX_PERCENT),
                "tax_behavior": "inclusive",
                "tax_rate_details": {"tax_rate": rate},
                "taxability_reason": "standard_rated",
                "taxable_amount": amount - amount * TAX_PERCENT // (100 + TAX_PERCENT),
                "type": "tax_rate_details",
            }
        ]
    pricing = {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }
    made = make.add(
        "line_item",
        invoice.created,
        invoice=invoice.id,
        amount=amount,
        subtotal=amount,
        currency=invoice.body["currency"],
        quantity=quantity,
        quantity_decimal=str(quantity),
        discountable=True,
        discount_amounts=[],
        pretax_credit_amounts=[],
        pricing=pricing,
        taxes=taxes,
        **fields,
    )
    invoice.body["subtotal"] += amount
    return made


def settle(make: Builder, invoice: Record, customer: Record, outcome: str) -> None:
    """Finalizes, and has it paid, open, void or uncollectible; a draft stays one."""
    body, at = invoice.body, invoice.created
    total = body["subtotal"]
    steps = body["status_transitions"]
    body.update(
        status=outcome,
        total=total,
        subtotal_excluding_tax=total,
        total_excluding_tax=total,
        amount_due=total,
        amount_remaining=total,
    )
    body.update(total_discount_amounts=[], total_pretax_credit_amounts=[], total_taxes=[])
    if outcome == "draft":
        body.update(number=None, automatically_finalizes_at=make.now + 3600)
        return
    steps["finalized_at"] = body["effective_at"] = at + 3600
    body.update(ending_balance=0, webhooks_delivered_at=at + 5)
    body["hosted_invoice_url"] = f"https://invoice.example.com/i/{invoice.id}"
    body["invoice_pdf"] = body["hosted_invoice_url"] + "/pdf"
    if outcome == "void":
        steps["voided_at"] = at + DAY
        body["amount_remaining"] = 0
        return
    fails = outcome != "paid"
    intent = payments.charge(
        make,
        customer,
        total,
        body["currency"],
        at + 3600,
        fails=fails,
        description=f"Invoice {body['number']}",
    )
    body.update(attempted=True, attempt_count=2 if fails else 1)
    make.add(
        "invoice_payment",
        at + 3600,
        invoice=invoice.id,
        amount_paid=None if fails else total,
        amount_requested=total,
        currency=body["currency"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent.id},
        status="open" if fails else "paid",
        status_transitions={"paid_at": None if fails else at + 3601},
    )
    if outcome == "paid":
        steps["paid_at"] = at + 3601
        body.update(amount_paid=total, amount_remaining=0)
    elif outcome == "uncollectible":
        steps["marked_uncollectible_at"] = at + 5 * DAY
    else:
        body["next_payment_attempt"] = make.now + 2 * DAY


def credit_note(make: Builder, invoice: Record, lines: int, created: int) -> Record:
    """Takes back the first lines of a paid invoice."""
    index = make.space.table("line_item").index("invoice").get(invoice.id, [])[:lines]
    found = [make.space.table("line_item").by_id[id] for _, id in index]
    total = sum(record.body["amount"] for record in found)
    note = make.add(
        "credit_note",
        created,
        invoice=invoice.id,
        customer=invoice.body["customer"],
        currency=invoice.body["currency"],
        amount=total,
        subtotal=total,
        total=total,
        status="issued",
        reason="product_unsatisfactory",
        type="post_payment",
        post_payment_amount=total,
        number=f"{invoice.body['number']}-CN-01",
        pdf="https://example.com/cn.pdf",
        memo="Pardon ! 申し訳ありません",
    )
    for record in found:
        make.add(
            "credit_note_line_item",
            created,
            parent=(note.id, "lines"),
            amount=record.body["amount"],
            description=record.body["description"],
            invoice_line_item=record.id,
            quantity=record.body["quantity"],
            type="invoice_line_item",
            unit_amount=record.body["amount"] // record.body["quantity"],
        )
    invoice.body["post_payment_credit_notes_amount"] = total
    return note
