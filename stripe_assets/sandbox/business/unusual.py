"""Unusual movements of money: fees, reserves, collections, top-ups, withheld taxes."""

from __future__ import annotations

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.payments import move
from stripe_assets.sandbox.settings import DAY


def add_movements(make: Builder, connected: str) -> None:
    """Adds one movement of each kind, in dollars, with its balance transaction.

    `connected` is the connected account that the platform collects from.
    """
    at = make.ago(70)
    _add_topups(make, at)
    collection = make.add(
        "connect_collection_transfer", at, amount=700, currency="usd", destination=connected
    )
    move(make, "connect_collection_transfer", collection, 700, 0, at + 1)
    reserve = make.add(
        "reserve_transaction", at, amount=-900, currency="usd", description="Rolling reserve"
    )
    move(make, "reserve_transaction", reserve, -900, 0, at + 2)
    withheld = make.add(
        "tax_deducted_at_source",
        at,
        period_start=at - 30 * DAY,
        period_end=at,
        tax_deduction_account_number="MUMA12345B",
    )
    withheld.body["currency"] = "usd"  # for its balance transaction alone
    move(make, "tax_fee", withheld, -250, 0, at + 3)
    del withheld.body["currency"]
    _add_stripe_fee(make, at + 4)


def _add_topups(make: Builder, at: int) -> None:
    topup = make.add(
        "topup",
        at,
        amount=50_000,
        currency="usd",
        status="succeeded",
        description="Polster für Rückbuchungen",
        expected_availability_date=at + DAY,
    )
    topup.body["balance_transaction"] = move(make, "topup", topup, 50_000, 0, at).id
    make.add(
        "topup",
        at + 60,
        amount=1_000,
        currency="usd",
        status="failed",
        failure_code="insufficient_funds",
    )


def _add_stripe_fee(make: Builder, at: int) -> None:
    """A balance transaction without a source."""
    fee = make.add(
        "balance_transaction",
        at,
        type="stripe_fee",
        reporting_category="fee",
        amount=-1_234,
        net=-1_234,
        currency="usd",
        description="Billing (2026-08-01 - 2026-08-31): Usage Fee",
        available_on=at,
        status="available",
        balance_type="payments",
    )
    fee.body["source"] = None
