"""References: those that the SDK types as strings, the accounts that they point into, and nested
ones that are columns."""

from __future__ import annotations

STRING_REFERENCES: dict[str, str] = {
    "application": "application",
    "calculation": "tax.calculation",
    "customer": "customer",
    "customer_account": "v2.core.account",
    "financial_connections_account": "financial_connections.account",
    "invoice": "invoice",
    "invoice_item": "invoiceitem",
    "meter": "billing.meter",
    "payment_intent": "payment_intent",
    "payment_method": "payment_method",
    "payment_record": "payment_record",
    "product": "product",
    "received_credit": "treasury.received_credit",
    "received_debit": "treasury.received_debit",
    "report_type": "reporting.report_type",
    "setup_intent": "setup_intent",
    "subscription": "subscription",
    "subscription_item": "subscription_item",
    "tax_code": "tax_code",
    "value_list": "radar.value_list",
    "verification_session": "identity.verification_session",
}
"""Field → resource: a top-level string field of this name holds an id of this resource, in every
resource."""

STRING_REFERENCES_OF: dict[tuple[str, str], str] = {
    ("apps.install", "account"): "account",
    ("event", "account"): "account",
    ("financial_connections.transaction", "account"): "financial_connections.account",
    ("issuing.card", "financial_account"): "treasury.financial_account",
    ("person", "account"): "account",
    ("source_transaction", "source"): "source",
    **{
        (f"treasury.{name}", "financial_account"): "treasury.financial_account"
        for name in (
            "credit_reversal",
            "debit_reversal",
            "inbound_transfer",
            "outbound_payment",
            "outbound_transfer",
            "received_credit",
            "received_debit",
            "transaction",
            "transaction_entry",
        )
    },
    ("v2.core.account_person", "account"): "v2.core.account",
    **{
        (
            f"v2.money_management.{name}",
            "financial_account",
        ): "v2.money_management.financial_account"
        for name in ("adjustment", "financial_address", "received_credit", "transaction")
    },
    ("v2.money_management.outbound_payment", "payout_intent"): "v2.money_management.payout_intent",
    (
        "v2.money_management.outbound_payment",
        "recipient_verification",
    ): "v2.money_management.recipient_verification",
    (
        "v2.money_management.payout_method",
        "latest_outbound_setup_intent",
    ): "v2.money_management.outbound_setup_intent",
    (
        "v2.money_management.recipient_verification",
        "payout_method",
    ): "v2.money_management.payout_method",
    ("v2.money_management.recipient_verification", "recipient"): "v2.core.account",
    ("v2.money_management.transaction_entry", "transaction"): "v2.money_management.transaction",
}
"""(resource, field) → resource: the same, for a field name that means another resource
elsewhere."""

OWNERS: dict[tuple[str, str], str] = {
    # Connect: the platform owns the fee. The connected account owns the charge that pays it.
    ("charge", "application_fee"): "platform",
    ("application_fee", "charge"): "field:account",
    # The platform owns a transfer. The destination owns what the transfer creates there, and that
    # points back.
    ("charge", "source_transfer"): "platform",
    ("transfer", "destination_payment"): "field:destination",
    ("refund", "source_transfer_reversal"): "platform",
}
"""(resource, field) → `Field.owner`, for references into another account. All other references are
`own`, and every reference to `account` is `self`.

One reference is `own` though that is wrong: the `destination_payment_refund` of a transfer reversal
belongs to the transfer's destination, and the reversal does not name that account.
"""

