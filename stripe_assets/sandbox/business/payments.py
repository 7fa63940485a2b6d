"""Payments with their fees, refunds and disputes, payouts, and the balance that they add up to."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

FIXED_FEE = {"usd": 30, "eur": 25, "jpy": 40, "kwd": 90}
"""The fixed part of the fee of a charge, by currency, in the currency's minor unit."""
DISPUTE_FEE = {"usd": 1500, "eur": 1500, "jpy": 1300, "kwd": 4500}
PENDING_DAYS = 2
"""Days until the money of a balance transaction is available."""


def fee_of(amount: int, currency: str) -> int:
    return amount * 29 // 1000 + FIXED_FEE[currency]


def move(
    make: Builder, kind: str, source: Record, amount: int, fee: int, created: int, **more: Any
) -> Record:
    """A balance transaction: its `net` is the amount without the fee."""
    available = created if kind in ("payout", "transfer") else created + PENDING_DAYS * DAY
    currency = source.body["currency"]
    detail = {"amount": fee, "currency": currency, "type": "stripe_fee"}
    detail["description"] = "Processing fees"
    category = {"adjustment": "dispute", "application_fee": "platform_earning"}.get(kind, kind)
    return make.add(
        "balance_transaction",
        created,
        type=kind,
        reporting_category=category,
        amount=amount,
        fee=fee,
        net=amount - fee,
        fee_details=[detail] if fee else [],
        currency=currency,
        available_on=available,
        status="available" if available <= make.now else "pending",
        source=source.id,
        balance_type="payments",
        **more,
    )


def charge(
    make: Builder,
    customer: Record,
    amount: int,
    currency: str,
    created: int,
    *,
    fails: bool = False,
    **more: Any,
) -> Record:
    """A payment intent with its charge, or with two declined charges if it `fails`."""
    method = customer.body["invoice_settings"]["default_payment_method"]
    description = more.pop("description", None)
    intent = make.add(
        "payment_intent",
        created,
        amount=amount,
        amount_received=0 if fails else amount,
        currency=currency,
        customer=customer.id,
        payment_method=None if fails else method,
        payment_method_types=["card"],
        capture_method="automatic",
        confirmation_method="automatic",
        amount_details={"tip": {}},
        status="requires_payment_method" if fails else "succeeded",
        description=description,
    )
    for attempt in range(2 if fails else 1):
        made = _add_charge(make, intent, customer, method, created + 1 + attempt, fails, **more)
        intent.body["latest_charge"] = made.id
    return intent


def _add_charge(
    make: Builder,
    intent: Record,
    customer: Record,
    method: str,
    created: int,
    failed: bool,
    **more: Any,
) -> Record:
    amount, currency = intent.body["amount"], intent.body["currency"]
    card = make.space.table("payment_method").by_id[method].body
    shown = {
        name: card["card"][name]
        for name in ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    }
    outcome = {
        "network_status": "declined_by_network" if failed else "approved_by_network",
        "risk_level": "normal",
        "type": "issuer_declined" if failed else "authorized",
    }
    made = make.add(
        "charge",
        created,
        amount=amount,
        amount_captured=0 if failed else amount,
        captured=not failed,
        paid=not failed,
        currency=currency,
        customer=customer.id,
        payment_intent=intent.id,
        payment_method=method,
        payment_method_details={
            "type": "card",
            "card": {**shown, "amount_authorized": amount, "network": card["card"]["brand"]},
        },
        billing_details=card["billing_details"],
        status="failed" if failed else "succeeded",
        failure_code="card_declined" if failed else None,
        failure_message="Your card was declined." if failed else None,
        outcome=outcome,
        receipt_email=customer.body["email"],
        description=intent.body["description"],
        **more,
    )
    if not failed:
        fee = fee_of(amount, currency)
        made.body["balance_transaction"] = move(make, "charge", made, amount, fee, created).id
    return made


