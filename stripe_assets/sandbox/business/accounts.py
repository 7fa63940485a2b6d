"""The accounts themselves.

A connected account also has persons, capabilities and external accounts, which its platform sees.
"""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.store import Record, scoped

CAPABILITIES = ("card_payments", "transfers")


def open_account(
    make: Builder, id: str, name: str, country: str, currency: str, email: str, **more: Any
) -> Record:
    """An account with tax ids, and with the bank account that gets its payouts.

    Its own lists do not have it.
    """
    account = make.add(
        "account",
        make.ago(500),
        id=id,
        listed=False,
        type="standard",
        country=country,
        default_currency=currency,
        email=email,
        business_type="company",
        charges_enabled=True,
        payouts_enabled=True,
        details_submitted=True,
        capabilities=dict.fromkeys(CAPABILITIES, "active"),
        business_profile={"name": name, "mcc": "5812", "url": "https://example.com"},
        settings={
            "dashboard": {"display_name": name, "timezone": "Etc/UTC"},
            "payouts": {"schedule": {"interval": "daily", "delay_days": 2}},
        },
        **more,
    )
    make.add(
        "bank_account",
        make.ago(499),
        account=id,
        bank_name="STRIPE TEST BANK",
        country=country,
        currency=currency,
        default_for_currency=True,
        last4="6789",
        status="new",
        fingerprint=f"fp{id[-8:]}",
        account_holder_name=name,
    )
    _add_tax_ids(make)
    return account


def _add_tax_ids(make: Builder) -> None:
    for value in ("DE811907980", "ATU99999999"):
        make.add(
            "tax_id",
            make.ago(450),
            owner={"type": "self"},
            type="eu_vat",
            value=value,
            country=value[:2],
            verification={"status": "unavailable"},
        )


def show_to_platform(
    platform: Builder, connected: Builder, account: Record, people: tuple[tuple[str, str], ...]
) -> None:
    """Adds a connected account to its platform's data.

    It gets persons of these first and last names, capabilities, and a card beside its bank account.
    Both the platform and the account itself have these records.
    """
    platform.space.table("account").put(account)
    for record in connected.listed("bank_account"):
        if record.body["account"] == account.id:
            platform.space.table("bank_account").put(record)
    both = [_add_card(platform, account)]
    both += [_add_person(platform, account, n, *names) for n, names in enumerate(people)]
    both += [_add_capability(platform, account, name) for name in CAPABILITIES]
    for record in both:
        connected.space.table(record.resource).put(record)


def _add_card(platform: Builder, account: Record) -> Record:
    return platform.add(
        "card",
        platform.ago(300),
        account=account.id,
        brand="Visa",
        country=account.body["country"],
        currency=account.body["default_currency"],
        default_for_currency=False,
        exp_month=4,
        exp_year=2031,
        funding="debit",
        last4="5556",
        fingerprint=f"fc{account.id[-8:]}",
    )


def _add_person(platform: Builder, account: Record, n: int, first: str, last: str) -> Record:
    return platform.add(
        "person",
        platform.ago(400 - n),
        account=account.id,
        first_name=first,
        last_name=last,
        email=f"person{n}@example.com",
        dob={"day": 3 + n, "month": 7, "year": 1980},
        relationship={
            "owner": n == 0,
            "representative": n == 0,
            "director": n > 0,
            "percent_ownership": 60.0 - 20 * n,
            "title": "CEO",
        },
        verification={"status": "verified"},
    )


def _add_capability(platform: Builder, account: Record, name: str) -> Record:
    capability = platform.add(
        "capability",
        0,
        id=scoped(account.id, name),
        account=account.id,
        requested=True,
        requested_at=platform.ago(400),
        status="active",
    )
    capability.body["id"] = name
    return capability
