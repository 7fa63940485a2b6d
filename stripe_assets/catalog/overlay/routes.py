"""What to ask the lists for, so that they leave nothing out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class List:
    """A list that the SDK has, with what a sweep asks it for. `parent` makes it a fan-out."""

    path: str
    variants: tuple[Mapping[str, str | bool], ...] = ({},)
    parent: str | None = None
    parent_params: Mapping[str, str] = field(default_factory=dict)
    parent_where: tuple[str, str | bool | None] | None = None
    parent_id_column: str | None = None
    modes: Literal["both", "live", "test"] = "both"


def under(
    parent: str, path: str, where: tuple[str, str | bool | None] | None = None, **parent_params: str
) -> List:
    """A list that is read once for each row of `parent`."""
    return List(path, parent=parent, parent_params=parent_params, parent_where=where)


def on_test_clock(path: str, variants: tuple[Mapping[str, str | bool], ...] = ({},)) -> List:
    """Lists leave out what lives on a test clock unless they are asked by clock. Test mode has clocks, live mode none."""
    return List(path, variants, "test_helpers.test_clock", {"test_clock": "id"}, modes="test")


ALL_STATUSES = ({"status": "all"},)

LISTS: dict[str, tuple[List, ...]] = {
    # Without a status the list ends with those that are not canceled.
    "subscription": (
        List("/v1/subscriptions", ALL_STATUSES),
        on_test_clock("/v1/subscriptions", ALL_STATUSES),
    ),
    "customer": (List("/v1/customers"), on_test_clock("/v1/customers")),
    "quote": (List("/v1/quotes"), on_test_clock("/v1/quotes")),
    # Schedules cannot be asked for by clock, but a clock's customers are known.
    "subscription_schedule": (
        List("/v1/subscription_schedules"),
        List(
            "/v1/subscription_schedules",
            parent="customer",
            parent_params={"customer": "id"},
            parent_where=("test_clock", None),
            modes="test",
        ),
    ),
    # Which registrations come without a status is not said; `all` is one.
    "tax.registration": (List("/v1/tax/registrations", ALL_STATUSES),),
    # The list gives one half at a time.
    "price": (List("/v1/prices", ({"active": True}, {"active": False})),),
    # The list without a customer leaves attached ones out, and `custom` ones come only by their type.
    "payment_method": (
        List("/v1/payment_methods", ({}, {"type": "custom"})),
        under("customer", "/v1/customers/{customer}/payment_methods", customer="id"),
    ),
    # Which transactions a payout paid out is only known by asking for that payout's; Stripe refuses to tell for manual ones.
    "balance_transaction": (
        List("/v1/balance_transactions"),
        List(
            "/v1/balance_transactions",
            parent="payout",
            parent_params={"payout": "id"},
            parent_where=("automatic", True),
            parent_id_column="payout_id",
        ),
    ),
    # Closed accounts are a list of their own.
    "v2.core.account": (List("/v2/core/accounts", ({}, {"closed": True})),),
    # One field of each of these v2 lists comes only when it is included, and closed accounts only by their status.
    "v2.core.event_destination": (
        List("/v2/core/event_destinations", ({"include[0]": "webhook_endpoint.url"},)),
    ),
    "v2.money_management.financial_account": (
        List(
            "/v2/money_management/financial_accounts",
            (
                {
                    "include[0]": "storage.deposit_insurance_eligibility",
                    "statuses[0]": "closed",
                    "statuses[1]": "open",
                    "statuses[2]": "pending",
                },
            ),
        ),
    ),
    # The kind of location is required, and these are the kinds.
    "tax.location": (List("/v1/tax/locations", ({"type": "performance"},)),),
    # Lists with a required parent.
    "setup_attempt": (
        under("setup_intent", "/v1/setup_attempts", ("latest_attempt", None), setup_intent="id"),
    ),
    "issuing.token": (under("issuing.card", "/v1/issuing/tokens", card="id"),),
    "entitlements.active_entitlement": (
        under("customer", "/v1/entitlements/active_entitlements", customer="id"),
    ),
    "financial_connections.transaction": (
        under(
            "financial_connections.account", "/v1/financial_connections/transactions", account="id"
        ),
    ),
    "payment_attempt_record": (
        under("payment_record", "/v1/payment_attempt_records", payment_record="id"),
    ),
    **{
        f"treasury.{name}": (
            under("treasury.financial_account", f"/v1/treasury/{plural}", financial_account="id"),
        )
        for name, plural in {
            "credit_reversal": "credit_reversals",
            "debit_reversal": "debit_reversals",
            "inbound_transfer": "inbound_transfers",
            "outbound_payment": "outbound_payments",
            "outbound_transfer": "outbound_transfers",
            "received_credit": "received_credits",
            "received_debit": "received_debits",
            "transaction": "transactions",
            "transaction_entry": "transaction_entries",
        }.items()
    },
    # Lists below a parent that does not carry them.
    "customer_balance_transaction": (
        under("customer", "/v1/customers/{customer}/balance_transactions", customer="id"),
    ),
    "customer_cash_balance_transaction": (
        under("customer", "/v1/customers/{customer}/cash_balance_transactions", customer="id"),
    ),
    "product_feature": (under("product", "/v1/products/{product}/features", product="id"),),
    "person": (under("account", "/v1/accounts/{account}/persons", account="id"),),
    "capability": (under("account", "/v1/accounts/{account}/capabilities", account="id"),),
    "source_transaction": (
        under("source", "/v1/sources/{source}/source_transactions", source="id"),
    ),
    "financial_connections.account_owner": (
        under(
            "financial_connections.account",
            "/v1/financial_connections/accounts/{account}/owners",
            ("ownership", None),
            account="id",
            ownership="ownership",
        ),
    ),
    "v2.core.account_person": (
        under("v2.core.account", "/v2/core/accounts/{account_id}/persons", account_id="id"),
    ),
}
"""Resource → its lists, in place of the one plain list that the SDK's services have for it."""