DERIVED: dict[str, dict[str, tuple[tuple[str, ...], str]]] = {
    # The object has no such field. The list of a payout's transactions says it
    # (`Route.parent_id_column`).
    "balance_transaction": {"payout_id": (("payout",), "payout")},
    "invoice": {
        "subscription_id": (("parent", "subscription_details", "subscription"), "subscription"),
        "quote_id": (("parent", "quote_details", "quote"), "quote"),
    },
    "line_item": {
        "invoice_item_id": (("parent", "invoice_item_details", "invoice_item"), "invoiceitem"),
        "subscription_item_id": (
            ("parent", "subscription_item_details", "subscription_item"),
            "subscription_item",
        ),
        "price_id": (("pricing", "price_details", "price"), "price"),
        "product_id": (("pricing", "price_details", "product"), "product"),
    },
    "invoiceitem": {
        "subscription_id": (("parent", "subscription_details", "subscription"), "subscription"),
        "subscription_item_id": (
            ("parent", "subscription_details", "subscription_item"),
            "subscription_item",
        ),
        "price_id": (("pricing", "price_details", "price"), "price"),
        "product_id": (("pricing", "price_details", "product"), "product"),
    },
    "invoice_payment": {
        "charge_id": (("payment", "charge"), "charge"),
        "payment_intent_id": (("payment", "payment_intent"), "payment_intent"),
        "payment_record_id": (("payment", "payment_record"), "payment_record"),
    },
    # A mandate stands in the details of each kind of payment method that needs one.
    "charge": {"mandate_id": (("payment_method_details", "*", "mandate"), "mandate")},
    "payment_attempt_record": {
        "mandate_id": (("payment_method_details", "*", "mandate"), "mandate")
    },
    "payment_record": {"mandate_id": (("payment_method_details", "*", "mandate"), "mandate")},
    "treasury.inbound_transfer": {
        "mandate_id": (("origin_payment_method_details", "*", "mandate"), "mandate")
    },
    "treasury.outbound_payment": {
        "mandate_id": (("destination_payment_method_details", "*", "mandate"), "mandate")
    },
    "treasury.outbound_transfer": {
        "mandate_id": (("destination_payment_method_details", "*", "mandate"), "mandate")
    },
    "payment_intent": {
        "tax_calculation_id": (("hooks", "inputs", "tax", "calculation"), "tax.calculation")
    },
    "discount": {"coupon_id": (("source", "coupon"), "coupon")},
    "promotion_code": {"coupon_id": (("promotion", "coupon"), "coupon")},
}
"""Resource → column → (path, target): nested references that users often join on, or that nothing
else leads to. The JSON column has them as well. `*` stands for any nested object, as the details
of one kind of payment method."""

PREFIXES: dict[str, tuple[str, ...]] = {
    "account": ("acct_",),
    "application": ("ca_",),
    "application_fee": ("fee_",),
    "balance_transaction": ("txn_",),
    "bank_account": ("ba_",),
    "billing.credit_balance_transaction": ("cbtxn_",),
    "billing.credit_grant": ("credgr_",),
    "billing.meter": ("mtr_",),
    "billing_portal.configuration": ("bpc_",),
    "card": ("card_",),
    "charge": ("ch_", "py_"),
    "checkout.session": ("cs_",),
    "connect_collection_transfer": ("connct_",),
    "credit_note": ("cn_",),
    "credit_note_line_item": ("cnli_",),
    "customer": ("cus_",),
    "customer_balance_transaction": ("cbtxn_",),
    "customer_cash_balance_transaction": ("ccsbtxn_",),
    "discount": ("di_",),
    "dispute": ("du_", "dp_"),
    "event": ("evt_",),
    "fee_refund": ("fr_",),
    "file": ("file_",),
    "file_link": ("link_",),
    "financial_connections.account": ("fca_",),
    "identity.verification_report": ("vr_",),
    "identity.verification_session": ("vs_",),
    "invoice": ("in_",),
    "invoice_payment": ("inpay_",),
    "invoiceitem": ("ii_",),
    "issuing.authorization": ("iauth_",),
    "issuing.card": ("ic_",),
    "issuing.cardholder": ("ich_",),
    "issuing.dispute": ("idp_",),
    "issuing.transaction": ("ipi_",),
    "item": ("li_",),
    "line_item": ("il_",),
    "mandate": ("mandate_",),
    "payment_intent": ("pi_",),
    "payment_link": ("plink_",),
    "payment_method": ("pm_",),
    "payout": ("po_",),
    "person": ("person_",),
    "plan": ("plan_",),
    "price": ("price_",),
    "product": ("prod_",),
    "promotion_code": ("promo_",),
    "quote": ("qt_",),
    "radar.early_fraud_warning": ("issfr_",),
    "refund": ("re_", "pyr_"),
    "review": ("prv_",),
    "setup_attempt": ("setatt_",),
    "setup_intent": ("seti_",),
    "shipping_rate": ("shr_",),
    "source": ("src_",),
    "subscription": ("sub_",),
    "subscription_item": ("si_",),
    "subscription_schedule": ("sub_sched_",),
    "tax_code": ("txcd_",),
    "tax_deducted_at_source": ("itds_",),
    "tax_id": ("txi_", "atxi_"),
    "tax_rate": ("txr_",),
    "test_helpers.test_clock": ("clock_",),
    "topup": ("tu_",),
    "transfer": ("tr_",),
    "transfer_reversal": ("trr_",),
    "treasury.credit_reversal": ("credrev_",),
    "treasury.debit_reversal": ("debrev_",),
    "treasury.financial_account": ("fa_",),
    "treasury.inbound_transfer": ("ibt_",),
    "treasury.outbound_payment": ("obp_",),
    "treasury.outbound_transfer": ("obt_",),
    "treasury.received_credit": ("rc_",),
    "treasury.received_debit": ("rd_",),
    "treasury.transaction": ("trxn_",),
    "treasury.transaction_entry": ("trxne_",),
    "webhook_endpoint": ("we_",),
}
"""Resource → prefixes of its ids. They distinguish the targets of a reference; the longest prefix
that fits decides."""
