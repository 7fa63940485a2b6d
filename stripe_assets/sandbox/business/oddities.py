"""Money that moves for unusual reasons: fees, reserves, collections, top-ups, taxes withheld."""

from __future__ import annotations

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.payments import move
from stripe_assets.sandbox.settings import DAY


def happen(make: Builder, connected: str) -> None:
    """One of each, in dollars, with its balance transaction."""
    at = make.ago(70)
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
    withheld.body["currency"] = "usd"
    move(make, "tax_fee", withheld, -250, 0, at + 3)
    del withheld.body["currency"]
    fee = make.add(
        "balance_transaction",
        at + 4,
        type="stripe_fee",
        reporting_category="fee",
        amount=-1_234,
        net=-1_234,
        currency="usd",
        description="Billing (2026-08-01 - 2026-08-31): Usage Fee",
        available_on=at + 4,
        status="available",
        balance_type="payments",
    )
    fee.body["source"] = None
