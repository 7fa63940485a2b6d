"""What the business sells: coffee subscriptions in four currencies, machines, and discounts."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

CURRENCIES = ("usd", "eur", "jpy", "kwd")
"""The currencies of every monthly price."""
STARTER = {"usd": 1900, "eur": 1790, "jpy": 2400, "kwd": 5250}
TEAM = {"usd": 9900, "eur": 9200, "jpy": 14800, "kwd": 30750}
MACHINE = {"usd": 12900, "eur": 11900, "jpy": 19800, "kwd": 39500}
"""Currency → amount, in the currency's minor unit."""
COUPONS: tuple[dict[str, Any], ...] = (
    {
        "id": "SOMMER25",
        "percent_off": 25.0,
        "duration": "repeating",
        "duration_in_months": 3,
        "name": "Sommer ☀️",
    },
    {
        "id": "FIVE_OFF",
        "amount_off": 500,
        "currency": "usd",
        "duration": "once",
        "name": "Five dollars off",
    },
    {"id": "友達割", "percent_off": 12.5, "duration": "forever", "name": "友達紹介割引"},
)


def add_products(make: Builder) -> None:
    """All products with their prices, and coupons, tax rates and shipping rates."""
    starter = _product(make, 420, 9, id="prod_starter", name="Bohnen-Abo", type="service")
    team = _product(make, 410, 30, id="prod_team", name="オフィス定期便", type="service")
    machine = _product(
        make,
        400,
        80,
        name="Moka «Élan» ☕",
        type="good",
        shippable=True,
        url="https://example.com/moka",
        tax_code="txcd_99999999",
    )
    _product(make, 390, 200, name="Altes Modell", type="good", active=False)
    _add_recurring_prices(make, starter, team)
    for currency, amount in MACHINE.items():
        price = one_time(make, machine, currency, amount)
        machine.body["default_price"] = machine.body["default_price"] or price.id
    one_time(make, machine, "usd", 14900, active=False)
    one_time(make, machine, "usd", 1, inline=True)
    _add_coupons(make, starter)
    _add_tax_rates(make)
    _add_shipping_rates(make)


def _product(make: Builder, age: int, updated: int, **fields: Any) -> Record:
    """`age` and `updated` are days ago."""
    return make.add(
        "product", make.ago(age), updated=make.ago(updated), **{"active": True, **fields}
    )


def _add_recurring_prices(make: Builder, starter: Record, team: Record) -> None:
    for currency in CURRENCIES:
        recurring(make, starter, currency, STARTER[currency], "month")
        recurring(make, team, currency, TEAM[currency], "month")
    recurring(make, starter, "usd", 19000, "year")
    recurring(make, starter, "usd", 1500, "month", active=False, nickname="2024 price")
    tiered(make, team)
    meter = make.add(
        "billing.meter",
        make.ago(200),
        display_name="Cups",
        event_name="cups",
        status="active",
        default_aggregation={"formula": "sum"},
        customer_mapping={"event_payload_key": "stripe_customer_id", "type": "by_id"},
        value_settings={"event_payload_key": "value"},
        updated=make.ago(2),
    )
    decimal = "2.00000000375"
    recurring(make, team, "usd", None, "month", meter=meter.id, unit_amount_decimal=decimal)


def _add_shipping_rates(make: Builder) -> None:
    for name, amount in (("Bicycle courier", 700), ("Post", 450)):
        in_euro = {"amount": amount - 50, "tax_behavior": "inclusive"}
        make.add(
            "shipping_rate",
            make.ago(300),
            active=True,
            display_name=name,
            type="fixed_amount",
            fixed_amount={
                "amount": amount,
                "currency": "usd",
                "currency_options": {"eur": in_euro},
            },
        )


