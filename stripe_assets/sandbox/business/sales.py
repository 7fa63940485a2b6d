"""Other ways to sell: checkout sessions, payment links, quotes; and files and webhook endpoints of the office."""

from __future__ import annotations

from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.customers import card_method
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.objects.words import PLACES
from stripe_assets.sandbox.settings import DAY


def line_items(make: Builder, parent: Record, part: str, many: int) -> int:
    """Rows of a cart, under a list of its parent. Returns their total."""
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


def checkouts(make: Builder, customers: list[Record], link: Record | None) -> None:
    payers = [customer for customer in customers if customer.body["currency"] == "usd"]
    for n, (status, many) in enumerate(
        (("complete", 2), ("open", 1), ("expired", 1), ("complete", 13), ("complete", 3))
    ):
        customer = payers[n % len(payers)]
        created = make.ago(45 - 9 * n)
        session = make.add(
            "checkout.session",
            created,
            mode="payment",
            status=status,
            currency="usd",
            customer=customer.id if status == "complete" else None,
            customer_details={
                "email": customer.body["email"],
                "name": customer.body["name"],
                "tax_ids": [],
            }
            if status == "complete"
            else None,
            payment_link=link.id if link and n == 4 else None,
            payment_method_types=["card"],
            payment_status="paid" if status == "complete" else "unpaid",
            expires_at=created + DAY,
            success_url="https://example.com/danke",
            url="https://example.com/pay" if status == "open" else None,
            client_reference_id=f"cart-{n}",
            total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        )
        total = line_items(make, session, "line_items", many)
        session.body.update(amount_subtotal=total, amount_total=total)
        if status == "complete":
            session.body["payment_intent"] = payments.charge(
                make, customer, total, "usd", created + 600
            ).id


def payment_links(make: Builder) -> Record:
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
        line_items(make, link, "line_items", 2)
        found.append(link)
    return found[0]


def quotes(make: Builder, customers: list[Record], clock: str | None = None) -> None:
    for n, status in enumerate(("draft", "open", "accepted", "canceled")[: 1 if clock else 4]):
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
        total = line_items(make, quote, "line_items", 11 if n == 1 else 2)
        line_items(make, quote, "computed_upfront_line_items", 11 if n == 1 else 2)
        quote.body.update(amount_subtotal=total, amount_total=total)


def office(make: Builder) -> None:
    """Files with links, and where events are delivered to."""
    for n, (name, purpose) in enumerate(
        (
            ("Ladenschild ☕.png", "business_logo"),
            ("evidence.pdf", "dispute_evidence"),
            ("領収書.pdf", "dispute_evidence"),
        )
    ):
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


def unattached_methods(make: Builder) -> None:
    for n in range(3):
        card_method(make, None, 900 + n, PLACES[n])
    make.add(
        "payment_method",
        make.ago(33),
        type="custom",
        custom={"type": "cpmt_gutschein", "display_name": "Gutschein"},
        billing_details={},
    )
