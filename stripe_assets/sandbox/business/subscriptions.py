"""Subscriptions in every status, with their items, their discounts and a monthly invoice."""

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
"""The status of each subscription in turn."""
FAILING = {"past_due": "open", "unpaid": "uncollectible"}
"""A subscription's status → the status of its latest invoice, which the customer has not paid."""


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
    """A subscription, with an invoice for each month until now, or until it ended.

    `n` is its number. It is at most `months` months old.
    """
    status = STATUSES[n % len(STATUSES)]
    created = max(customer.created + DAY, make.now - months * MONTH + (n % 25) * DAY // 2)
    created = min(created, make.now - DAY)
    ended = _end_of(make, created, status)
    passed = max(0, ((ended or make.now) - created) // MONTH)
    subscription = _add_subscription(make, customer, n, status, created, ended)
    _add_items(make, subscription, n, created + passed * MONTH)
    if n % 6 == 1:
        _add_discounts(make, subscription, customer, n)
    if status == "incomplete":
        invoices.monthly(make, subscription, customer, created, outcome="open")
    elif status == "incomplete_expired":
        invoices.monthly(make, subscription, customer, created, outcome="void")
    elif status != "trialing":
        _bill(make, subscription, customer, passed, n)
    return subscription


def _end_of(make: Builder, created: int, status: str) -> int | None:
    if status == "canceled":
        return min(created + 2 * MONTH, make.now - DAY // 2)
    return created + DAY if status == "incomplete_expired" else None


def _add_subscription(
    make: Builder, customer: Record, n: int, status: str, created: int, ended: int | None
) -> Record:
    currency = customer.body["currency"]
    is_canceled, is_trial = status == "canceled", status == "trialing"
    details = {"reason": "cancellation_requested", "feedback": "too_expensive"}
    return make.add(
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
        default_tax_rates=[make.listed("tax_rate")[0].id] if currency == "eur" else [],
        canceled_at=ended if is_canceled else None,
        ended_at=ended,
        cancellation_details=details if is_canceled else {},
        trial_start=created if is_trial else None,
        trial_end=make.now + 9 * DAY if is_trial else None,
        billing_mode={"type": "flexible"},
        invoice_settings={"issuer": {"type": "self"}},
        metadata={"roast": "dark"} if n % 4 == 0 else {},
        description="Jeden Monat, 毎月" if n % 8 == 0 else None,
        test_clock=customer.body["test_clock"],
    )


def _add_items(make: Builder, subscription: Record, n: int, period: int) -> None:
    """One item, two or twelve. `period` is when the present month began."""
    prices = monthly_prices(make, subscription.body["currency"])
    many = 12 if n % 29 == 7 else 1 + (n % 5 == 2)
    for k in range(many):
        price = prices[k % len(prices)]
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


def _add_discounts(make: Builder, subscription: Record, customer: Record, n: int) -> None:
    """A discount of the subscription, and for some also one of the customer."""
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
        source, start = made.body["source"], customer.created
        own = make.add("discount", start, customer=customer.id, source=source, start=start)
        customer.body["discount"] = own.id


def _bill(make: Builder, subscription: Record, customer: Record, months: int, n: int) -> None:
    """An invoice for each month. The latest one may be a draft, or the customer fails to pay it."""
    failing = FAILING.get(subscription.body["status"])
    ended = subscription.body["ended_at"]
    for month in range(months + 1):
        at = subscription.created + month * MONTH
        if at > make.now or (ended and at >= ended):
            break
        outcome = "paid"
        if month == months and failing:
            outcome = failing
        elif month == months and at > make.now - 20 * 3600:
            outcome = "draft"
        extra = 38 if n % 37 == 4 and month == 1 else 0
        invoices.monthly(make, subscription, customer, at, outcome=outcome, extra=extra)


def schedule(make: Builder, subscription: Record, status: str) -> Record:
    """A schedule that the subscription follows, or one that is over."""
    items = make.listed("subscription_item")
    item = next(one for one in items if one.body["subscription"] == subscription.id)
    is_active, is_released = status == "active", status == "released"
    phase: dict[str, Any] = {
        "currency": subscription.body["currency"],
        "start_date": subscription.created,
        "end_date": make.now + 200 * DAY,
        "items": [{"price": item.body["price"], "plan": item.body["price"], "quantity": 1}],
    }
    current = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    made = make.add(
        "subscription_schedule",
        subscription.created,
        customer=subscription.body["customer"],
        subscription=subscription.id if is_active else None,
        status=status,
        phases=[phase],
        current_phase=current if is_active else None,
        end_behavior="release",
        canceled_at=make.ago(3) if status == "canceled" else None,
        released_at=make.ago(2) if is_released else None,
        released_subscription=subscription.id if is_released else None,
        test_clock=subscription.body["test_clock"],
    )
    if is_active:
        subscription.body["schedule"] = made.id
    return made