def refund(make: Builder, paid: Record, amount: int, created: int) -> Record:
    """Refunds a part of a charge."""
    made = make.add(
        "refund",
        created,
        amount=amount,
        currency=paid.body["currency"],
        charge=paid.id,
        payment_intent=paid.body["payment_intent"],
        reason="requested_by_customer",
        status="succeeded",
        destination_details={"type": "card", "card": {"type": "refund"}},
    )
    made.body["balance_transaction"] = move(make, "refund", made, -amount, 0, created).id
    paid.body["amount_refunded"] += amount
    paid.body["refunded"] = paid.body["amount_refunded"] == paid.body["amount"]
    return made


def dispute(make: Builder, paid: Record, status: str, created: int) -> Record:
    """Disputes a charge. Stripe takes the money, and returns it if the dispute is won."""
    amount, currency = paid.body["amount"], paid.body["currency"]
    made = make.add(
        "dispute",
        created,
        amount=amount,
        currency=currency,
        charge=paid.id,
        payment_intent=paid.body["payment_intent"],
        status=status,
        reason="product_not_received",
        evidence_details={"due_by": created + 7 * DAY, "has_evidence": status != "needs_response"},
        payment_method_details={
            "type": "card",
            "card": {"brand": "visa", "case_type": "chargeback"},
        },
    )
    fee = DISPUTE_FEE[currency]
    taken = [move(make, "adjustment", made, -amount, fee, created)]
    if status == "won":
        taken.append(move(make, "adjustment", made, amount, -fee, created + 5 * DAY))
    made.body["balance_transactions"] = [record.id for record in taken]
    paid.body["disputed"] = True
    return made


def pay_out(make: Builder) -> None:
    """Weekly payouts in each currency. What was not available at the last one stays as balance."""
    waiting = sorted(
        make.listed("balance_transaction"), key=lambda record: record.body["available_on"]
    )
    banks = make.listed("bank_account")
    bank = next(one for one in banks if one.body["account"] == make.space.account)
    for currency in sorted({record.body["currency"] for record in waiting}):
        own = [record for record in waiting if record.body["currency"] == currency]
        for week in range(16, 0, -1):
            at = make.ago(7 * week - 1.5)
            ready = [
                record
                for record in own
                if record.body["available_on"] <= at and "payout" not in record.links
            ]
            if sum(record.body["net"] for record in ready) > 0:
                _add_payout(make, bank, currency, at, ready)


def _add_payout(make: Builder, bank: Record, currency: str, at: int, paid: list[Record]) -> Record:
    """The payout of these balance transactions. Each of them gets a link to it."""
    amount = sum(record.body["net"] for record in paid)
    made = make.add(
        "payout",
        at,
        amount=amount,
        currency=currency,
        destination=bank.id,
        arrival_date=at + 2 * DAY,
        automatic=True,
        method="standard",
        source_type="card",
        type="bank_account",
        status="paid" if at + 2 * DAY <= make.now else "in_transit",
        reconciliation_status="completed",
    )
    taken = move(make, "payout", made, -amount, 0, at)
    made.body["balance_transaction"] = taken.id
    for record in (*paid, taken):
        record.links["payout"] = made.id
    return made


def balance(make: Builder) -> None:
    """The account's balance: the sum of its transactions' `net`, by status and currency."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for record in make.listed("balance_transaction"):
        of_status, currency = sums[record.body["status"]], record.body["currency"]
        of_status[currency] = of_status.get(currency, 0) + record.body["net"]
    currencies = sorted(sums["available"] | sums["pending"])
    parts: dict[str, Any] = {
        status: [
            {
                "amount": found.get(currency, 0),
                "currency": currency,
                "source_types": {"card": found.get(currency, 0)},
            }
            for currency in currencies
        ]
        for status, found in sums.items()
    }
    record = make.add("balance", make.now, id="", **parts)
    record.body.pop("id", None)