def recurring(
    make: Builder, product: Record, currency: str, amount: int | None, interval: str, **more: Any
) -> Record:
    """A price, and the plan of the same id. In Stripe they are one object under two names."""
    created = product.created + len(make.listed("price")) * 60
    meter = more.pop("meter", None)
    usage = "metered" if meter else "licensed"
    shared = {
        "product": product.id,
        "currency": currency,
        "active": more.pop("active", True),
        "nickname": more.pop("nickname", None),
    }
    decimal = more.pop("unit_amount_decimal", None) or str(amount)
    has_lookup_key = shared["active"] and not meter
    price = make.add(
        "price",
        created,
        type="recurring",
        billing_scheme="per_unit",
        unit_amount=amount,
        unit_amount_decimal=decimal,
        tax_behavior="unspecified",
        lookup_key=f"{product.id}_{interval}_{currency}" if has_lookup_key else None,
        recurring={"interval": interval, "interval_count": 1, "usage_type": usage, "meter": meter},
        currency_options={
            currency: {
                "unit_amount": amount,
                "unit_amount_decimal": decimal,
                "tax_behavior": "unspecified",
            }
        },
        **shared,
        **more,
    )
    plan = {
        "interval": interval,
        "interval_count": 1,
        "billing_scheme": "per_unit",
        "usage_type": usage,
        "meter": meter,
    }
    make.add("plan", created, id=price.id, amount=amount, amount_decimal=decimal, **plan, **shared)
    return price


def tiered(make: Builder, product: Record) -> Record:
    tiers = [
        {"up_to": 10, "unit_amount": 900, "unit_amount_decimal": "900"},
        {
            "up_to": None,
            "unit_amount": 650,
            "unit_amount_decimal": "650",
            "flat_amount": 100,
            "flat_amount_decimal": "100",
        },
    ]
    created = product.created + DAY
    shared = {
        "product": product.id,
        "currency": "usd",
        "active": True,
        "billing_scheme": "tiered",
        "tiers_mode": "graduated",
        "tiers": tiers,
    }
    price = make.add(
        "price",
        created,
        type="recurring",
        recurring={"interval": "month", "interval_count": 1},
        currency_options={},
        **shared,
    )
    make.add("plan", created, id=price.id, interval="month", interval_count=1, **shared)
    return price


def one_time(
    make: Builder,
    product: Record,
    currency: str,
    amount: int,
    active: bool = True,
    inline: bool = False,
) -> Record:
    """A price for one purchase.

    An inline price, which a call makes by `price_data`, is not active and in no list.
    """
    return make.add(
        "price",
        product.created + amount,
        listed=not inline,
        type="one_time",
        billing_scheme="per_unit",
        product=product.id,
        currency=currency,
        unit_amount=amount,
        unit_amount_decimal=str(amount),
        active=active and not inline,
        tax_behavior="exclusive",
        currency_options={
            currency: {
                "unit_amount": amount,
                "unit_amount_decimal": str(amount),
                "tax_behavior": "exclusive",
            }
        },
    )


def _add_coupons(make: Builder, product: Record) -> None:
    """Coupons with two promotion codes each. The first coupon is for this product alone."""
    for n, fields in enumerate(COUPONS):
        coupon = make.add(
            "coupon", make.ago(300 - n), valid=True, times_redeemed=n, currency_options={}, **fields
        )
        if n == 0:
            coupon.body["applies_to"] = {"products": [product.id]}
        else:
            del coupon.body["applies_to"]
        for code in (f"{coupon.id}-A", f"{coupon.id}-B"):
            make.add(
                "promotion_code",
                make.ago(250 - n),
                code=code,
                active=code.endswith("A"),
                promotion={"type": "coupon", "coupon": coupon.id},
                restrictions={"first_time_transaction": False, "currency_options": {}},
            )


def _add_tax_rates(make: Builder) -> None:
    for name, country, percentage, inclusive in (
        ("USt.", "DE", 19.0, True),
        ("消費税", "JP", 10.0, False),
        ("Sales tax", "US", 8.875, False),
    ):
        make.add(
            "tax_rate",
            make.ago(380),
            display_name=name,
            country=country,
            percentage=percentage,
            effective_percentage=percentage,
            inclusive=inclusive,
            active=country != "US",
            jurisdiction=country,
            jurisdiction_level="country",
            rate_type="percentage",
            tax_type="vat" if country == "DE" else None,
        )