ON_DEMAND: dict[str, str] = {
    "billing.meter_event_summary": "Stripe wants a customer and a time window to sum over: there is no list of all summaries.",
    "apps.secret": "Stripe lists secrets of one named scope (the account or a user of the app), and scopes cannot be listed.",
}

GONE_CODES: dict[str, tuple[str, ...]] = {
    # A platform is told so of an account that was closed or that took its permission back.
    "account": ("account_invalid",),
}
"""Error codes, besides `resource_missing`, by which a retrieve says that the object is no longer there."""

SUBLIST_URLS: dict[tuple[str, str], str] = {
    ("subscription", "items"): "/v1/subscription_items?subscription={id}",
    ("radar.value_list", "list_items"): "/v1/radar/value_list_items?value_list={id}",
    ("charge", "refunds"): "/v1/refunds?charge={id}",
    ("customer", "subscriptions"): "/v1/subscriptions?customer={id}&status=all",
    ("file", "links"): "/v1/file_links?file={id}",
    ("invoice", "payments"): "/v1/invoice_payments?invoice={id}",
}
"""Sublists whose continuation is not a path under the parent. What is no sublist of a listed object is left out."""

SUBLISTS_NOT_READ_TO_END: dict[tuple[str, str], str] = {
    ("charge", "refunds"): "the refunds' own list has every one",
    ("customer", "subscriptions"): "the subscriptions' own list has the canceled ones too",
    ("file", "links"): "the links' own list has every one",
    ("invoice", "payments"): "the payments' own list has every one",
    (
        "treasury.transaction",
        "entries",
    ): "Stripe does not expand it in lists; the entries' own list has every one",
    ("financial_connections.account_ownership", "owners"): "the owners are listed for each account",
    ("financial_connections.session", "accounts"): "the accounts' own list has every one",
}

ON_REQUEST: dict[str, tuple[str, ...]] = {
    "checkout.session": ("shipping_cost.taxes", "total_details.breakdown"),
    "coupon": ("applies_to", "currency_options"),
    "customer": ("cash_balance", "invoice_credit_balance", "tax"),
    "invoice": ("shipping_cost.taxes",),
    "issuing.dispute": ("balance_transactions",),
    "issuing.transaction": ("purchase_details",),
    "item": ("discounts", "taxes"),
    "plan": ("tiers",),
    "price": ("currency_options", "tiers"),
    "promotion_code": ("restrictions.currency_options",),
    "quote": ("total_details.breakdown",),
    "shipping_rate": ("fixed_amount.currency_options",),
    "treasury.financial_account": ("features",),
    "treasury.transaction": ("flow_details",),
    "treasury.transaction_entry": ("flow_details",),
}
"""Fields that are no references and yet come only by `expand`.

Left out on purpose: `identity.verification_session.verified_outputs` and the document fields of its report, which are a
person's identity papers, and the account numbers of financial addresses.
"""

RETENTION_DAYS = {"event": 30, "v2.core.event": 30}
"""Stripe deletes them after this time, which is no deletion of anything."""
