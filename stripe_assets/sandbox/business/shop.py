"""One account's shop: all that it sells, its customers, and what they bought, paid and returned."""

from __future__ import annotations

from stripe_assets.sandbox.business import (
    banks,
    customers,
    invoice_lines,
    invoices,
    payments,
    products,
    reference,
    sales,
    subscriptions,
)
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

MANUAL_INVOICES = (
    (3, "paid"),
    (25, "paid"),
    (1, "open"),
    (11, "draft"),
    (2, "void"),
    (40, "paid"),
)
"""(lines, status) of the invoices that are made by hand."""

DISPUTES = ("needs_response", "won", "lost")


def add_shop(make: Builder, many: int, months: int) -> None:
    """Adds a shop with `many` customers. Its subscriptions are at most `months` months old."""
    reference.add_reference_data(make)
    products.add_products(make)
    buyers = customers.add_customers(make, many)
    sales.add_unattached_methods(make)
    subscribed = [
        subscriptions.subscribe(make, buyers[n], n, months=months) for n in range(many * 2 // 3)
    ]
    for n, status in enumerate(("active", "canceled", "released")):
        subscriptions.schedule(make, subscribed[n], status)
    _add_manual_invoices(make, buyers)
    _add_credit_notes(make)
    _refund_and_dispute(make)
    sales.add_checkouts(make, buyers, sales.add_payment_links(make))
    sales.add_quotes(make, buyers)
    sales.add_office(make)
    banks.link_accounts(make)
    for customer in [customers.add_customers(make, 1)[0] for _ in range(2)]:
        customer.deleted = True
        make.space.table("customer").unlisted.add(customer.id)


def _add_manual_invoices(make: Builder, buyers: list[Record]) -> None:
    for n, (lines, outcome) in enumerate(MANUAL_INVOICES):
        invoices.manual(make, buyers[-1 - n], make.ago(20 - 3 * n) - 40, lines, outcome)
    prices = (record.body for record in make.listed("price"))
    price = next(one for one in prices if one["type"] == "one_time" and one["active"])
    for n in range(3):
        invoice_lines.invoice_item(make, buyers[n], make.ago(2 + n), price, 1, None)


def _add_credit_notes(make: Builder) -> None:
    paid = [record for record in make.listed("invoice") if record.body["status"] == "paid"]
    lines = make.space.table("line_item").index("invoice")
    for n, many in enumerate((1, 11, 1)):
        longest = max(paid, key=lambda invoice: len(lines.get(invoice.id, [])))
        invoice = longest if n == 1 else paid[-1 - n]
        created = min(invoice.created + 2 * DAY, make.now - 60)
        invoices.credit_note(make, invoice, many, created)


def _refund_and_dispute(make: Builder) -> None:
    """Picks about twenty charges. Every fifth is disputed, the others are refunded."""
    charges = [record for record in make.listed("charge") if record.body["paid"]]
    for n, paid in enumerate(charges[:: max(1, len(charges) // 20)]):
        at = min(paid.created + DAY * (2 + n % 5), make.now - 120 - n)
        if n % 5 == 4:
            status = DISPUTES[n // 5 % 3]
            if status == "won":
                at = min(at, make.ago(6))  # the money came back five days later, before now
            payments.dispute(make, paid, status, at)
        else:
            for _ in range(13 if n == 1 else 1):
                payments.refund(make, paid, max(1, paid.body["amount"] // 20), at)


def add_test_clock(make: Builder) -> None:
    """A test clock with customers, subscriptions, a schedule and a quote on it."""
    clock = make.add(
        "test_helpers.test_clock",
        make.ago(12),
        frozen_time=make.now,
        name="Jahreswechsel",
        status="ready",
        deletes_after=make.now + 18 * DAY,
    )
    found = customers.add_customers(make, 3, clock.id)
    for n, customer in enumerate(found[:2]):
        subscription = subscriptions.subscribe(make, customer, 7 * n, months=1)
        if n == 0:
            subscriptions.schedule(make, subscription, "active")
    sales.add_quotes(make, found, clock.id)
