"""Class names, aliases and product areas of resources."""

from __future__ import annotations

CLASS_NAMES: dict[str, str] = {
    # The API writes these words together, or does not say what the item belongs to.
    "invoiceitem": "InvoiceItem",
    "line_item": "InvoiceLineItem",
    "item": "CheckoutLineItem",
    "fee_refund": "ApplicationFeeRefund",
}
"""Resource → its class name, where the API's name in PascalCase would be ambiguous or hard to
read."""

ALIASES: dict[str, tuple[str, ...]] = {
    "checkout.session": ("Session",),
    "entitlements.active_entitlement": ("ActiveEntitlement",),
    "entitlements.feature": ("Feature",),
    "identity.verification_report": ("VerificationReport",),
    "identity.verification_session": ("VerificationSession",),
    "line_item": ("LineItem",),
    "radar.early_fraud_warning": ("EarlyFraudWarning",),
    "test_helpers.test_clock": ("TestClock",),
    "v2.core.account": ("AccountV2",),
    "v2.core.event": ("EventV2",),
}
"""Resource → the names that dj-stripe or the SDK has for it, where these differ from its class
name."""

GROUPS: dict[str, str] = {
    "account": "connect",
    "application_fee": "connect",
    "bank_account": "payments",
    "capability": "connect",
    "card": "payments",
    "connect_collection_transfer": "connect",
    "country_spec": "connect",
    "fee_refund": "connect",
    "person": "connect",
    "tax_deducted_at_source": "connect",
    "transfer": "connect",
    "transfer_reversal": "connect",
    "coupon": "products",
    "discount": "products",
    "price": "products",
    "plan": "billing",
    "product": "products",
    "product_feature": "entitlements",
    "product_catalog.trial_offer": "products",
    "promotion_code": "products",
    "shipping_rate": "products",
    "tax_code": "tax",
    "tax_rate": "tax",
    "tax_id": "billing",
    "credit_note": "billing",
    "credit_note_line_item": "billing",
    "customer_balance_transaction": "billing",
    "invoice": "billing",
    "invoice_payment": "billing",
    "invoice_rendering_template": "billing",
    "invoiceitem": "billing",
    "line_item": "billing",
    "quote": "billing",
    "subscription": "billing",
    "subscription_item": "billing",
    "subscription_schedule": "billing",
    "test_helpers.test_clock": "billing",
    "item": "checkout",
    "payment_link": "checkout",
    "apple_pay_domain": "payments",
    "mandate": "payments",
    "payment_attempt_record": "payments",
    "payment_intent_amount_details_line_item": "payments",
    "payment_method": "payments",
    "payment_method_configuration": "payments",
    "payment_method_domain": "payments",
    "payment_record": "payments",
    "source": "payments",
    "source_transaction": "payments",
    "review": "radar",
    "scheduled_query_run": "reporting",
    "three_d_secure.authentication": "payments",
    "forwarding.request": "payments",
    "webhook_endpoint": "developers",
    "event": "developers",
    "v2.core.event": "developers",
    "v2.core.event_destination": "developers",
    "v2.core.account": "connect",
    "v2.core.account_person": "connect",
    "v2.core.account_token": "connect",
    "v2.core.account_person_token": "connect",
    "v2.core.vault.gb_bank_account": "money_management",
    "v2.core.vault.us_bank_account": "money_management",
    "v2.commerce.product_catalog_import": "products",
}
"""Resource → Stripe's product area, where the resource's namespace does not say it."""

NAMESPACE_GROUPS = {
    "billing_portal": "billing",
    "test_helpers": "billing",
    "reserve": "core",
    "apps": "apps",
}
"""Namespace of a resource → Stripe's product area, where the two differ."""
