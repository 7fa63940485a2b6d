"""A program that uses ten models, in which a type checker finds no error."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import assert_type

import pandas as pd
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload
from stripe import Customer as StripeCustomer

from stripe_assets.models import (
    BankAccount,
    Card,
    Charge,
    CheckoutLineItem,
    CheckoutSession,
    Customer,
    Discount,
    Invoice,
    InvoiceLineItem,
    LineItem,
    Payout,
    Price,
    Product,
    Subscription,
)


def invoices(session: Session) -> None:
    query = (
        select(Invoice)
        .where(Invoice.status == "paid", Invoice.created > datetime(2026, 1, 1))
        .order_by(Invoice.total.desc())
    )
    for invoice in session.scalars(
        query.options(joinedload(Invoice.customer), selectinload(Invoice.lines))
    ):
        assert_type(invoice, Invoice)
        assert_type(invoice.total, int)
        assert_type(invoice.created, datetime)
        assert_type(invoice._deleted_at, datetime | None)
        assert_type(invoice.customer_id, str | None)
        assert_type(invoice.customer, Customer | None)
        assert_type(invoice.lines, list[InvoiceLineItem])
        assert_type(invoice.discounts, list[Discount])
        assert_type(invoice.discount_ids, list[str])
        if invoice.customer:
            assert_type(invoice.customer.invoices, list[Invoice])
            assert_type(invoice.customer.subscriptions, list[Subscription])
        assert invoice.stripe_data["id"] == invoice.id


def others(session: Session) -> None:
    joined = (
        select(Charge.amount, Customer.email)
        .join(Charge.customer)
        .where(Customer.email.is_not(None))
    )
    for amount, email in session.execute(joined).tuples():
        assert_type(amount, int)
        assert_type(email, str | None)
    assert_type(session.scalar(select(func.count(Product.id)).where(Product.active)), int | None)
    session.scalars(select(Customer).where(Customer.metadata["plan"].as_string() == "pro"))
    price = session.get_one(Price, ("acct_1", True, "price_1"))
    assert_type(price.unit_amount_decimal, Decimal | None)
    assert_type(price.product, Product | None)
    payout = session.scalars(select(Payout)).first()
    assert_type(payout.destination if payout else None, BankAccount | Card | None)
    checkout = session.scalars(select(CheckoutSession)).one()
    assert_type(checkout.line_items, list[CheckoutLineItem])
    assert_type(checkout.line_items[0]._account_id, str)
    assert_type(session.scalars(select(LineItem)).one().invoice, Invoice | None)


def frames() -> None:
    assert_type(Invoice.frame(Invoice.status == "open", columns=["id", "total"]), pd.DataFrame)
    assert_type(Invoice.frame(chunksize=1000), Iterator[pd.DataFrame])


def syncs(customer: StripeCustomer) -> None:
    assert_type(Customer.sync_from_stripe_data(customer, depth=0), Customer)
    product = Product.sync_from_stripe_data(
        {"id": "prod_1", "object": "product"}, api_key="acme_live"
    )
    assert_type(product, Product)
    assert_type(Invoice.sync("in_1").refresh(), Invoice)
