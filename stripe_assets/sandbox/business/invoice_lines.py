"""The lines of invoices: for the items of a subscription, and from invoice items."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

MONTH = 30 * DAY
TAX_PERCENT = 19
"""Included in the prices in euro."""


def add_item_line(
    make: Builder, invoice: Record, subscription: Record, item: Record, at: int
) -> None:
    """The line of a subscription's item, for the month that begins at `at`."""
    price = make.space.table("price").by_id[item.body["price"]].body
    quantity = item.body["quantity"]
    details = {"proration": False, "subscription": subscription.id, "subscription_item": item.id}
    _add_line(
        make,
        invoice,
        price,
        quantity,
        description=f"{quantity} × {price['nickname'] or price['product']}",
        subscription=subscription.id,
        period={"start": at, "end": at + MONTH},
        parent_={"type": "subscription_item_details", "subscription_item_details": details},
    )


def add_extra_line(make: Builder, invoice: Record, customer: Record, k: int) -> None:
    """An invoice item with its line. `k` is its number."""
    currency = invoice.body["currency"]
    prices = (record.body for record in make.listed("price"))
    price = next(
        one
        for one in prices
        if one["type"] == "one_time" and one["currency"] == currency and one["active"]
    )
    item = invoice_item(make, customer, invoice.created - k, price, 1 + k % 3, invoice.id)
    details = {"invoice_item": item.id, "proration": False}
    _add_line(
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
    """An invoice item. Without an `invoice` it waits for the customer's next one."""
    amount = price["unit_amount"] * quantity
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
        pricing=_pricing(price),
        test_clock=customer.body["test_clock"],
    )


def _add_line(
    make: Builder, invoice: Record, price: dict[str, Any], quantity: int, **fields: Any
) -> Record:
    amount = price["unit_amount"] * quantity
    taxes = [_tax(make, amount)] if invoice.body["currency"] == "eur" else []
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
        pricing=_pricing(price),
        taxes=taxes,
        **fields,
    )
    invoice.body["subtotal"] += amount
    return made


def _pricing(price: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "price_details",
        "price_details": {"price": price["id"], "product": price["product"]},
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _tax(make: Builder, amount: int) -> dict[str, Any]:
    tax = amount * TAX_PERCENT // (100 + TAX_PERCENT)
    return {
        "amount": tax,
        "tax_behavior": "inclusive",
        "tax_rate_details": {"tax_rate": make.listed("tax_rate")[0].id},
        "taxability_reason": "standard_rated",
        "taxable_amount": amount - tax,
        "type": "tax_rate_details",
    }
