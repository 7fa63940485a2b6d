"""Customers in several scripts, with payment methods, tax ids, balances and saved cards."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.objects.words import NAMES, PLACES, TEXTS, Place
from stripe_assets.sandbox.settings import DAY

BRANDS = ("visa", "mastercard", "amex", "jcb")


def address(place: Place) -> dict[str, Any]:
    kept = ("city", "country", "line1", "postal_code", "state")
    return {**{name: getattr(place, name) for name in kept}, "line2": None}


def add_customers(make: Builder, many: int, test_clock: str | None = None) -> list[Record]:
    """Adds `many` customers, each with a payment method.

    Some also have tax ids, old sources, a credit balance or a setup intent.
    """
    found = []
    for n in range(many):
        name, mailbox = NAMES[n % len(NAMES)]
        place = PLACES[n % len(PLACES)]
        created = make.ago(290 - 280 * n / many)
        email = f"{mailbox}+{n}@{'blumen-müller.example' if n % 10 == 6 else 'example.com'}"
        customer = make.add(
            "customer",
            created,
            name=name if n % 9 else None,
            email=email,
            balance=0,
            delinquent=n % 17 == 5,
            currency=place.currency,
            address=address(place),
            description=TEXTS[n % len(TEXTS)] if n % 3 == 0 else None,
            phone="+49 89 0000" if n % 4 == 0 else None,
            preferred_locales=[place.locale],
            metadata={"crm": f"k-{n:04d}", "注記": "季節限定"} if n % 5 == 0 else {},
            tax_exempt="none",
            invoice_settings={},
            invoice_prefix=f"K{n:06X}",
            next_invoice_sequence=1,
            shipping=None if n % 6 else {"name": name, "address": address(place), "phone": None},
            test_clock=test_clock,
        )
        del customer.body["invoice_credit_balance"]
        customer.body["tax"] = {
            "automatic_tax": "supported",
            "ip_address": None,
            "location": None,
            "provider": "stripe",
        }
        method = card_method(make, customer, n, place)
        customer.body["invoice_settings"]["default_payment_method"] = method.id
        _add_extras(make, customer, method, n, place)
        found.append(customer)
    return found


def card_method(make: Builder, customer: Record | None, n: int, place: Place) -> Record:
    """A card of the customer, or of no customer."""
    created = customer.created + 60 if customer else make.ago(40 + n)
    card = {
        "brand": BRANDS[n % len(BRANDS)],
        "display_brand": BRANDS[n % len(BRANDS)],
        "checks": {"cvc_check": "pass", "address_postal_code_check": "pass"},
        "country": place.country,
        "exp_month": 1 + n % 12,
        "exp_year": 2029 + n % 5,
        "fingerprint": f"fp{n:014d}",
        "funding": "credit",
        "last4": f"{4242 + n:04d}"[-4:],
        "networks": {"available": [BRANDS[n % len(BRANDS)]]},
        "three_d_secure_usage": {"supported": True},
    }
    details = {
        "address": address(place),
        "name": customer.body["name"] if customer else None,
        "email": None,
    }
    return make.add(
        "payment_method",
        created,
        type="card",
        card=card,
        customer=customer.id if customer else None,
        billing_details=details,
        allow_redisplay="limited",
    )


def _add_extras(make: Builder, customer: Record, method: Record, n: int, place: Place) -> None:
    """Adds what only some customers have. `n` is the customer's number."""
    if n % 7 == 0:
        _add_tax_ids(make, customer, n)
    if n % 11 == 3:
        kind = "card" if n % 2 else "bank_account"
        customer.body["default_source"] = _add_old_source(make, customer, kind, n, place).id
    if n % 40 == 14:
        for _ in range(12):
            _add_source(make, customer)
    if n % 13 == 4:
        _add_balance(make, customer, place.currency, TEXTS[n % len(TEXTS)])
    if n % 12 == 2:
        _save_card(make, customer, method, n)


def _add_tax_ids(make: Builder, customer: Record, n: int) -> None:
    for value in ("DE123456789", "EU826010755")[: 1 + n % 2]:
        make.add(
            "tax_id",
            customer.created + DAY,
            customer=customer.id,
            owner={"type": "customer", "customer": customer.id},
            type="eu_vat",
            value=value,
            country="DE",
            verification={"status": "verified", "verified_name": customer.body["name"]},
        )


def _add_old_source(make: Builder, customer: Record, kind: str, n: int, place: Place) -> Record:
    fields: dict[str, Any]
    if kind == "card":
        fields = {"brand": "Visa", "exp_month": 9, "exp_year": 2030, "funding": "credit"}
        fields["name"] = customer.body["name"]
    else:
        fields = {"bank_name": "Banque Élysée", "currency": place.currency, "status": "verified"}
        fields["account_holder_type"] = "individual"
    return make.add(
        kind,
        customer.created + 120,
        customer=customer.id,
        country=place.country,
        last4="1117",
        fingerprint=f"fs{n:06d}",
        **fields,
    )


def _add_source(make: Builder, customer: Record) -> None:
    make.add(
        "source",
        customer.created + 300,
        customer=customer.id,
        type="ach_credit_transfer",
        status="chargeable",
        flow="receiver",
        usage="reusable",
        currency="usd",
    )


def _add_balance(make: Builder, customer: Record, currency: str, text: str) -> None:
    balance = 0
    for amount in (-1500, 400):
        balance += amount
        make.add(
            "customer_balance_transaction",
            customer.created + DAY + balance % 7,
            customer=customer.id,
            amount=amount,
            ending_balance=balance,
            currency=currency,
            type="adjustment",
            description=text,
        )
    customer.body["balance"] = balance


def _save_card(make: Builder, customer: Record, method: Record, n: int) -> None:
    """A setup intent with its attempts. If the last one succeeds, there is a mandate."""
    created = customer.created + 2 * DAY
    failed = n % 24 == 14
    intent = make.add(
        "setup_intent",
        created,
        status="requires_payment_method" if failed else "succeeded",
        payment_method=None if failed else method.id,
        payment_method_types=["card"],
        usage="off_session",
        customer=customer.id,
    )
    for attempt in range(1 + n % 2 + failed):
        is_last = attempt == n % 2 + failed
        made = make.add(
            "setup_attempt",
            created + attempt + 1,
            setup_intent=intent.id,
            customer=customer.id,
            payment_method=method.id,
            status="succeeded" if is_last and not failed else "failed",
            usage="off_session",
            payment_method_details={"type": "card", "card": {}},
        )
        intent.body["latest_attempt"] = made.id
    if not failed:
        intent.body["mandate"] = _add_mandate(make, method, created).id


def _add_mandate(make: Builder, method: Record, created: int) -> Record:
    return make.add(
        "mandate",
        created + 5,
        payment_method=method.id,
        payment_method_details={"type": "card", "card": {}},
        customer_acceptance={
            "type": "online",
            "accepted_at": created,
            "online": {"ip_address": "203.0.113.4", "user_agent": "Mozilla/5.0"},
        },
        status="active",
        type="multi_use",
        multi_use={},
    )
