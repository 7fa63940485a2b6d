"""Subscriptions in every status, with their items, discounts and the invoices of their months."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business import invoices
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

MONTH = 30 * DAY
STATUSES = (
    *("active",) * 7,
    "canceled",
    "past_due",
    "trialing",
    "canceled",
    "paused",
    "incomplete_expired",
    "unpaid",
    "incomplete",
)


def monthly_prices(make: Builder, currency: str) -> list[Record]:
    return [
        record
        for record in make.listed("price")
        if record.body["type"] == "recurring"
        and record.body["active"]
        and record.body["currency"] == currency
        and record.body["recurring"]["interval"] == "month"
        and record.body["unit_amount"]
    ]


def subscribe(make: Builder, customer: Record, n: int, *, months: int = 5) -> Record:
    """A subscription and its invoices, one a month until now or until it ended."""
    status = STATUSES[n % len(STATUSES)]
    currency = customer.body["currency"]
    created = max(customer.created + DAY, make.now - months * MONTH + (n % 25) * DAY // 2)
    created = min(created, make.now - DAY)
    ended = status in ("canceled", "incomplete_expired")
    stopped = (
        min(created + 2 * MONTH, make.now - DAY // 2)
        if status == "canceled"
        else created + DAY
        if ended
        else None
    )
    begun = max(0, ((stopped or make.now) - created) // MONTH)
    period = created + begun * MONTH
    rate = make.listed("tax_rate")[0].id
    subscription = make.add(
        "subscription",
        created,
        customer=customer.id,
        currency=currency,
        status=status,
        start_date=created,
        billing_cycle_anchor=created,
        collection_method="send_invoice" if n % 10 == 9 else "charge_automatically",
        days_until_due=14 if n % 10 == 9 else None,
        default_payment_method=customer.body["invoice_settings"]["default_payment_method"],
        default_tax_rates=[rate] if currency == "eur" else [],
        canceled_at=stopped if status == "canceled" else None,
        ended_at=stopped,
        cancellation_details={"reason": "cancellation_requested", "feedback": "too_expensive"}
        if status == "canceled"
        else {},
        trial_start=created if status == "trialing" else None,
        trial_end=make.now + 9 * DAY if status == "trialing" else None,
        billing_mode={"type": "flexible"},
        invoice_settings={"issuer": {"type": "self"}},
        metadata={"roast": "dark"} if n % 4 == 0 else {},
        description="Jeden Monat, 毎月" if n % 8 == 0 else None,
        test_clock=customer.body["test_clock"],
    )
    add_items(make, subscription, n, currency, period)
    if n % 6 == 1:
        discount(make, subscription, customer, n)
    if status in ("incomplete", "incomplete_expired"):
        invoices.monthly(
            make,
            subscription,
            customer,
            created,
            outcome="open" if status == "incomplete" else "void",
        )
    elif status != "trialing":
        bill(make, subscription, customer, begun, status, n)
    return subscription


def add_items(make: Builder, subscription: Record, n: int, currency: str, period: int) -> None:
    prices = monthly_prices(make, currency)
    plain = [price for price in prices]
    many = 12 if n % 29 == 7 else 1 + (n % 5 == 2)
    for k in range(many):
        price = plain[k % len(plain)]
        make.add(
            "subscription_item",
            subscription.created + k,
            subscription=subscription.id,
            price=price.id,
            plan=price.id,
            quantity=1 + k,
            tax_rates=[],
            current_period_start=period,
            current_period_end=period + MONTH,
        )


def discount(make: Builder, subscription: Record, customer: Record, n: int) -> None:
    codes = make.listed("promotion_code")
    code = codes[n % len(codes)]
    made = make.add(
        "discount",
        subscription.created,
        customer=customer.id,
        subscription=subscription.id,
        promotion_code=code.id,
        source={"type": "coupon", "coupon": code.body["promotion"]["coupon"]},
        start=subscription.created,
        end=subscription.created + 3 * MONTH,
    )
    subscription.body["discounts"] = [made.id]
    if n % 12 == 1:
        about = {"customer": customer.id, "source": made.body["source"], "start": customer.created}
        customer.body["discount"] = make.add("discount", customer.created, **about).id


def bill(
    make: Builder, subscription: Record, customer: Record, months: int, status: str, n: int
) -> None:
    failing = {"past_due": "open", "unpaid": "uncollectible"}.get(status)
    for month in range(months + 1):
        at = subscription.created + month * MONTH
        if at > make.now or (subscription.body["ended_at"] and at >= subscription.body["ended_at"]):
            break
        last = month == months
        outcome = failing if last and failing else "paid"
        if last and at > make.now - 3600 * 20 and not failing:
            outcome = "draft"
        extra = 38 if n % 37 == 4 and month == 1 else 0
        invoices.monthly(make, subscription, customer, at, outcome=outcome, extra=extra)


def schedule(make: Builder, subscription: Record, status: str) -> Record:
    """A schedule that a subscription follows, or one that ended."""
    item = next(
        record
        for record in make.listed("subscription_item")
        if record.body["subscription"] == subscription.id
    )
    phase: dict[str, Any] = {
        "currency": subscription.body["currency"],
        "start_date": subscription.created,
        "end_date": make.now + 200 * DAY,
        "items": [{"price": item.body["price"], "plan": item.body["price"], "quantity": 1}],
    }
    made = make.add(
        "subscription_schedule",
        subscription.created,
        customer=subscription.body["customer"],
        subscription=subscription.id if status == "active" else None,
        status=status,
        phases=[phase],
        current_phase={"start_date": phase["start_date"], "end_date": phase["end_date"]}
        if status == "active"
        else None,
        end_behavior="release",
        canceled_at=make.ago(3) if status == "canceled" else None,
        released_at=make.ago(2) if status == "released" else None,
        released_subscription=subscription.id if status == "released" else None,
        test_clock=subscription.body["test_clock"],
    )
    if status == "active":
        subscription.body["schedule"] = made.id
    return made
