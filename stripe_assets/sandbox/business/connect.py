"""What happens between the platform and its connected accounts: fees, transfers, reversals."""

from __future__ import annotations

from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.customers import add_customers
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY


def add_sales(platform: Builder, connected: Builder, currency: str, many: int) -> None:
    """Adds `many` customers of the connected account, with a charge each.

    The platform gets a fee of every second charge.
    """
    applications = platform.space.table("application").by_id
    if not applications:
        platform.add("application", 0, name="Sandbox Platform")
    application = next(iter(applications))
    customers = add_customers(connected, many)
    for n, customer in enumerate(customers):
        customer.body["currency"] = currency
        created = max(customer.created + DAY, connected.ago(60 - n))
        intent = payments.charge(
            connected, customer, 5000 + 700 * n, currency, created, application=application
        )
        charge = connected.space.table("charge").by_id[intent.body["latest_charge"]]
        intent.body["application"] = application
        if n % 2 == 0:
            _take_fee(platform, connected, charge, application, n)
    payments.refund(connected, connected.listed("charge")[0], 1200, connected.ago(5))


def _take_fee(
    platform: Builder, connected: Builder, charge: Record, application: str, n: int
) -> None:
    """The platform's fee of the n-th charge. Parts of some fees are refunded."""
    amount = charge.body["amount"] // 10
    fee = platform.add(
        "application_fee",
        charge.created + 1,
        account=connected.space.account,
        amount=amount,
        application=application,
        charge=charge.id,
        currency=charge.body["currency"],
        originating_transaction=None,  # for destination charges
        fee_source={"type": "charge", "charge": charge.id},
    )
    moved = payments.move(platform, "application_fee", fee, amount, 0, fee.created)
    fee.body["balance_transaction"] = moved.id
    charge.body.update(application_fee=fee.id, application_fee_amount=amount)
    for k in range(12 if n == 0 else n // 4):
        back = platform.add(
            "fee_refund",
            fee.created + 60 * (k + 1),
            amount=10,
            currency=fee.body["currency"],
            fee=fee.id,
        )
        kind = "application_fee_refund"
        moved = payments.move(platform, kind, back, -10, 0, back.created)
        back.body["balance_transaction"] = moved.id
        fee.body["amount_refunded"] += 10


def transfer(
    platform: Builder, connected: Builder, amount: int, created: int, reversals: int
) -> Record:
    """Moves money to a connected account, where it arrives as a charge.

    It has `reversals` reversals, each of a small part.
    """
    made = platform.add(
        "transfer",
        created,
        amount=amount,
        currency="usd",
        destination=connected.space.account,
        source_type="card",
        transfer_group=f"week-{created // DAY % 53}",
    )
    moved = payments.move(platform, "transfer", made, -amount, 0, created)
    made.body["balance_transaction"] = moved.id
    arrived = connected.add(
        "charge",
        created,
        id=connected.new_id("charge").replace("ch_", "py_", 1),
        amount=amount,
        amount_captured=amount,
        captured=True,
        paid=True,
        currency="usd",
        status="succeeded",
        source_transfer=made.id,
        payment_method_details={"type": "stripe_account"},
    )
    moved = payments.move(connected, "payment", arrived, amount, 0, created)
    arrived.body["balance_transaction"] = moved.id
    made.body["destination_payment"] = arrived.id
    for k in range(reversals):
        back = platform.add(
            "transfer_reversal",
            created + 3600 * (k + 1),
            amount=50,
            currency="usd",
            transfer=made.id,
        )
        moved = payments.move(platform, "transfer_refund", back, 50, 0, back.created)
        back.body["balance_transaction"] = moved.id
        made.body["amount_reversed"] += 50
    return made
