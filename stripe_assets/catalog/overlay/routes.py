"""Which lists fill a resource, and with which parameters, so that no object is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class List:
    """A list of the SDK, and how a sweep reads it. The fields are those of `model.Route`."""

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
    """The objects on a test clock: the plain list leaves them out. Only test mode has clocks."""
    return List(path, variants, "test_helpers.test_clock", {"test_clock": "id"}, modes="test")


ALL_STATUSES = ({"status": "all"},)

LISTS: dict[str, tuple[List, ...]] = {
    # Without a status the list leaves out canceled subscriptions.
    "subscription": (
        List("/v1/subscriptions", ALL_STATUSES),
        on_test_clock("/v1/subscriptions", ALL_STATUSES),
    ),
    "customer": (List("/v1/customers"), on_test_clock("/v1/customers")),
    "quote": (List("/v1/quotes"), on_test_clock("/v1/quotes")),
    # This list takes no clock, but it takes a customer, and the customers on a clock are known.
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
    # Stripe does not say which registrations it lists without a status. `all` is a valid status.
    "tax.registration": (List("/v1/tax/registrations", ALL_STATUSES),),
    # One request lists either the active prices or the others.
    "price": (List("/v1/prices", ({"active": True}, {"active": False})),),
    # Without a customer the list leaves out attached methods, and it lists `custom` ones only by
    # that type.
    "payment_method": (
        List("/v1/payment_methods", ({}, {"type": "custom"})),
        under("customer", "/v1/customers/{customer}/payment_methods", customer="id"),
    ),
    # Only this list says which transactions a payout paid out. Stripe refuses it for manual
    # payouts.
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
    # Closed accounts have a list of their own.
    "v2.core.account": (List("/v2/core/accounts", ({}, {"closed": True})),),
    # Closed accounts are listed only if `statuses` names them.
    "v2.money_management.financial_account": (
        List(
            "/v2/money_management/financial_accounts",
            ({"statuses[0]": "closed", "statuses[1]": "open", "statuses[2]": "pending"},),
        ),
    ),
    # The type is required, and this is the only one.
    "tax.location": (List("/v1/tax/locations", ({"type": "performance"},)),),
    # Lists that require a parent.
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
    # Lists nested under a parent that does not contain them as sublists.
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
"""Resource → its lists. Every other resource has the one plain list of the SDK's services."""

ON_DEMAND: dict[str, str] = {
    "billing.meter_event_summary": (
        "Stripe lists the summaries of one customer in one time window, never all summaries."
    ),
    "apps.secret": (
        "Stripe lists the secrets of one scope (the account or a user of the app), "
        "and has no list of scopes."
    ),
}
"""Resource → why no sweep lists it. Users see the reason."""

GONE_CODES: dict[str, tuple[str, ...]] = {
    # Stripe answers a platform with it, for an account that was closed or that withdrew its
    # permission.
    "account": ("account_invalid",),
}
"""Resource → error codes, besides `resource_missing`, that say that the object no longer exists."""

SUBLIST_URLS: dict[tuple[str, str], str] = {
    ("subscription", "items"): "/v1/subscription_items?subscription={id}",
    ("radar.value_list", "list_items"): "/v1/radar/value_list_items?value_list={id}",
    ("charge", "refunds"): "/v1/refunds?charge={id}",
    ("customer", "subscriptions"): "/v1/subscriptions?customer={id}&status=all",
    ("file", "links"): "/v1/file_links?file={id}",
    ("invoice", "payments"): "/v1/invoice_payments?invoice={id}",
}
"""(resource, sublist) → the route of its further pages, where that is no path under the parent."""

SUBLISTS_NOT_READ_TO_END: dict[tuple[str, str], str] = {
    ("charge", "refunds"): "refunds have a list of their own that returns all",
    (
        "customer",
        "subscriptions",
    ): "subscriptions have a list of their own, which has the canceled ones too",
    ("file", "links"): "file links have a list of their own that returns all",
    ("invoice", "payments"): "invoice payments have a list of their own that returns all",
    (
        "treasury.transaction",
        "entries",
    ): "Stripe does not expand it in lists; entries have a list of their own that returns all",
    ("financial_connections.account_ownership", "owners"): "owners are listed for each account",
    (
        "financial_connections.session",
        "accounts",
    ): "accounts have a list of their own that returns all",
}
"""(resource, sublist) → why a sync does not read the sublist to its end (`Field.read_to_end`)."""

ON_REQUEST: dict[str, tuple[str, ...]] = {
    "billing_portal.configuration": ("features.subscription_update.products",),
    "checkout.session": ("shipping_cost.taxes", "total_details.breakdown"),
    "coupon": ("applies_to", "currency_options"),
    "credit_note": ("shipping_cost.taxes",),
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
    "tax.calculation": ("shipping_cost.tax_breakdown",),
    "tax.calculation_line_item": ("tax_breakdown",),
    "treasury.financial_account": ("features",),
    "treasury.received_credit": ("linked_flows.source_flow_details",),
    "treasury.transaction": ("flow_details",),
    "treasury.transaction_entry": ("flow_details",),
}
"""Resource → fields that are no references, and that Stripe sends only if `expand` names them."""

NOT_ASKED_FOR: dict[str, tuple[str, ...]] = {
    "identity.verification_session": ("verified_outputs",),
}
"""Such fields that are too sensitive to ask for: a person's identity papers. The document fields of
a verification report and the account numbers of financial addresses are not asked for either."""

DOCUMENTED: dict[str, tuple[str, ...]] = {"customer": ("invoice_credit_balance",)}
"""Resource → fields that Stripe's documentation calls expandable, and its OpenAPI document does not
(`presence.json`)."""

RETENTION_DAYS = {"event": 30, "v2.core.event": 30}
"""Resource → days until Stripe removes an object. The mirror keeps the row, and does not call it
deleted."""
