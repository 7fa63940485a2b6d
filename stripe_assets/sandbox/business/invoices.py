"""Invoices of subscriptions and by hand, with their payments and credit notes."""

from __future__ import annotations

from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.invoice_lines import MONTH, add_extra_line, add_item_line
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

HOUR = 3600


def monthly(
    make: Builder, subscription: Record, customer: Record, at: int, *, outcome: str, extra: int = 0
) -> Record:
    """The invoice of one month, with a line for each item and `extra` lines from invoice items.

    `outcome` is the invoice's status in the end.
    """
    first = at == subscription.created
    invoice = _add_invoice(
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
        add_item_line(make, invoice, subscription, item, at)
    for k in range(extra):
        add_extra_line(make, invoice, customer, k)
    if subscription.body["discounts"]:
        invoice.body["discounts"] = list(subscription.body["discounts"])
    _finish(make, invoice, customer, outcome)
    subscription.body["latest_invoice"] = invoice.id
    return invoice


def manual(make: Builder, customer: Record, at: int, lines: int, outcome: str) -> Record:
    """An invoice that is made by hand from invoice items."""
    invoice = _add_invoice(make, customer, at, "manual", customer.body["currency"])
    for k in range(lines):
        add_extra_line(make, invoice, customer, k)
    _finish(make, invoice, customer, outcome)
    return invoice


def _add_invoice(make: Builder, customer: Record, at: int, reason: str, currency: str) -> Record:
    """An invoice without lines and without a status."""
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


def _finish(make: Builder, invoice: Record, customer: Record, outcome: str) -> None:
    """Sets the totals and the status. All but a draft are finalized, and all but a void invoice
    are collected then."""
    body, at = invoice.body, invoice.created
    total = body["subtotal"]
    body.update(
        status=outcome,
        total=total,
        subtotal_excluding_tax=total,
        total_excluding_tax=total,
        amount_due=total,
        amount_remaining=total,
        total_discount_amounts=[],
        total_pretax_credit_amounts=[],
        total_taxes=[],
    )
    if outcome == "draft":
        body.update(number=None, automatically_finalizes_at=make.now + HOUR)
        return
    body["status_transitions"]["finalized_at"] = body["effective_at"] = at + HOUR
    body.update(ending_balance=0, webhooks_delivered_at=at + 5)
    body["hosted_invoice_url"] = f"https://invoice.example.com/i/{invoice.id}"
    body["invoice_pdf"] = body["hosted_invoice_url"] + "/pdf"
    if outcome == "void":
        body["status_transitions"]["voided_at"] = at + DAY
        body["amount_remaining"] = 0
    else:
        _collect(make, invoice, customer, outcome)


def _collect(make: Builder, invoice: Record, customer: Record, outcome: str) -> None:
    """Charges the customer. Only a paid invoice's charge succeeds."""
    body, at = invoice.body, invoice.created
    total, fails = body["total"], outcome != "paid"
    intent = payments.charge(
        make,
        customer,
        total,
        body["currency"],
        at + HOUR,
        fails=fails,
        description=f"Invoice {body['number']}",
    )
    body.update(attempted=True, attempt_count=2 if fails else 1)
    make.add(
        "invoice_payment",
        at + HOUR,
        invoice=invoice.id,
        amount_paid=None if fails else total,
        amount_requested=total,
        currency=body["currency"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent.id},
        status="open" if fails else "paid",
        status_transitions={"paid_at": None if fails else at + HOUR + 1},
    )
    steps = body["status_transitions"]
    if outcome == "paid":
        steps["paid_at"] = at + HOUR + 1
        body.update(amount_paid=total, amount_remaining=0)
    elif outcome == "uncollectible":
        steps["marked_uncollectible_at"] = at + 5 * DAY
    else:
        body["next_payment_attempt"] = make.now + 2 * DAY


def credit_note(make: Builder, invoice: Record, lines: int, created: int) -> Record:
    """A credit note for the first lines of a paid invoice."""
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
