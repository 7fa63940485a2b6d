"""How objects belong together, as data.

The children in nested routes and in sublists, and the fields that come only when a call asks for
them.
"""

from __future__ import annotations

CHILDREN_BY: dict[str, str] = {
    "/v1/customers/{customer}/payment_methods": "customer",
    "/v1/customers/{customer}/sources": "customer",
    "/v1/customers/{customer}/subscriptions": "customer",
    "/v1/customers/{customer}/tax_ids": "customer",
    "/v1/customers/{customer}/balance_transactions": "customer",
    "/v1/customers/{customer}/cash_balance_transactions": "customer",
    "/v1/accounts/{account}/external_accounts": "account",
    "/v1/accounts/{account}/persons": "account",
    "/v1/accounts/{account}/capabilities": "account",
    "/v1/application_fees/{id}/refunds": "fee",
    "/v1/transfers/{id}/reversals": "transfer",
    "/v1/invoices/{invoice}/lines": "invoice",
    "/v1/charges/{charge}/refunds": "charge",
    "/v2/core/accounts/{account_id}/persons": "account",
}
"""Nested route → the child's field that holds the parent's id.

In other nested routes `Record.parent` has the parent's id and the last part of the route.
"""

SUBLISTS: dict[tuple[str, str], tuple[str, str]] = {
    ("file", "links"): ("/v1/file_links?file={id}", "file"),
    ("account", "external_accounts"): ("/v1/accounts/{id}/external_accounts", "account"),
    ("application_fee", "refunds"): ("/v1/application_fees/{id}/refunds", "fee"),
    ("charge", "refunds"): ("/v1/charges/{id}/refunds", "charge"),
    ("checkout.session", "line_items"): ("/v1/checkout/sessions/{id}/line_items", "parent"),
    ("credit_note", "lines"): ("/v1/credit_notes/{id}/lines", "parent"),
    ("customer", "sources"): ("/v1/customers/{id}/sources", "customer"),
    ("customer", "subscriptions"): ("/v1/customers/{id}/subscriptions", "customer"),
    ("customer", "tax_ids"): ("/v1/customers/{id}/tax_ids", "customer"),
    ("financial_connections.account_ownership", "owners"): (
        "/v1/financial_connections/accounts/{id}/owners",
        "parent",
    ),
    ("financial_connections.session", "accounts"): (
        "/v1/financial_connections/accounts?session={id}",
        "parent",
    ),
    ("invoice", "lines"): ("/v1/invoices/{id}/lines", "invoice"),
    ("invoice", "payments"): ("/v1/invoice_payments?invoice={id}", "invoice"),
    ("payment_intent", "amount_details.line_items"): (
        "/v1/payment_intents/{id}/amount_details_line_items",
        "parent",
    ),
    ("payment_link", "line_items"): ("/v1/payment_links/{id}/line_items", "parent"),
    ("quote", "computed.upfront.line_items"): (
        "/v1/quotes/{id}/computed_upfront_line_items",
        "parent",
    ),
    ("quote", "line_items"): ("/v1/quotes/{id}/line_items", "parent"),
    ("radar.value_list", "list_items"): (
        "/v1/radar/value_list_items?value_list={id}",
        "value_list",
    ),
    ("subscription", "items"): ("/v1/subscription_items?subscription={id}", "subscription"),
    ("tax.calculation", "line_items"): ("/v1/tax/calculations/{id}/line_items", "parent"),
    ("tax.transaction", "line_items"): ("/v1/tax/transactions/{id}/line_items", "parent"),
    ("transfer", "reversals"): ("/v1/transfers/{id}/reversals", "transfer"),
    ("treasury.transaction", "entries"): (
        "/v1/treasury/transaction_entries?transaction={id}",
        "transaction",
    ),
}
"""(resource, path of the sublist) → (the URL that continues it, the child's field with the id).

The field is `parent` where `Record.parent` has the id.
"""

INCLUDABLE: dict[str, tuple[str, ...]] = {
    "issuing.dispute": ("balance_transactions",),
    "v2.core.account": (
        "configuration.customer",
        "configuration.merchant",
        "configuration.recipient",
        "defaults",
        "future_requirements",
        "identity",
        "requirements",
    ),
    "v2.core.event_destination": ("webhook_endpoint.signing_secret", "webhook_endpoint.url"),
    "v2.money_management.financial_account": ("storage.deposit_insurance_eligibility",),
    "billing_portal.configuration": ("features.subscription_update.products",),
    "credit_note": ("shipping_cost.taxes",),
    "price": ("tiers", "currency_options"),
    "plan": ("tiers",),
    "coupon": ("applies_to", "currency_options"),
    "customer": (
        "tax",
        "sources",
        "subscriptions",
        "tax_ids",
        "cash_balance",
        "invoice_credit_balance",
    ),
    "charge": ("refunds",),
    "checkout.session": ("line_items", "shipping_cost.taxes", "total_details.breakdown"),
    "identity.verification_session": ("verified_outputs",),
    "invoice": ("payments", "confirmation_secret", "shipping_cost.taxes"),
    "issuing.transaction": ("purchase_details",),
    "item": ("discounts", "taxes"),
    "issuing.card": ("number", "cvc"),
    "payment_intent": ("amount_details.line_items",),
    "payment_link": ("line_items",),
    "promotion_code": ("restrictions.currency_options",),
    "quote": ("line_items", "computed.upfront.line_items", "total_details.breakdown"),
    "shipping_rate": ("fixed_amount.currency_options",),
    "tax.calculation": ("line_items", "shipping_cost.tax_breakdown"),
    "tax.calculation_line_item": ("tax_breakdown",),
    "tax.transaction": ("line_items",),
    "treasury.financial_account": ("features",),
    "treasury.received_credit": ("linked_flows.source_flow_details",),
    "treasury.transaction": ("entries", "flow_details"),
    "treasury.transaction_entry": ("flow_details",),
}
"""Resource → paths that an answer has only when `expand` names them, or `include` in v2.

Otherwise v1 leaves them out, and v2 answers null.
"""

SUBLIST_LENGTH = 10
"""How many items of a sublist stand in its parent."""


def segment(url: str) -> str:
    """The last part of a nested route, which is the list's name in `Record.parent`."""
    return url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
