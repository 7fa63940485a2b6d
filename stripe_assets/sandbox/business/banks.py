"""Bank accounts that customers linked, and their owners as the bank names them."""

from __future__ import annotations

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.words import NAMES


def link_accounts(make: Builder) -> None:
    """Three linked accounts. The owners of two are known: twelve and one."""
    customers = make.listed("customer")
    for n in range(3):
        created = make.ago(50 - n)
        holder = {"type": "customer", "customer": customers[n].id}
        about = {
            "category": "cash",
            "subcategory": "checking",
            "institution_name": "Sparkasse Übersee",
            "livemode": make.space.livemode,
        }
        account = make.add(
            "financial_connections.account",
            created,
            account_holder=holder,
            last4=f"{6789 + n}",
            status="active",
            permissions=["balances", "ownership"],
            supported_payment_method_types=["us_bank_account"],
            **about,
        )
        if n < 2:
            ownership = make.add("financial_connections.account_ownership", created)
            account.body["ownership"] = ownership.id
            for k in range(12 if n == 0 else 1):
                name, mailbox = NAMES[k]
                owner = {
                    "name": name,
                    "email": f"{mailbox}@example.com",
                    "phone": None,
                    "raw_address": "Hauptstraße 1",
                    "ownership": ownership.id,
                }
                make.add(
                    "financial_connections.account_owner",
                    created,
                    parent=(account.id, "owners"),
                    **owner,
                )
