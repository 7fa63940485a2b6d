"""Checkout sessions, payment links and quotes; and the shop's files and webhook endpoints."""

from __future__ import annotations

from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.customers import card_method
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.objects.words import PLACES
from stripe_assets.sandbox.settings import DAY


def _add_line_items(make: Builder, parent: Record, part: str, many: int) -> int:
    """Adds `many` line items to the parent's list `part`. Returns their total amount."""
    prices = [
        record
        for record in make.space.table("price").by_id.values()
        if record.body["type"] == "one_time" and record.body["currency"] == "usd"
    ]
    total = 0
    for k in range(many):
        price = prices[k % len(prices)]
        amount = price.body["unit_amount"] * (k + 1)
        total += amount
        make.add(
            "item",
            parent.created,
            parent=(parent.id, part),
            price=price.id,
            quantity=k + 1,
            amount_subtotal=amount,
            amount_total=amount,
            currency="usd",
            description="Moka «Élan» ☕",
        )
    return total


CHECKOUTS = (("complete", 2), ("open", 1), ("expired", 1), ("complete", 13), ("complete", 3))
"""(status, number of line items) of the checkout sessions."""

QUOTES = ("draft", "open", "accepted", "canceled")
"""The statuses of the quotes."""

FILES = (
    ("Ladenschild ☕.png", "business_logo"),
    ("evidence.pdf", "dispute_evidence"),
    ("領収書.pdf", "dispute_evidence"),
)
"""(name, purpose)."""


def add_checkouts(make: Builder, customers: list[Record], link: Record) -> None:
    """Checkout sessions in dollars. The last one is of the payment link."""
    payers = [customer for customer in customers if customer.body["currency"] == "usd"]
    for n, (status, many) in enumerate(CHECKOUTS):
        customer, is_complete = payers[n % len(payers)], status == "complete"
        created = make.ago(45 - 9 * n)
        details = {"email": customer.body["email"], "name": customer.body["name"], "tax_ids": []}
        session = make.add(
            "checkout.session",
            created,
            mode="payment",
            status=status,
            currency="usd",
            customer=customer.id if is_complete else None,
            customer_details=details if is_complete else None,
            payment_link=link.id if n == 4 else None,
            payment_method_types=["card"],
            payment_status="paid" if is_complete else "unpaid",
            expires_at=created + DAY,
            success_url="https://example.com/danke",
            url="https://example.com/pay" if status == "open" else None,
            client_reference_id=f"cart-{n}",
            total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        )
        total = _add_line_items(make, session, "line_items", many)
        session.body.update(amount_subtotal=total, amount_total=total)
        if is_complete:
            intent = payments.charge(make, customer, total, "usd", created + 600)
            session.body["payment_intent"] = intent.id


def add_payment_links(make: Builder) -> Record:
    """An active payment link, which is returned, and one that is not active."""
    found = []
    for n, active in enumerate((True, False)):
        link = make.add(
            "payment_link",
            make.ago(100 - n),
            active=active,
            currency="usd",
            url=f"https://buy.example.com/{n}",
            payment_method_types=["card"],
            after_completion={"type": "hosted_confirmation", "hosted_confirmation": {}},
        )
        _add_line_items(make, link, "line_items", 2)
        found.append(link)
    return found[0]


def add_quotes(make: Builder, customers: list[Record], clock: str | None = None) -> None:
    """A quote of each status. On a test clock only the first."""
    for n, status in enumerate(QUOTES[:1] if clock else QUOTES):
        customer = customers[n]
        quote = make.add(
            "quote",
            make.ago(25 - n),
            customer=customer.id,
            status=status,
            currency="usd",
            collection_method="charge_automatically",
            expires_at=make.now + 20 * DAY,
            number=None if status == "draft" else f"QT-{n:04d}",
            header="Angebot Nr. 4711",
            test_clock=clock,
            computed={"upfront": {}},
            invoice_settings={"issuer": {"type": "self"}},
        )
        total = _add_line_items(make, quote, "line_items", 11 if n == 1 else 2)
        _add_line_items(make, quote, "computed_upfront_line_items", 11 if n == 1 else 2)
        quote.body.update(amount_subtotal=total, amount_total=total)


def add_office(make: Builder) -> None:
    """Files with links to them, and webhook endpoints."""
    for n, (name, purpose) in enumerate(FILES):
        file = make.add(
            "file",
            make.ago(60 - n),
            filename=name,
            purpose=purpose,
            size=20_000 + n,
            type=name[-3:],
            title=None,
            url=f"https://files.example.com/{n}",
        )
        for k in range(12 if n == 0 else n):
            expired = k % 2 == 1
            make.add(
                "file_link",
                make.ago(50 - n - k / 24),
                file=file.id,
                expired=expired,
                expires_at=make.ago(1) if expired else None,
                url=f"https://files.example.com/l/{n}{k}",
            )
    for n, status in enumerate(("enabled", "disabled")):
        endpoint = make.add(
            "webhook_endpoint",
            make.ago(200 - n),
            url=f"https://example.com/hooks/{n}",
            enabled_events=["*"],
            status=status,
            api_version=None,
        )
        del endpoint.body["secret"]


def add_unattached_methods(make: Builder) -> None:
    """Payment methods of no customer. One of them has a custom type."""
    for n in range(3):
        card_method(make, None, 900 + n, PLACES[n])
    make.add(
        "payment_method",
        make.ago(33),
        type="custom",
        custom={"type": "cpmt_gutschein", "display_name": "Gutschein"},
        billing_details={},
    )
