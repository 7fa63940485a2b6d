# Made by `python -m stripe_assets.models` from the catalog.
# ruff: noqa: E501
# fmt: off

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, overload

from sqlalchemy.orm import InstrumentedAttribute

from stripe_assets.models.model import Model as Model
from stripe_assets.models.model import model as model

_T = TypeVar("_T")

class Attribute(Generic[_T]):
    """On a class it makes conditions, as `Invoice.status == "paid"`. On a row it is a value."""

    @overload
    def __get__(self, instance: None, owner: Any) -> InstrumentedAttribute[_T]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> _T: ...

class _Row(Model):
    _account_id: Attribute[str]
    _livemode: Attribute[bool]
    id: Attribute[str]
    _observed_at: Attribute[datetime | None]
    _api_version: Attribute[str | None]
    _synced_at: Attribute[datetime]
    _deleted_at: Attribute[datetime | None]
    _unlisted_at: Attribute[datetime | None]
    _extra: Any

class Account(_Row):
    """Stripe's `account`: the table `account`."""

    business_profile: Any
    business_type: Attribute[str | None]
    capabilities: Any
    charges_enabled: Attribute[bool | None]
    company: Any
    controller: Any
    country: Attribute[str | None]
    created: Attribute[datetime | None]
    default_currency: Attribute[str | None]
    details_submitted: Attribute[bool | None]
    email: Attribute[str | None]
    future_requirements: Any
    groups: Any
    individual_id: Attribute[str | None]
    metadata: Any
    object: Attribute[str]
    payouts_enabled: Attribute[bool | None]
    requirements: Any
    settings: Any
    tos_acceptance: Any
    type: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    _external_accounts_read_at: Attribute[datetime | None]
    individual: Attribute[Person | None]
    @property
    def external_accounts(self) -> list[BankAccount | Card]: ...
    @property
    def _parent(self) -> Customer | None: ...
    apps_installs: Attribute[list[AppsInstall]]
    capabilities_by_account: Attribute[list[Capability]]
    customers_by_default_source: Attribute[list[Customer]]
    events: Attribute[list[Event]]
    payment_links_by_on_behalf_of: Attribute[list[PaymentLink]]
    persons: Attribute[list[Person]]
    bank_accounts: Attribute[list[BankAccount]]
    cards: Attribute[list[Card]]
    connect_collection_transfers_by_destination: Attribute[list[ConnectCollectionTransfer]]
    payment_intents_by_on_behalf_of: Attribute[list[PaymentIntent]]
    payment_intents_by_source: Attribute[list[PaymentIntent]]
    setup_intents_by_on_behalf_of: Attribute[list[SetupIntent]]
    charges_by_on_behalf_of: Attribute[list[Charge]]
    charges_by_source: Attribute[list[Charge]]
    setup_attempts_by_on_behalf_of: Attribute[list[SetupAttempt]]
    subscriptions_by_default_source: Attribute[list[Subscription]]
    subscriptions_by_on_behalf_of: Attribute[list[Subscription]]
    application_fees: Attribute[list[ApplicationFee]]
    invoices_by_default_source: Attribute[list[Invoice]]
    invoices_by_on_behalf_of: Attribute[list[Invoice]]
    transfers_by_destination: Attribute[list[Transfer]]
    quotes_by_on_behalf_of: Attribute[list[Quote]]

class ApplePayDomain(_Row):
    """Stripe's `apple_pay_domain`: the table `apple_pay_domain`."""

    created: Attribute[datetime]
    domain_name: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]

class AppsSecret(_Row):
    """Stripe's `apps.secret`: the table `apps_secret`."""

    created: Attribute[datetime]
    deleted: Attribute[bool | None]
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    name: Attribute[str]
    object: Attribute[str]
    scope: Any

class Balance(_Row):
    """Stripe's `balance`: the table `balance`."""

    available: Any
    connect_reserved: Any
    instant_available: Any
    issuing: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    pending: Any
    refund_and_dispute_prefunding: Any

class BalanceSettings(_Row):
    """Stripe's `balance_settings`: the table `balance_settings`."""

    object: Attribute[str]
    payments: Any

class BillingAlert(_Row):
    """Stripe's `billing.alert`: the table `billing_alert`."""

    alert_type: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str | None]
    title: Attribute[str]
    usage_threshold: Any

class BillingFeedbackOption(_Row):
    """Stripe's `billing.feedback_option`: the table `billing_feedback_option`."""

    description: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_transitions: Any

class BillingMeter(_Row):
    """Stripe's `billing.meter`: the table `billing_meter`."""

    created: Attribute[datetime]
    customer_mapping: Any
    default_aggregation: Any
    display_name: Attribute[str]
    event_name: Attribute[str]
    event_time_window: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    updated: Attribute[datetime]
    value_settings: Any
    billing_meter_event_summaries: Attribute[list[BillingMeterEventSummary]]
    plans: Attribute[list[Plan]]

class BillingPortalConfiguration(_Row):
    """Stripe's `billing_portal.configuration`: the table `billing_portal_configuration`."""

    active: Attribute[bool]
    application_id: Attribute[str | None]
    business_profile: Any
    created: Attribute[datetime]
    default_return_url: Attribute[str | None]
    features: Any
    is_default: Attribute[bool]
    livemode: Attribute[bool]
    login_page: Any
    metadata: Any
    name: Attribute[str | None]
    object: Attribute[str]
    updated: Attribute[datetime]
    application: Attribute[Application | None]
    billing_portal_sessions: Attribute[list[BillingPortalSession]]

class ClimateSupplier(_Row):
    """Stripe's `climate.supplier`: the table `climate_supplier`."""

    info_url: Attribute[str]
    livemode: Attribute[bool]
    locations: Any
    name: Attribute[str]
    object: Attribute[str]
    removal_pathway: Attribute[str]

class CountrySpec(_Row):
    """Stripe's `country_spec`: the table `country_spec`."""

    default_currency: Attribute[str]
    object: Attribute[str]
    supported_bank_account_currencies: Any
    supported_payment_currencies: Any
    supported_payment_methods: Any
    supported_transfer_countries: Any
    verification_fields: Any

class Coupon(_Row):
    """Stripe's `coupon`: the table `coupon`."""

    amount_off: Attribute[int | None]
    applies_to: Any
    created: Attribute[datetime]
    currency: Attribute[str | None]
    currency_options: Any
    duration: Attribute[str]
    duration_in_months: Attribute[int | None]
    livemode: Attribute[bool]
    max_redemptions: Attribute[int | None]
    metadata: Any
    name: Attribute[str | None]
    object: Attribute[str]
    percent_off: Attribute[float | None]
    redeem_by: Attribute[datetime | None]
    times_redeemed: Attribute[int]
    valid: Attribute[bool]
    promotion_codes: Attribute[list[PromotionCode]]
    discounts: Attribute[list[Discount]]

class EntitlementsFeature(_Row):
    """Stripe's `entitlements.feature`: the table `entitlements_feature`."""

    active: Attribute[bool]
    livemode: Attribute[bool]
    lookup_key: Attribute[str]
    metadata: Any
    name: Attribute[str]
    object: Attribute[str]
    entitlements_active_entitlements: Attribute[list[EntitlementsActiveEntitlement]]
    product_features_by_entitlement_feature: Attribute[list[ProductFeature]]

class ExchangeRate(_Row):
    """Stripe's `exchange_rate`: the table `exchange_rate`."""

    object: Attribute[str]
    rates: Any

class File(_Row):
    """Stripe's `file`: the table `file`."""

    created: Attribute[datetime]
    expires_at: Attribute[datetime | None]
    filename: Attribute[str | None]
    object: Attribute[str]
    purpose: Attribute[str]
    size: Attribute[int]
    title: Attribute[str | None]
    type: Attribute[str | None]
    url: Attribute[str | None]
    links: Attribute[list[FileLink]]
    file_links: Attribute[list[FileLink]]
    issuing_personalization_designs_by_card_logo: Attribute[list[IssuingPersonalizationDesign]]
    reporting_report_runs_by_result: Attribute[list[ReportingReportRun]]
    scheduled_query_runs: Attribute[list[ScheduledQueryRun]]

class FinancialConnectionsAccount(_Row):
    """Stripe's `financial_connections.account`: the table `financial_connections_account`."""

    account_holder: Any
    account_numbers: Any
    balance: Any
    balance_refresh: Any
    category: Attribute[str]
    created: Attribute[datetime]
    display_name: Attribute[str | None]
    institution_name: Attribute[str]
    last4: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    ownership_id: Attribute[str | None]
    ownership_refresh: Any
    permissions: Any
    status: Attribute[str]
    status_details: Any
    subcategory: Attribute[str]
    subscriptions: Any
    supported_payment_method_types: Any
    transaction_refresh: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    ownership: Attribute[FinancialConnectionsAccountOwnership | None]
    @property
    def _parent(self) -> FinancialConnectionsSession | None: ...
    financial_connections_transactions: Attribute[list[FinancialConnectionsTransaction]]
    v2_core_vault_us_bank_accounts: Attribute[list[V2CoreVaultUsBankAccount]]
    financial_connections_account_owners: Attribute[list[FinancialConnectionsAccountOwner]]

class FinancialConnectionsAuthorization(_Row):
    """Stripe's `financial_connections.authorization`: the table `financial_connections_authorization`."""

    institution_name: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_details: Any

class IdentityVerificationSession(_Row):
    """Stripe's `identity.verification_session`: the table `identity_verification_session`."""

    client_reference_id: Attribute[str | None]
    created: Attribute[datetime]
    last_error: Any
    last_verification_report_id: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    options: Any
    provided_details: Any
    redaction: Any
    related_customer: Attribute[str | None]
    related_customer_account: Attribute[str | None]
    related_person: Any
    status: Attribute[str]
    type: Attribute[str]
    verification_flow: Attribute[str | None]
    verified_outputs: Any
    last_verification_report: Attribute[IdentityVerificationReport | None]
    identity_verification_reports: Attribute[list[IdentityVerificationReport]]

class InvoiceRenderingTemplate(_Row):
    """Stripe's `invoice_rendering_template`: the table `invoice_rendering_template`."""

    created: Attribute[datetime]
    livemode: Attribute[bool]
    metadata: Any
    nickname: Attribute[str | None]
    object: Attribute[str]
    status: Attribute[str]
    version: Attribute[int]

class IssuingCardholder(_Row):
    """Stripe's `issuing.cardholder`: the table `issuing_cardholder`."""

    billing: Any
    company: Any
    created: Attribute[datetime]
    email: Attribute[str | None]
    individual: Any
    livemode: Attribute[bool]
    metadata: Any
    name: Attribute[str]
    object: Attribute[str]
    phone_number: Attribute[str | None]
    preferred_locales: Any
    requirements: Any
    spending_controls: Any
    status: Attribute[str]
    type: Attribute[str]
    issuing_cards: Attribute[list[IssuingCard]]
    issuing_authorizations: Attribute[list[IssuingAuthorization]]
    issuing_transactions: Attribute[list[IssuingTransaction]]

class IssuingPhysicalBundle(_Row):
    """Stripe's `issuing.physical_bundle`: the table `issuing_physical_bundle`."""

    features: Any
    livemode: Attribute[bool]
    name: Attribute[str]
    object: Attribute[str]
    status: Attribute[str]
    type: Attribute[str]
    issuing_personalization_designs: Attribute[list[IssuingPersonalizationDesign]]

class PaymentMethodConfiguration(_Row):
    """Stripe's `payment_method_configuration`: the table `payment_method_configuration`."""

    acss_debit: Any
    active: Attribute[bool]
    affirm: Any
    afterpay_clearpay: Any
    alipay: Any
    alma: Any
    amazon_pay: Any
    apple_pay: Any
    application_id: Attribute[str | None]
    au_becs_debit: Any
    bacs_debit: Any
    bancontact: Any
    billie: Any
    bizum: Any
    blik: Any
    boleto: Any
    card: Any
    cartes_bancaires: Any
    cashapp: Any
    crypto: Any
    customer_balance: Any
    eps: Any
    fpx: Any
    giropay: Any
    google_pay: Any
    grabpay: Any
    ideal: Any
    is_default: Attribute[bool]
    jcb: Any
    kakao_pay: Any
    klarna: Any
    konbini: Any
    kr_card: Any
    link: Any
    livemode: Attribute[bool]
    mb_way: Any
    mobilepay: Any
    multibanco: Any
    name: Attribute[str]
    naver_pay: Any
    nz_bank_account: Any
    object: Attribute[str]
    oxxo: Any
    p24: Any
    parent: Attribute[str | None]
    pay_by_bank: Any
    payco: Any
    paynow: Any
    paypal: Any
    paypay: Any
    payto: Any
    pix: Any
    promptpay: Any
    revolut_pay: Any
    samsung_pay: Any
    satispay: Any
    scalapay: Any
    sepa_debit: Any
    sequra: Any
    sofort: Any
    sunbit: Any
    swish: Any
    twint: Any
    upi: Any
    us_bank_account: Any
    wechat_pay: Any
    zip: Any
    application: Attribute[Application | None]

class PaymentMethodDomain(_Row):
    """Stripe's `payment_method_domain`: the table `payment_method_domain`."""

    amazon_pay: Any
    apple_pay: Any
    created: Attribute[datetime]
    domain_name: Attribute[str]
    enabled: Attribute[bool]
    google_pay: Any
    klarna: Any
    link: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    paypal: Any

class PaymentRecord(_Row):
    """Stripe's `payment_record`: the table `payment_record`."""

    amount: Any
    amount_authorized: Any
    amount_canceled: Any
    amount_failed: Any
    amount_guaranteed: Any
    amount_refunded: Any
    amount_requested: Any
    application_id: Attribute[str | None]
    created: Attribute[datetime]
    customer_details: Any
    customer_presence: Attribute[str | None]
    description: Attribute[str | None]
    latest_payment_attempt_record: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    payment_method_details: Any
    processor_details: Any
    reported_by: Attribute[str]
    shipping_details: Any
    mandate_id: Attribute[str | None]
    application: Attribute[Application | None]
    mandate: Attribute[Mandate | None]
    payment_attempt_records: Attribute[list[PaymentAttemptRecord]]
    payment_intents: Attribute[list[PaymentIntent]]
    invoice_payments: Attribute[list[InvoicePayment]]

class Payout(_Row):
    """Stripe's `payout`: the table `payout`."""

    amount: Attribute[int]
    application_fee_id: Attribute[str | None]
    application_fee_amount: Attribute[int | None]
    arrival_date: Attribute[datetime]
    automatic: Attribute[bool]
    balance_transaction_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str | None]
    destination_id: Attribute[str | None]
    failure_balance_transaction_id: Attribute[str | None]
    failure_code: Attribute[str | None]
    failure_message: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    method: Attribute[str]
    object: Attribute[str]
    original_payout_id: Attribute[str | None]
    payout_method: Attribute[str | None]
    reconciliation_status: Attribute[str]
    reversed_by_id: Attribute[str | None]
    source_type: Attribute[str]
    statement_descriptor: Attribute[str | None]
    status: Attribute[str]
    trace_id: Any
    type: Attribute[str]
    application_fee: Attribute[ApplicationFee | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    @property
    def destination(self) -> BankAccount | Card | None: ...
    failure_balance_transaction: Attribute[BalanceTransaction | None]
    original_payout: Attribute[Payout | None]
    reversed_by: Attribute[Payout | None]
    payouts_by_original_payout: Attribute[list[Payout]]
    payouts_by_reversed_by: Attribute[list[Payout]]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    balance_transactions: Attribute[list[BalanceTransaction]]

class RadarValueList(_Row):
    """Stripe's `radar.value_list`: the table `radar_value_list`."""

    alias: Attribute[str]
    created: Attribute[datetime]
    created_by: Attribute[str]
    item_type: Attribute[str]
    livemode: Attribute[bool]
    metadata: Any
    name: Attribute[str]
    object: Attribute[str]
    _list_items_read_at: Attribute[datetime | None]
    list_items: Attribute[list[RadarValueListItem]]
    radar_value_list_items: Attribute[list[RadarValueListItem]]

class ReportingReportType(_Row):
    """Stripe's `reporting.report_type`: the table `reporting_report_type`."""

    data_available_end: Attribute[datetime]
    data_available_start: Attribute[datetime]
    default_columns: Any
    livemode: Attribute[bool]
    name: Attribute[str]
    object: Attribute[str]
    updated: Attribute[datetime]
    version: Attribute[int]
    reporting_report_runs: Attribute[list[ReportingReportRun]]

class ReservePlan(_Row):
    """Stripe's `reserve.plan`: the table `reserve_plan`."""

    created: Attribute[datetime]
    created_by: Attribute[str]
    currency: Attribute[str | None]
    destination: Attribute[str]
    disabled_at: Attribute[datetime | None]
    fixed_release: Any
    livemode: Attribute[bool]
    manual_release: Any
    metadata: Any
    object: Attribute[str]
    percent: Attribute[int]
    rolling_release: Any
    status: Attribute[str]
    type: Attribute[str]
    reserve_holds: Attribute[list[ReserveHold]]
    reserve_releases: Attribute[list[ReserveRelease]]

class TaxLocation(_Row):
    """Stripe's `tax.location`: the table `tax_location`."""

    address: Any
    description: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    type: Attribute[str]

class TaxRegistration(_Row):
    """Stripe's `tax.registration`: the table `tax_registration`."""

    active_from: Attribute[datetime]
    country: Attribute[str]
    country_options: Any
    created: Attribute[datetime]
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]

class TaxSettings(_Row):
    """Stripe's `tax.settings`: the table `tax_settings`."""

    defaults: Any
    head_office: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_details: Any

class TaxCode(_Row):
    """Stripe's `tax_code`: the table `tax_code`."""

    description: Attribute[str]
    name: Attribute[str]
    object: Attribute[str]
    requirements: Any
    products: Attribute[list[Product]]
    shipping_rates: Attribute[list[ShippingRate]]
    tax_transaction_line_items: Attribute[list[TaxTransactionLineItem]]
    tax_calculation_line_items: Attribute[list[TaxCalculationLineItem]]

class TaxRate(_Row):
    """Stripe's `tax_rate`: the table `tax_rate`."""

    active: Attribute[bool]
    country: Attribute[str | None]
    created: Attribute[datetime]
    description: Attribute[str | None]
    display_name: Attribute[str]
    effective_percentage: Attribute[float | None]
    flat_amount: Any
    inclusive: Attribute[bool]
    jurisdiction: Attribute[str | None]
    jurisdiction_level: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    percentage: Attribute[float]
    rate_type: Attribute[str | None]
    state: Attribute[str | None]
    tax_type: Attribute[str | None]

class TerminalConfiguration(_Row):
    """Stripe's `terminal.configuration`: the table `terminal_configuration`."""

    bbpos_wisepad3: Any
    bbpos_wisepos_e: Any
    cellular: Any
    is_account_default: Attribute[bool | None]
    livemode: Attribute[bool]
    name: Attribute[str | None]
    object: Attribute[str]
    offline: Any
    reader_security: Any
    reboot_window: Any
    stripe_s700: Any
    stripe_s710: Any
    stripe_t600: Any
    tipping: Any
    verifone_m425: Any
    verifone_p400: Any
    verifone_p630: Any
    verifone_ux700: Any
    verifone_v660p: Any
    wifi: Any

class TerminalLocation(_Row):
    """Stripe's `terminal.location`: the table `terminal_location`."""

    address: Any
    address_kana: Any
    address_kanji: Any
    configuration_overrides: Attribute[str | None]
    display_name: Attribute[str]
    display_name_kana: Attribute[str | None]
    display_name_kanji: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    phone: Attribute[str | None]
    terminal_readers: Attribute[list[TerminalReader]]

class TestHelpersTestClock(_Row):
    """Stripe's `test_helpers.test_clock`: the table `test_helpers_test_clock`."""

    created: Attribute[datetime]
    deletes_after: Attribute[datetime]
    frozen_time: Attribute[datetime]
    livemode: Attribute[bool]
    name: Attribute[str | None]
    object: Attribute[str]
    status: Attribute[str]
    status_details: Any
    customers: Attribute[list[Customer]]
    billing_credit_grants: Attribute[list[BillingCreditGrant]]
    billing_credit_balance_transactions: Attribute[list[BillingCreditBalanceTransaction]]
    subscriptions: Attribute[list[Subscription]]
    invoices: Attribute[list[Invoice]]
    subscription_schedules: Attribute[list[SubscriptionSchedule]]
    invoice_items: Attribute[list[InvoiceItem]]
    quotes: Attribute[list[Quote]]

class TreasuryFinancialAccount(_Row):
    """Stripe's `treasury.financial_account`: the table `treasury_financial_account`."""

    active_features: Any
    balance: Any
    country: Attribute[str]
    created: Attribute[datetime]
    features: Any
    financial_addresses: Any
    is_default: Attribute[bool | None]
    livemode: Attribute[bool]
    metadata: Any
    nickname: Attribute[str | None]
    object: Attribute[str]
    pending_features: Any
    platform_restrictions: Any
    restricted_features: Any
    status: Attribute[str]
    status_details: Any
    supported_currencies: Any
    treasury_transactions: Attribute[list[TreasuryTransaction]]
    issuing_cards: Attribute[list[IssuingCard]]
    treasury_inbound_transfers: Attribute[list[TreasuryInboundTransfer]]
    treasury_outbound_payments: Attribute[list[TreasuryOutboundPayment]]
    treasury_outbound_transfers: Attribute[list[TreasuryOutboundTransfer]]
    treasury_received_credits: Attribute[list[TreasuryReceivedCredit]]
    treasury_received_debits: Attribute[list[TreasuryReceivedDebit]]
    treasury_transaction_entries: Attribute[list[TreasuryTransactionEntry]]
    treasury_credit_reversals: Attribute[list[TreasuryCreditReversal]]
    treasury_debit_reversals: Attribute[list[TreasuryDebitReversal]]

class V2CommerceProductCatalogImport(_Row):
    """Stripe's `v2.commerce.product_catalog_import`: the table `v2_commerce_product_catalog_import`."""

    created: Attribute[datetime]
    feed_type: Attribute[str]
    livemode: Attribute[bool]
    metadata: Any
    mode: Attribute[str]
    object: Attribute[str]
    status: Attribute[str]
    status_details: Any

class V2CoreAccount(_Row):
    """Stripe's `v2.core.account`: the table `v2_core_account`."""

    applied_configurations: Any
    closed: Attribute[bool | None]
    configuration: Any
    contact_email: Attribute[str | None]
    contact_phone: Attribute[str | None]
    created: Attribute[datetime]
    dashboard: Attribute[str | None]
    defaults: Any
    display_name: Attribute[str | None]
    future_requirements: Any
    identity: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    requirements: Any
    _included_read_at: Attribute[datetime | None]
    customers_by_customer_account: Attribute[list[Customer]]
    v2_core_account_persons: Attribute[list[V2CoreAccountPerson]]
    billing_credit_grants_by_customer_account: Attribute[list[BillingCreditGrant]]
    billing_portal_sessions_by_customer_account: Attribute[list[BillingPortalSession]]
    customer_cash_balance_transactions_by_customer_account: Attribute[list[CustomerCashBalanceTransaction]]
    payment_methods_by_customer_account: Attribute[list[PaymentMethod]]
    promotion_codes_by_customer_account: Attribute[list[PromotionCode]]
    tax_ids_by_customer_account: Attribute[list[TaxId]]
    v2_money_management_recipient_verifications_by_recipient: Attribute[list[V2MoneyManagementRecipientVerification]]
    payment_intents_by_customer_account: Attribute[list[PaymentIntent]]
    setup_intents_by_customer_account: Attribute[list[SetupIntent]]
    setup_attempts_by_customer_account: Attribute[list[SetupAttempt]]
    subscriptions_by_customer_account: Attribute[list[Subscription]]
    invoices_by_customer_account: Attribute[list[Invoice]]
    refunds_by_customer_account: Attribute[list[Refund]]
    subscription_schedules_by_customer_account: Attribute[list[SubscriptionSchedule]]
    checkout_sessions_by_customer_account: Attribute[list[CheckoutSession]]
    credit_notes_by_customer_account: Attribute[list[CreditNote]]
    invoice_items_by_customer_account: Attribute[list[InvoiceItem]]
    quotes_by_customer_account: Attribute[list[Quote]]
    customer_balance_transactions_by_customer_account: Attribute[list[CustomerBalanceTransaction]]
    discounts_by_customer_account: Attribute[list[Discount]]

class V2CoreAccountPersonToken(_Row):
    """Stripe's `v2.core.account_person_token`: the table `v2_core_account_person_token`."""

    created: Attribute[datetime]
    expires_at: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    used: Attribute[bool]

class V2CoreAccountToken(_Row):
    """Stripe's `v2.core.account_token`: the table `v2_core_account_token`."""

    created: Attribute[datetime]
    expires_at: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    used: Attribute[bool]

class V2CoreEvent(_Row):
    """Stripe's `v2.core.event`: the table `v2_core_event`."""

    changes: Any
    context: Attribute[str | None]
    created: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    reason: Any
    snapshot_event: Attribute[str | None]
    type: Attribute[str]

class V2CoreEventDestination(_Row):
    """Stripe's `v2.core.event_destination`: the table `v2_core_event_destination`."""

    amazon_eventbridge: Any
    azure_event_grid: Any
    created: Attribute[datetime]
    description: Attribute[str]
    enabled_events: Any
    event_payload: Attribute[str]
    events_from: Any
    livemode: Attribute[bool]
    metadata: Any
    name: Attribute[str]
    object: Attribute[str]
    snapshot_api_version: Attribute[str | None]
    status: Attribute[str]
    status_details: Any
    type: Attribute[str]
    updated: Attribute[datetime]
    webhook_endpoint: Any

class V2CoreVaultGbBankAccount(_Row):
    """Stripe's `v2.core.vault.gb_bank_account`: the table `v2_core_vault_gb_bank_account`."""

    archived: Attribute[bool]
    bank_account_type: Attribute[str]
    bank_name: Attribute[str]
    created: Attribute[datetime]
    last4: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    restricted: Attribute[bool]
    sort_code: Attribute[str | None]
    supported_currencies: Any

class V2MoneyManagementFinancialAccount(_Row):
    """Stripe's `v2.money_management.financial_account`: the table `v2_money_management_financial_account`."""

    balance: Any
    country: Attribute[str]
    created: Attribute[datetime]
    display_name: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    other: Any
    status: Attribute[str]
    storage: Any
    type: Attribute[str]
    v2_money_management_adjustments: Attribute[list[V2MoneyManagementAdjustment]]
    v2_money_management_financial_addresses: Attribute[list[V2MoneyManagementFinancialAddress]]
    v2_money_management_received_credits: Attribute[list[V2MoneyManagementReceivedCredit]]
    v2_money_management_transactions: Attribute[list[V2MoneyManagementTransaction]]

class V2MoneyManagementInboundTransfer(_Row):
    """Stripe's `v2.money_management.inbound_transfer`: the table `v2_money_management_inbound_transfer`."""

    amount: Any
    created: Attribute[datetime]
    description: Attribute[str]
    from_: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    to: Any
    transfer_history: Any

class V2MoneyManagementPayoutIntent(_Row):
    """Stripe's `v2.money_management.payout_intent`: the table `v2_money_management_payout_intent`."""

    amount: Any
    confirmation_method: Attribute[str]
    created: Attribute[datetime]
    description: Attribute[str | None]
    estimated_fees: Any
    from_: Any
    fx_quote: Any
    latest_payout: Any
    livemode: Attribute[bool]
    metadata: Any
    next_action: Any
    object: Attribute[str]
    recipient_notification: Any
    recipient_verification: Any
    schedule_options: Any
    statement_descriptor: Attribute[str | None]
    status: Attribute[str]
    status_transitions: Any
    to: Any
    v2_money_management_outbound_payments: Attribute[list[V2MoneyManagementOutboundPayment]]

class V2MoneyManagementPayoutMethod(_Row):
    """Stripe's `v2.money_management.payout_method`: the table `v2_money_management_payout_method`."""

    archived: Attribute[bool]
    bank_account: Any
    card: Any
    created: Attribute[datetime]
    latest_outbound_setup_intent_id: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    restricted: Attribute[bool]
    type: Attribute[str]
    usage_status: Any
    latest_outbound_setup_intent: Attribute[V2MoneyManagementOutboundSetupIntent | None]
    v2_money_management_outbound_setup_intents: Attribute[list[V2MoneyManagementOutboundSetupIntent]]
    v2_money_management_recipient_verifications: Attribute[list[V2MoneyManagementRecipientVerification]]

class WebhookEndpoint(_Row):
    """Stripe's `webhook_endpoint`: the table `webhook_endpoint`."""

    api_version: Attribute[str | None]
    application_id: Attribute[str | None]
    created: Attribute[datetime]
    description: Attribute[str | None]
    enabled_events: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    status: Attribute[str]
    url: Attribute[str]
    application: Attribute[Application | None]

class AppsInstall(_Row):
    """Stripe's `apps.install`: the table `apps_install`."""

    account_id: Attribute[str]
    app: Attribute[str]
    approval_required: Attribute[bool]
    auth_code: Attribute[str | None]
    channel: Attribute[str]
    content_security_policy_granted: Any
    content_security_policy_pending: Any
    created: Attribute[datetime]
    created_by: Attribute[str | None]
    endpoints_granted: Any
    endpoints_pending: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    permissions_granted: Any
    permissions_pending: Any
    status: Attribute[str]
    account: Attribute[Account | None]

class BalanceTransaction(_Row):
    """Stripe's `balance_transaction`: the table `balance_transaction`."""

    amount: Attribute[int]
    available_on: Attribute[datetime]
    balance_type: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str | None]
    exchange_rate: Attribute[float | None]
    fee: Attribute[int]
    fee_details: Any
    net: Attribute[int]
    object: Attribute[str]
    reporting_category: Attribute[str]
    source_id: Attribute[str | None]
    status: Attribute[str]
    type: Attribute[str]
    payout_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    @property
    def source(self) -> ApplicationFee | Charge | ConnectCollectionTransfer | CustomerCashBalanceTransaction | Dispute | ApplicationFeeRefund | IssuingAuthorization | IssuingDispute | IssuingTransaction | Payout | Refund | ReserveTransaction | TaxDeductedAtSource | Topup | Transfer | TransferReversal | None: ...
    payout: Attribute[Payout | None]
    @property
    def _parent(self) -> Payout | None: ...
    payouts: Attribute[list[Payout]]
    payouts_by_failure_balance_transaction: Attribute[list[Payout]]
    topups: Attribute[list[Topup]]
    charges: Attribute[list[Charge]]
    charges_by_failure_balance_transaction: Attribute[list[Charge]]
    application_fees: Attribute[list[ApplicationFee]]
    issuing_transactions: Attribute[list[IssuingTransaction]]
    refunds: Attribute[list[Refund]]
    refunds_by_failure_balance_transaction: Attribute[list[Refund]]
    transfers: Attribute[list[Transfer]]
    application_fee_refunds: Attribute[list[ApplicationFeeRefund]]
    transfer_reversals: Attribute[list[TransferReversal]]

class BillingMeterEventSummary(_Row):
    """Stripe's `billing.meter_event_summary`: the table `billing_meter_event_summary`."""

    aggregated_value: Attribute[float]
    end_time: Attribute[datetime]
    livemode: Attribute[bool]
    meter_id: Attribute[str]
    object: Attribute[str]
    start_time: Attribute[datetime]
    meter: Attribute[BillingMeter | None]

class Capability(_Row):
    """Stripe's `capability`: the table `capability`."""

    account_id: Attribute[str]
    future_requirements: Any
    object: Attribute[str]
    requested: Attribute[bool]
    requested_at: Attribute[datetime | None]
    requirements: Any
    status: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    account: Attribute[Account | None]
    @property
    def _parent(self) -> Account | None: ...

class ClimateProduct(_Row):
    """Stripe's `climate.product`: the table `climate_product`."""

    created: Attribute[datetime]
    current_prices_per_metric_ton: Any
    delivery_year: Attribute[int | None]
    livemode: Attribute[bool]
    metric_tons_available: Attribute[Decimal]
    name: Attribute[str]
    object: Attribute[str]
    supplier_ids: Attribute[list[str]]
    @property
    def suppliers(self) -> list[ClimateSupplier]: ...
    climate_orders: Attribute[list[ClimateOrder]]

class Customer(_Row):
    """Stripe's `customer`: the table `customer`."""

    address: Any
    balance: Attribute[int | None]
    business_name: Attribute[str | None]
    cash_balance: Any
    created: Attribute[datetime]
    currency: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    default_source_id: Attribute[str | None]
    delinquent: Attribute[bool | None]
    description: Attribute[str | None]
    discount_id: Attribute[str | None]
    email: Attribute[str | None]
    individual_name: Attribute[str | None]
    invoice_credit_balance: Any
    invoice_prefix: Attribute[str | None]
    invoice_settings: Any
    livemode: Attribute[bool]
    metadata: Any
    name: Attribute[str | None]
    next_invoice_sequence: Attribute[int | None]
    object: Attribute[str]
    phone: Attribute[str | None]
    preferred_locales: Any
    shipping: Any
    tax: Any
    tax_exempt: Attribute[str | None]
    test_clock_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    _sources_read_at: Attribute[datetime | None]
    _tax_ids_read_at: Attribute[datetime | None]
    customer_account: Attribute[V2CoreAccount | None]
    @property
    def default_source(self) -> Account | BankAccount | Card | Source | None: ...
    discount: Attribute[Discount | None]
    test_clock: Attribute[TestHelpersTestClock | None]
    @property
    def sources(self) -> list[Account | BankAccount | Card | Source]: ...
    subscriptions: Attribute[list[Subscription]]
    tax_ids: Attribute[list[TaxId]]
    @property
    def _parent(self) -> TestHelpersTestClock | None: ...
    bank_accounts: Attribute[list[BankAccount]]
    billing_credit_grants: Attribute[list[BillingCreditGrant]]
    billing_portal_sessions: Attribute[list[BillingPortalSession]]
    cards: Attribute[list[Card]]
    customer_cash_balance_transactions: Attribute[list[CustomerCashBalanceTransaction]]
    payment_methods: Attribute[list[PaymentMethod]]
    promotion_codes: Attribute[list[PromotionCode]]
    sources_by_customer: Attribute[list[Source]]
    tax_transactions: Attribute[list[TaxTransaction]]
    tax_ids_by_customer: Attribute[list[TaxId]]
    treasury_outbound_payments: Attribute[list[TreasuryOutboundPayment]]
    payment_intents: Attribute[list[PaymentIntent]]
    setup_intents: Attribute[list[SetupIntent]]
    charges: Attribute[list[Charge]]
    setup_attempts: Attribute[list[SetupAttempt]]
    tax_calculations: Attribute[list[TaxCalculation]]
    invoices: Attribute[list[Invoice]]
    refunds: Attribute[list[Refund]]
    subscription_schedules: Attribute[list[SubscriptionSchedule]]
    checkout_sessions: Attribute[list[CheckoutSession]]
    credit_notes: Attribute[list[CreditNote]]
    invoice_items: Attribute[list[InvoiceItem]]
    quotes: Attribute[list[Quote]]
    customer_balance_transactions: Attribute[list[CustomerBalanceTransaction]]
    discounts: Attribute[list[Discount]]
    entitlements_active_entitlements: Attribute[list[EntitlementsActiveEntitlement]]

class Event(_Row):
    """Stripe's `event`: the table `event`."""

    account_id: Attribute[str | None]
    api_version: Attribute[str | None]
    context: Attribute[str | None]
    created: Attribute[datetime]
    data: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    pending_webhooks: Attribute[int]
    request: Any
    type: Attribute[str]
    account: Attribute[Account | None]

class FileLink(_Row):
    """Stripe's `file_link`: the table `file_link`."""

    created: Attribute[datetime]
    expired: Attribute[bool]
    expires_at: Attribute[datetime | None]
    file_id: Attribute[str]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    url: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    file: Attribute[File | None]
    @property
    def _parent(self) -> File | None: ...

class FinancialConnectionsAccountOwner(_Row):
    """Stripe's `financial_connections.account_owner`: the table `financial_connections_account_owner`."""

    email: Attribute[str | None]
    name: Attribute[str]
    object: Attribute[str]
    ownership: Attribute[str]
    phone: Attribute[str | None]
    raw_address: Attribute[str | None]
    refreshed_at: Attribute[datetime | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    @property
    def _parent(self) -> FinancialConnectionsAccountOwnership | FinancialConnectionsAccount | None: ...

class FinancialConnectionsAccountOwnership(_Row):
    """Stripe's `financial_connections.account_ownership`: the table `financial_connections_account_ownership`."""

    created: Attribute[datetime]
    object: Attribute[str]
    owners: Attribute[list[FinancialConnectionsAccountOwner]]
    financial_connections_accounts_by_ownership: Attribute[list[FinancialConnectionsAccount]]

class FinancialConnectionsTransaction(_Row):
    """Stripe's `financial_connections.transaction`: the table `financial_connections_transaction`."""

    account_id: Attribute[str]
    amount: Attribute[int]
    currency: Attribute[str]
    description: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    transacted_at: Attribute[datetime]
    transaction_refresh: Attribute[str]
    updated: Attribute[datetime]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    account: Attribute[FinancialConnectionsAccount | None]
    @property
    def _parent(self) -> FinancialConnectionsAccount | None: ...

class IdentityVerificationReport(_Row):
    """Stripe's `identity.verification_report`: the table `identity_verification_report`."""

    client_reference_id: Attribute[str | None]
    created: Attribute[datetime]
    document: Any
    email: Any
    id_number: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    options: Any
    phone: Any
    selfie: Any
    type: Attribute[str]
    verification_flow: Attribute[str | None]
    verification_session_id: Attribute[str | None]
    verification_session: Attribute[IdentityVerificationSession | None]
    identity_verification_sessions_by_last_verification_report: Attribute[list[IdentityVerificationSession]]

class IssuingPersonalizationDesign(_Row):
    """Stripe's `issuing.personalization_design`: the table `issuing_personalization_design`."""

    card_logo_id: Attribute[str | None]
    carrier_text: Any
    created: Attribute[datetime]
    livemode: Attribute[bool]
    lookup_key: Attribute[str | None]
    metadata: Any
    name: Attribute[str | None]
    object: Attribute[str]
    physical_bundle_id: Attribute[str]
    preferences: Any
    rejection_reasons: Any
    status: Attribute[str]
    card_logo: Attribute[File | None]
    physical_bundle: Attribute[IssuingPhysicalBundle | None]
    issuing_cards: Attribute[list[IssuingCard]]

class PaymentAttemptRecord(_Row):
    """Stripe's `payment_attempt_record`: the table `payment_attempt_record`."""

    amount: Any
    amount_authorized: Any
    amount_canceled: Any
    amount_failed: Any
    amount_guaranteed: Any
    amount_refunded: Any
    amount_requested: Any
    application_id: Attribute[str | None]
    created: Attribute[datetime]
    customer_details: Any
    customer_presence: Attribute[str | None]
    description: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    payment_method_details: Any
    payment_record_id: Attribute[str | None]
    processor_details: Any
    reported_by: Attribute[str]
    shipping_details: Any
    mandate_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    application: Attribute[Application | None]
    payment_record: Attribute[PaymentRecord | None]
    mandate: Attribute[Mandate | None]
    @property
    def _parent(self) -> PaymentRecord | None: ...

class PaymentLink(_Row):
    """Stripe's `payment_link`: the table `payment_link`."""

    active: Attribute[bool]
    after_completion: Any
    allow_promotion_codes: Attribute[bool]
    application_id: Attribute[str | None]
    application_fee_amount: Attribute[int | None]
    application_fee_percent: Attribute[float | None]
    automatic_tax: Any
    billing_address_collection: Attribute[str]
    consent_collection: Any
    currency: Attribute[str]
    custom_fields: Any
    custom_text: Any
    customer_creation: Attribute[str]
    inactive_message: Attribute[str | None]
    invoice_creation: Any
    livemode: Attribute[bool]
    managed_payments: Any
    metadata: Any
    name_collection: Any
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    optional_items: Any
    payment_intent_data: Any
    payment_method_collection: Attribute[str]
    payment_method_options: Any
    payment_method_types: Any
    phone_number_collection: Any
    restrictions: Any
    shipping_address_collection: Any
    shipping_options: Any
    submit_type: Attribute[str]
    subscription_data: Any
    tax_id_collection: Any
    transfer_data: Any
    url: Attribute[str]
    _line_items_read_at: Attribute[datetime | None]
    application: Attribute[Application | None]
    on_behalf_of: Attribute[Account | None]
    line_items: Attribute[list[CheckoutLineItem]]
    checkout_sessions: Attribute[list[CheckoutSession]]

class Person(_Row):
    """Stripe's `person`: the table `person`."""

    account_id: Attribute[str | None]
    additional_tos_acceptances: Any
    address: Any
    address_kana: Any
    address_kanji: Any
    created: Attribute[datetime]
    dob: Any
    email: Attribute[str | None]
    first_name: Attribute[str | None]
    first_name_kana: Attribute[str | None]
    first_name_kanji: Attribute[str | None]
    full_name_aliases: Any
    future_requirements: Any
    gender: Attribute[str | None]
    id_number_provided: Attribute[bool | None]
    id_number_secondary_provided: Attribute[bool | None]
    last_name: Attribute[str | None]
    last_name_kana: Attribute[str | None]
    last_name_kanji: Attribute[str | None]
    maiden_name: Attribute[str | None]
    metadata: Any
    nationality: Attribute[str | None]
    object: Attribute[str]
    phone: Attribute[str | None]
    political_exposure: Attribute[str | None]
    registered_address: Any
    relationship: Any
    requirements: Any
    ssn_last_4_provided: Attribute[bool | None]
    us_cfpb_data: Any
    verification: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    account: Attribute[Account | None]
    @property
    def _parent(self) -> Account | None: ...
    accounts_by_individual: Attribute[list[Account]]

class Product(_Row):
    """Stripe's `product`: the table `product`."""

    active: Attribute[bool]
    created: Attribute[datetime]
    default_price_id: Attribute[str | None]
    description: Attribute[str | None]
    images: Any
    livemode: Attribute[bool]
    marketing_features: Any
    metadata: Any
    name: Attribute[str]
    object: Attribute[str]
    package_dimensions: Any
    shippable: Attribute[bool | None]
    statement_descriptor: Attribute[str | None]
    tax_code_id: Attribute[str | None]
    tax_details: Any
    type: Attribute[str]
    unit_label: Attribute[str | None]
    updated: Attribute[datetime]
    url: Attribute[str | None]
    default_price: Attribute[Price | None]
    tax_code: Attribute[TaxCode | None]
    plans: Attribute[list[Plan]]
    prices: Attribute[list[Price]]
    tax_transaction_line_items: Attribute[list[TaxTransactionLineItem]]
    tax_calculation_line_items: Attribute[list[TaxCalculationLineItem]]
    invoice_items: Attribute[list[InvoiceItem]]
    invoice_line_items: Attribute[list[InvoiceLineItem]]
    product_features: Attribute[list[ProductFeature]]

class RadarValueListItem(_Row):
    """Stripe's `radar.value_list_item`: the table `radar_value_list_item`."""

    created: Attribute[datetime]
    created_by: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    value: Attribute[str]
    value_list_id: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    value_list: Attribute[RadarValueList | None]
    @property
    def _parent(self) -> RadarValueList | None: ...

class ReportingReportRun(_Row):
    """Stripe's `reporting.report_run`: the table `reporting_report_run`."""

    created: Attribute[datetime]
    error: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    parameters: Any
    report_type_id: Attribute[str]
    result_id: Attribute[str | None]
    status: Attribute[str]
    succeeded_at: Attribute[datetime | None]
    report_type: Attribute[ReportingReportType | None]
    result: Attribute[File | None]

class ScheduledQueryRun(_Row):
    """Stripe's `scheduled_query_run`: the table `scheduled_query_run`."""

    created: Attribute[datetime]
    data_load_time: Attribute[datetime]
    error: Any
    file_id: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    result_available_until: Attribute[datetime]
    sql: Attribute[str]
    status: Attribute[str]
    title: Attribute[str]
    file: Attribute[File | None]

class ShippingRate(_Row):
    """Stripe's `shipping_rate`: the table `shipping_rate`."""

    active: Attribute[bool]
    created: Attribute[datetime]
    delivery_estimate: Any
    display_name: Attribute[str | None]
    fixed_amount: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    tax_behavior: Attribute[str | None]
    tax_code_id: Attribute[str | None]
    type: Attribute[str]
    tax_code: Attribute[TaxCode | None]

class TerminalReader(_Row):
    """Stripe's `terminal.reader`: the table `terminal_reader`."""

    action: Any
    device_sw_version: Attribute[str | None]
    device_type: Attribute[str]
    ip_address: Attribute[str | None]
    label: Attribute[str]
    last_seen_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    location_id: Attribute[str | None]
    metadata: Any
    object: Attribute[str]
    serial_number: Attribute[str]
    status: Attribute[str | None]
    location: Attribute[TerminalLocation | None]

class TreasuryTransaction(_Row):
    """Stripe's `treasury.transaction`: the table `treasury_transaction`."""

    amount: Attribute[int]
    balance_impact: Any
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str]
    financial_account_id: Attribute[str]
    flow: Attribute[str | None]
    flow_details: Any
    flow_type: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    entries: Attribute[list[TreasuryTransactionEntry]]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...
    treasury_inbound_transfers: Attribute[list[TreasuryInboundTransfer]]
    treasury_outbound_payments: Attribute[list[TreasuryOutboundPayment]]
    treasury_outbound_transfers: Attribute[list[TreasuryOutboundTransfer]]
    treasury_received_credits: Attribute[list[TreasuryReceivedCredit]]
    treasury_received_debits: Attribute[list[TreasuryReceivedDebit]]
    treasury_transaction_entries: Attribute[list[TreasuryTransactionEntry]]
    treasury_credit_reversals: Attribute[list[TreasuryCreditReversal]]
    treasury_debit_reversals: Attribute[list[TreasuryDebitReversal]]

class V2CoreAccountPerson(_Row):
    """Stripe's `v2.core.account_person`: the table `v2_core_account_person`."""

    account_id: Attribute[str]
    additional_addresses: Any
    additional_names: Any
    additional_terms_of_service: Any
    address: Any
    created: Attribute[datetime]
    date_of_birth: Any
    documents: Any
    email: Attribute[str | None]
    given_name: Attribute[str | None]
    id_numbers: Any
    legal_gender: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    nationalities: Any
    object: Attribute[str]
    phone: Attribute[str | None]
    political_exposure: Attribute[str | None]
    relationship: Any
    script_addresses: Any
    script_names: Any
    surname: Attribute[str | None]
    updated: Attribute[datetime]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    account: Attribute[V2CoreAccount | None]
    @property
    def _parent(self) -> V2CoreAccount | None: ...

class V2CoreVaultUsBankAccount(_Row):
    """Stripe's `v2.core.vault.us_bank_account`: the table `v2_core_vault_us_bank_account`."""

    archived: Attribute[bool]
    bank_account_type: Attribute[str]
    bank_name: Attribute[str]
    created: Attribute[datetime]
    fedwire_routing_number: Attribute[str | None]
    financial_connections_account_id: Attribute[str | None]
    last4: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    restricted: Attribute[bool]
    routing_number: Attribute[str | None]
    supported_currencies: Any
    verification: Any
    financial_connections_account: Attribute[FinancialConnectionsAccount | None]

class V2MoneyManagementAdjustment(_Row):
    """Stripe's `v2.money_management.adjustment`: the table `v2_money_management_adjustment`."""

    adjusted_flow: Any
    amount: Any
    created: Attribute[datetime]
    description: Attribute[str | None]
    financial_account_id: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    financial_account: Attribute[V2MoneyManagementFinancialAccount | None]

class V2MoneyManagementFinancialAddress(_Row):
    """Stripe's `v2.money_management.financial_address`: the table `v2_money_management_financial_address`."""

    bank_account: Any
    created: Attribute[datetime]
    financial_account_id: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    settlement_currency: Attribute[str]
    status: Attribute[str]
    type: Attribute[str]
    financial_account: Attribute[V2MoneyManagementFinancialAccount | None]

class V2MoneyManagementOutboundPayment(_Row):
    """Stripe's `v2.money_management.outbound_payment`: the table `v2_money_management_outbound_payment`."""

    amount: Any
    cancelable: Attribute[bool]
    created: Attribute[datetime]
    description: Attribute[str | None]
    expected_arrival_date: Attribute[datetime | None]
    from_: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    payout_intent_id: Attribute[str | None]
    recipient_notification: Any
    recipient_verification_id: Attribute[str | None]
    statement_descriptor: Attribute[str]
    status: Attribute[str]
    status_details: Any
    status_transitions: Any
    to: Any
    tracking_details: Any
    payout_intent: Attribute[V2MoneyManagementPayoutIntent | None]
    recipient_verification: Attribute[V2MoneyManagementRecipientVerification | None]

class V2MoneyManagementOutboundSetupIntent(_Row):
    """Stripe's `v2.money_management.outbound_setup_intent`: the table `v2_money_management_outbound_setup_intent`."""

    created: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    payout_method_id: Attribute[str | None]
    status: Attribute[str]
    usage_intent: Attribute[str]
    payout_method: Attribute[V2MoneyManagementPayoutMethod | None]
    v2_money_management_payout_methods_by_latest_outbound_setup_intent: Attribute[list[V2MoneyManagementPayoutMethod]]

class V2MoneyManagementReceivedCredit(_Row):
    """Stripe's `v2.money_management.received_credit`: the table `v2_money_management_received_credit`."""

    amount: Any
    amount_received: Any
    balance_transfer: Any
    bank_transfer: Any
    created: Attribute[datetime]
    description: Attribute[str | None]
    financial_account_id: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    status: Attribute[str]
    status_details: Any
    status_transitions: Any
    type: Attribute[str]
    financial_account: Attribute[V2MoneyManagementFinancialAccount | None]

class V2MoneyManagementTransaction(_Row):
    """Stripe's `v2.money_management.transaction`: the table `v2_money_management_transaction`."""

    amount: Any
    balance_impact: Any
    category: Attribute[str]
    counterparty: Any
    created: Attribute[datetime]
    description: Attribute[str | None]
    financial_account_id: Attribute[str]
    flow: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    regulatory_receipt: Any
    status: Attribute[str]
    status_transitions: Any
    financial_account: Attribute[V2MoneyManagementFinancialAccount | None]
    v2_money_management_transaction_entries: Attribute[list[V2MoneyManagementTransactionEntry]]

class BankAccount(_Row):
    """Stripe's `bank_account`: the table `bank_account`."""

    account_id: Attribute[str | None]
    account_holder_name: Attribute[str | None]
    account_holder_type: Attribute[str | None]
    account_type: Attribute[str | None]
    available_payout_methods: Any
    bank_name: Attribute[str | None]
    country: Attribute[str]
    currency: Attribute[str]
    customer_id: Attribute[str | None]
    default_for_currency: Attribute[bool | None]
    fingerprint: Attribute[str | None]
    future_requirements: Any
    last4: Attribute[str]
    metadata: Any
    object: Attribute[str]
    requirements: Any
    routing_number: Attribute[str | None]
    status: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    account: Attribute[Account | None]
    customer: Attribute[Customer | None]
    @property
    def _parent(self) -> Account | Customer | None: ...
    payouts_by_destination: Attribute[list[Payout]]
    customers_by_default_source: Attribute[list[Customer]]
    payment_intents_by_source: Attribute[list[PaymentIntent]]
    tokens: Attribute[list[Token]]
    charges_by_source: Attribute[list[Charge]]
    subscriptions_by_default_source: Attribute[list[Subscription]]
    invoices_by_default_source: Attribute[list[Invoice]]

class BillingCreditGrant(_Row):
    """Stripe's `billing.credit_grant`: the table `billing_credit_grant`."""

    amount: Any
    applicability_config: Any
    category: Attribute[str]
    created: Attribute[datetime]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    effective_at: Attribute[datetime | None]
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    metadata: Any
    name: Attribute[str | None]
    object: Attribute[str]
    priority: Attribute[int | None]
    test_clock_id: Attribute[str | None]
    updated: Attribute[datetime]
    voided_at: Attribute[datetime | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    test_clock: Attribute[TestHelpersTestClock | None]
    billing_credit_balance_transactions: Attribute[list[BillingCreditBalanceTransaction]]

class BillingPortalSession(_Row):
    """Stripe's `billing_portal.session`: the table `billing_portal_session`."""

    after_expiration: Any
    configuration_id: Attribute[str]
    created: Attribute[datetime]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    flow: Any
    livemode: Attribute[bool]
    locale: Attribute[str | None]
    object: Attribute[str]
    on_behalf_of: Attribute[str | None]
    return_url: Attribute[str | None]
    configuration: Attribute[BillingPortalConfiguration | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]

class Card(_Row):
    """Stripe's `card`: the table `card`."""

    account_id: Attribute[str | None]
    address_city: Attribute[str | None]
    address_country: Attribute[str | None]
    address_line1: Attribute[str | None]
    address_line1_check: Attribute[str | None]
    address_line2: Attribute[str | None]
    address_state: Attribute[str | None]
    address_zip: Attribute[str | None]
    address_zip_check: Attribute[str | None]
    allow_redisplay: Attribute[str | None]
    available_payout_methods: Any
    brand: Attribute[str]
    country: Attribute[str | None]
    currency: Attribute[str | None]
    customer_id: Attribute[str | None]
    cvc_check: Attribute[str | None]
    default_for_currency: Attribute[bool | None]
    description: Attribute[str | None]
    dynamic_last4: Attribute[str | None]
    exp_month: Attribute[int]
    exp_year: Attribute[int]
    fingerprint: Attribute[str | None]
    funding: Attribute[str]
    iin: Attribute[str | None]
    issuer: Attribute[str | None]
    last4: Attribute[str]
    metadata: Any
    name: Attribute[str | None]
    networks: Any
    object: Attribute[str]
    regulated_status: Attribute[str | None]
    status: Attribute[str | None]
    tokenization_method: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    account: Attribute[Account | None]
    customer: Attribute[Customer | None]
    @property
    def _parent(self) -> Account | Customer | None: ...
    payouts_by_destination: Attribute[list[Payout]]
    customers_by_default_source: Attribute[list[Customer]]
    payment_intents_by_source: Attribute[list[PaymentIntent]]
    tokens: Attribute[list[Token]]
    charges_by_source: Attribute[list[Charge]]
    subscriptions_by_default_source: Attribute[list[Subscription]]
    invoices_by_default_source: Attribute[list[Invoice]]

class ClimateOrder(_Row):
    """Stripe's `climate.order`: the table `climate_order`."""

    amount_fees: Attribute[int]
    amount_subtotal: Attribute[int]
    amount_total: Attribute[int]
    beneficiary: Any
    canceled_at: Attribute[datetime | None]
    cancellation_reason: Attribute[str | None]
    certificate: Attribute[str | None]
    confirmed_at: Attribute[datetime | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    delayed_at: Attribute[datetime | None]
    delivered_at: Attribute[datetime | None]
    delivery_details: Any
    expected_delivery_year: Attribute[int]
    livemode: Attribute[bool]
    metadata: Any
    metric_tons: Attribute[Decimal]
    object: Attribute[str]
    product_id: Attribute[str]
    product_substituted_at: Attribute[datetime | None]
    status: Attribute[str]
    product: Attribute[ClimateProduct | None]

class ConnectCollectionTransfer(_Row):
    """Stripe's `connect_collection_transfer`: the table `connect_collection_transfer`."""

    amount: Attribute[int]
    currency: Attribute[str]
    destination_id: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    destination: Attribute[Account | None]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class CustomerCashBalanceTransaction(_Row):
    """Stripe's `customer_cash_balance_transaction`: the table `customer_cash_balance_transaction`."""

    adjusted_for_overdraft: Any
    applied_to_payment: Any
    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    ending_balance: Attribute[int]
    funded: Any
    livemode: Attribute[bool]
    net_amount: Attribute[int]
    object: Attribute[str]
    refunded_from_payment: Any
    transferred_to_balance: Any
    type: Attribute[str]
    unapplied_from_payment: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    @property
    def _parent(self) -> Customer | None: ...
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class EntitlementsActiveEntitlement(_Row):
    """Stripe's `entitlements.active_entitlement`: the table `entitlements_active_entitlement`."""

    feature_id: Attribute[str]
    livemode: Attribute[bool]
    lookup_key: Attribute[str]
    object: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    feature: Attribute[EntitlementsFeature | None]
    @property
    def _parent(self) -> Customer | None: ...

class IssuingCard(_Row):
    """Stripe's `issuing.card`: the table `issuing_card`."""

    brand: Attribute[str]
    cancellation_reason: Attribute[str | None]
    cardholder_id: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    exp_month: Attribute[int]
    exp_year: Attribute[int]
    financial_account_id: Attribute[str | None]
    last4: Attribute[str]
    latest_fraud_warning: Any
    lifecycle_controls: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    personalization_design_id: Attribute[str | None]
    replaced_by_id: Attribute[str | None]
    replacement_for_id: Attribute[str | None]
    replacement_reason: Attribute[str | None]
    second_line: Attribute[str | None]
    shipping: Any
    spending_controls: Any
    status: Attribute[str]
    type: Attribute[str]
    wallets: Any
    cardholder: Attribute[IssuingCardholder | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    personalization_design: Attribute[IssuingPersonalizationDesign | None]
    replaced_by: Attribute[IssuingCard | None]
    replacement_for: Attribute[IssuingCard | None]
    issuing_cards_by_replaced_by: Attribute[list[IssuingCard]]
    issuing_cards_by_replacement_for: Attribute[list[IssuingCard]]
    issuing_tokens: Attribute[list[IssuingToken]]
    issuing_authorizations: Attribute[list[IssuingAuthorization]]
    issuing_transactions: Attribute[list[IssuingTransaction]]

class PaymentMethod(_Row):
    """Stripe's `payment_method`: the table `payment_method`."""

    acss_debit: Any
    affirm: Any
    afterpay_clearpay: Any
    alipay: Any
    allow_redisplay: Attribute[str | None]
    alma: Any
    amazon_pay: Any
    au_becs_debit: Any
    bacs_debit: Any
    bancontact: Any
    billie: Any
    billing_details: Any
    bizum: Any
    blik: Any
    boleto: Any
    card: Any
    card_present: Any
    cashapp: Any
    created: Attribute[datetime]
    crypto: Any
    custom: Any
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    customer_balance: Any
    eps: Any
    fpx: Any
    giropay: Any
    grabpay: Any
    ideal: Any
    interac_present: Any
    kakao_pay: Any
    klarna: Any
    konbini: Any
    kr_card: Any
    link: Any
    livemode: Attribute[bool]
    mb_way: Any
    metadata: Any
    mobilepay: Any
    multibanco: Any
    naver_pay: Any
    nz_bank_account: Any
    object: Attribute[str]
    oxxo: Any
    p24: Any
    pay_by_bank: Any
    payco: Any
    paynow: Any
    paypal: Any
    paypay: Any
    payto: Any
    pix: Any
    promptpay: Any
    radar_options: Any
    revolut_pay: Any
    samsung_pay: Any
    satispay: Any
    scalapay: Any
    sepa_debit: Any
    sequra: Any
    sofort: Any
    sunbit: Any
    swish: Any
    twint: Any
    type: Attribute[str]
    upi: Any
    us_bank_account: Any
    wechat_pay: Any
    zip: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    @property
    def _parent(self) -> Customer | None: ...
    forwarding_requests: Attribute[list[ForwardingRequest]]
    payment_intents: Attribute[list[PaymentIntent]]
    setup_intents: Attribute[list[SetupIntent]]
    three_d_secure_authentications: Attribute[list[ThreeDSecureAuthentication]]
    topups: Attribute[list[Topup]]
    charges: Attribute[list[Charge]]
    setup_attempts: Attribute[list[SetupAttempt]]
    subscriptions_by_default_payment_method: Attribute[list[Subscription]]
    invoices_by_default_payment_method: Attribute[list[Invoice]]
    mandates: Attribute[list[Mandate]]
    refunds: Attribute[list[Refund]]

class Plan(_Row):
    """Stripe's `plan`: the table `plan`."""

    active: Attribute[bool]
    amount: Attribute[int | None]
    amount_decimal: Attribute[Decimal | None]
    billing_scheme: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    interval: Attribute[str]
    interval_count: Attribute[int]
    livemode: Attribute[bool]
    metadata: Any
    meter_id: Attribute[str | None]
    nickname: Attribute[str | None]
    object: Attribute[str]
    product_id: Attribute[str | None]
    tiers: Any
    tiers_mode: Attribute[str | None]
    transform_usage: Any
    trial_period_days: Attribute[int | None]
    usage_type: Attribute[str]
    meter: Attribute[BillingMeter | None]
    product: Attribute[Product | None]
    subscription_items: Attribute[list[SubscriptionItem]]

class Price(_Row):
    """Stripe's `price`: the table `price`."""

    active: Attribute[bool]
    billing_scheme: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    currency_options: Any
    custom_unit_amount: Any
    livemode: Attribute[bool]
    lookup_key: Attribute[str | None]
    metadata: Any
    nickname: Attribute[str | None]
    object: Attribute[str]
    product_id: Attribute[str]
    recurring: Any
    tax_behavior: Attribute[str | None]
    tiers: Any
    tiers_mode: Attribute[str | None]
    transform_quantity: Any
    type: Attribute[str]
    unit_amount: Attribute[int | None]
    unit_amount_decimal: Attribute[Decimal | None]
    product: Attribute[Product | None]
    products_by_default_price: Attribute[list[Product]]
    product_catalog_trial_offers: Attribute[list[ProductCatalogTrialOffer]]
    subscription_items: Attribute[list[SubscriptionItem]]
    invoice_items: Attribute[list[InvoiceItem]]
    checkout_line_items: Attribute[list[CheckoutLineItem]]
    invoice_line_items: Attribute[list[InvoiceLineItem]]

class ProductFeature(_Row):
    """Stripe's `product_feature`: the table `product_feature`."""

    entitlement_feature_id: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    entitlement_feature: Attribute[EntitlementsFeature | None]
    @property
    def _parent(self) -> Product | None: ...

class PromotionCode(_Row):
    """Stripe's `promotion_code`: the table `promotion_code`."""

    active: Attribute[bool]
    code: Attribute[str]
    created: Attribute[datetime]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    max_redemptions: Attribute[int | None]
    metadata: Any
    object: Attribute[str]
    promotion: Any
    restrictions: Any
    times_redeemed: Attribute[int]
    coupon_id: Attribute[str | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    coupon: Attribute[Coupon | None]
    discounts: Attribute[list[Discount]]

class ReserveTransaction(_Row):
    """Stripe's `reserve_transaction`: the table `reserve_transaction`."""

    amount: Attribute[int]
    currency: Attribute[str]
    description: Attribute[str | None]
    object: Attribute[str]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class Source(_Row):
    """Stripe's `source`: the table `source`."""

    ach_credit_transfer: Any
    ach_debit: Any
    acss_debit: Any
    alipay: Any
    allow_redisplay: Attribute[str | None]
    amount: Attribute[int | None]
    au_becs_debit: Any
    bancontact: Any
    card: Any
    card_present: Any
    code_verification: Any
    created: Attribute[datetime]
    currency: Attribute[str | None]
    customer_id: Attribute[str | None]
    eps: Any
    flow: Attribute[str]
    giropay: Any
    ideal: Any
    klarna: Any
    livemode: Attribute[bool]
    metadata: Any
    multibanco: Any
    object: Attribute[str]
    owner: Any
    p24: Any
    receiver: Any
    redirect: Any
    sepa_credit_transfer: Any
    sepa_debit: Any
    sofort: Any
    source_order: Any
    statement_descriptor: Attribute[str | None]
    status: Attribute[str]
    three_d_secure: Any
    type: Attribute[str]
    usage: Attribute[str | None]
    wechat: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    customer: Attribute[Customer | None]
    @property
    def _parent(self) -> Customer | None: ...
    customers_by_default_source: Attribute[list[Customer]]
    payment_intents: Attribute[list[PaymentIntent]]
    source_transactions: Attribute[list[SourceTransaction]]
    topups: Attribute[list[Topup]]
    charges: Attribute[list[Charge]]
    subscriptions_by_default_source: Attribute[list[Subscription]]
    invoices_by_default_source: Attribute[list[Invoice]]

class TaxTransaction(_Row):
    """Stripe's `tax.transaction`: the table `tax_transaction`."""

    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str | None]
    customer_details: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    posted_at: Attribute[datetime]
    reference: Attribute[str]
    reversal: Any
    ship_from_details: Any
    shipping_cost: Any
    tax_date: Attribute[datetime]
    type: Attribute[str]
    _line_items_read_at: Attribute[datetime | None]
    customer: Attribute[Customer | None]
    line_items: Attribute[list[TaxTransactionLineItem]]

class TaxDeductedAtSource(_Row):
    """Stripe's `tax_deducted_at_source`: the table `tax_deducted_at_source`."""

    object: Attribute[str]
    period_end: Attribute[datetime]
    period_start: Attribute[datetime]
    tax_deduction_account_number: Attribute[str]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class TaxId(_Row):
    """Stripe's `tax_id`: the table `tax_id`."""

    country: Attribute[str | None]
    created: Attribute[datetime]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    owner: Any
    type: Attribute[str]
    value: Attribute[str]
    verification: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    @property
    def _parent(self) -> Customer | None: ...

class TreasuryInboundTransfer(_Row):
    """Stripe's `treasury.inbound_transfer`: the table `treasury_inbound_transfer`."""

    amount: Attribute[int]
    cancelable: Attribute[bool]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str | None]
    failure_details: Any
    financial_account_id: Attribute[str]
    hosted_regulatory_receipt_url: Attribute[str | None]
    linked_flows: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    origin_payment_method: Attribute[str | None]
    origin_payment_method_details: Any
    returned: Attribute[bool | None]
    statement_descriptor: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    transaction_id: Attribute[str | None]
    mandate_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    transaction: Attribute[TreasuryTransaction | None]
    mandate: Attribute[Mandate | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...

class TreasuryOutboundPayment(_Row):
    """Stripe's `treasury.outbound_payment`: the table `treasury_outbound_payment`."""

    amount: Attribute[int]
    cancelable: Attribute[bool]
    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str | None]
    description: Attribute[str | None]
    destination_payment_method: Attribute[str | None]
    destination_payment_method_details: Any
    end_user_details: Any
    expected_arrival_date: Attribute[datetime]
    financial_account_id: Attribute[str]
    hosted_regulatory_receipt_url: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    returned_details: Any
    statement_descriptor: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    tracking_details: Any
    transaction_id: Attribute[str]
    mandate_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    customer: Attribute[Customer | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    transaction: Attribute[TreasuryTransaction | None]
    mandate: Attribute[Mandate | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...

class TreasuryOutboundTransfer(_Row):
    """Stripe's `treasury.outbound_transfer`: the table `treasury_outbound_transfer`."""

    amount: Attribute[int]
    cancelable: Attribute[bool]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str | None]
    destination_payment_method: Attribute[str | None]
    destination_payment_method_details: Any
    expected_arrival_date: Attribute[datetime]
    financial_account_id: Attribute[str]
    hosted_regulatory_receipt_url: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    returned_details: Any
    statement_descriptor: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    tracking_details: Any
    transaction_id: Attribute[str]
    mandate_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    transaction: Attribute[TreasuryTransaction | None]
    mandate: Attribute[Mandate | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...

class TreasuryReceivedCredit(_Row):
    """Stripe's `treasury.received_credit`: the table `treasury_received_credit`."""

    amount: Attribute[int]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str]
    failure_code: Attribute[str | None]
    financial_account_id: Attribute[str | None]
    hosted_regulatory_receipt_url: Attribute[str | None]
    initiating_payment_method_details: Any
    linked_flows: Any
    livemode: Attribute[bool]
    network: Attribute[str]
    object: Attribute[str]
    reversal_details: Any
    status: Attribute[str]
    transaction_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    transaction: Attribute[TreasuryTransaction | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...
    treasury_credit_reversals: Attribute[list[TreasuryCreditReversal]]

class TreasuryReceivedDebit(_Row):
    """Stripe's `treasury.received_debit`: the table `treasury_received_debit`."""

    amount: Attribute[int]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str]
    failure_code: Attribute[str | None]
    financial_account_id: Attribute[str | None]
    hosted_regulatory_receipt_url: Attribute[str | None]
    initiating_payment_method_details: Any
    linked_flows: Any
    livemode: Attribute[bool]
    network: Attribute[str]
    object: Attribute[str]
    reversal_details: Any
    status: Attribute[str]
    transaction_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    transaction: Attribute[TreasuryTransaction | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...
    treasury_debit_reversals: Attribute[list[TreasuryDebitReversal]]

class TreasuryTransactionEntry(_Row):
    """Stripe's `treasury.transaction_entry`: the table `treasury_transaction_entry`."""

    balance_impact: Any
    created: Attribute[datetime]
    currency: Attribute[str]
    effective_at: Attribute[datetime]
    financial_account_id: Attribute[str]
    flow: Attribute[str | None]
    flow_details: Any
    flow_type: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    transaction_id: Attribute[str]
    type: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    transaction: Attribute[TreasuryTransaction | None]
    @property
    def _parent(self) -> TreasuryTransaction | TreasuryFinancialAccount | None: ...

class V2MoneyManagementRecipientVerification(_Row):
    """Stripe's `v2.money_management.recipient_verification`: the table `v2_money_management_recipient_verification`."""

    consumed_by: Any
    created: Attribute[datetime]
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    match_result: Attribute[str]
    match_result_details: Any
    object: Attribute[str]
    payout_method_id: Attribute[str]
    recipient_id: Attribute[str | None]
    status: Attribute[str]
    status_transitions: Any
    verification_type: Attribute[str]
    payout_method: Attribute[V2MoneyManagementPayoutMethod | None]
    recipient: Attribute[V2CoreAccount | None]
    v2_money_management_outbound_payments: Attribute[list[V2MoneyManagementOutboundPayment]]

class V2MoneyManagementTransactionEntry(_Row):
    """Stripe's `v2.money_management.transaction_entry`: the table `v2_money_management_transaction_entry`."""

    balance_impact: Any
    created: Attribute[datetime]
    effective_at: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    transaction_id: Attribute[str]
    transaction_details: Any
    transaction: Attribute[V2MoneyManagementTransaction | None]

class BillingCreditBalanceTransaction(_Row):
    """Stripe's `billing.credit_balance_transaction`: the table `billing_credit_balance_transaction`."""

    created: Attribute[datetime]
    credit: Any
    credit_grant_id: Attribute[str]
    debit: Any
    effective_at: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    test_clock_id: Attribute[str | None]
    type: Attribute[str | None]
    credit_grant: Attribute[BillingCreditGrant | None]
    test_clock: Attribute[TestHelpersTestClock | None]

class ForwardingRequest(_Row):
    """Stripe's `forwarding.request`: the table `forwarding_request`."""

    created: Attribute[datetime]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    payment_method_id: Attribute[str]
    replacements: Any
    request_context: Any
    request_details: Any
    response_details: Any
    url: Attribute[str | None]
    payment_method: Attribute[PaymentMethod | None]

class IssuingToken(_Row):
    """Stripe's `issuing.token`: the table `issuing_token`."""

    card_id: Attribute[str]
    created: Attribute[datetime]
    device_fingerprint: Attribute[str | None]
    last4: Attribute[str | None]
    livemode: Attribute[bool]
    network: Attribute[str]
    network_data: Any
    network_updated_at: Attribute[datetime]
    object: Attribute[str]
    status: Attribute[str]
    wallet_provider: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    card: Attribute[IssuingCard | None]
    @property
    def _parent(self) -> IssuingCard | None: ...
    issuing_authorizations: Attribute[list[IssuingAuthorization]]
    issuing_transactions: Attribute[list[IssuingTransaction]]

class PaymentIntent(_Row):
    """Stripe's `payment_intent`: the table `payment_intent`."""

    allowed_payment_method_types: Any
    amount: Attribute[int | None]
    amount_capturable: Attribute[int | None]
    amount_details: Any
    amount_received: Attribute[int | None]
    application_id: Attribute[str | None]
    application_fee_amount: Attribute[int | None]
    automatic_payment_methods: Any
    canceled_at: Attribute[datetime | None]
    cancellation_reason: Attribute[str | None]
    capture_method: Attribute[str | None]
    confirmation_method: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str | None]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    description: Attribute[str | None]
    excluded_payment_method_types: Any
    hooks: Any
    last_payment_error: Any
    latest_charge_id: Attribute[str | None]
    livemode: Attribute[bool]
    managed_payments: Any
    metadata: Any
    next_action: Any
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    payment_details: Any
    payment_method_id: Attribute[str | None]
    payment_method_configuration_details: Any
    payment_method_options: Any
    payment_method_types: Any
    payment_record_id: Attribute[str | None]
    presentment_details: Any
    processing: Any
    receipt_email: Attribute[str | None]
    review_id: Attribute[str | None]
    setup_future_usage: Attribute[str | None]
    shipping: Any
    source_id: Attribute[str | None]
    statement_descriptor: Attribute[str | None]
    statement_descriptor_suffix: Attribute[str | None]
    status: Attribute[str]
    transfer_data: Any
    transfer_group: Attribute[str | None]
    tax_calculation_id: Attribute[str | None]
    _amount_details_line_items_read_at: Attribute[datetime | None]
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    latest_charge: Attribute[Charge | None]
    on_behalf_of: Attribute[Account | None]
    payment_method: Attribute[PaymentMethod | None]
    payment_record: Attribute[PaymentRecord | None]
    review: Attribute[Review | None]
    @property
    def source(self) -> Account | BankAccount | Card | Source | None: ...
    tax_calculation: Attribute[TaxCalculation | None]
    amount_details_line_items: Attribute[list[PaymentIntentAmountDetailsLineItem]]
    charges: Attribute[list[Charge]]
    confirmation_tokens: Attribute[list[ConfirmationToken]]
    disputes: Attribute[list[Dispute]]
    radar_early_fraud_warnings: Attribute[list[RadarEarlyFraudWarning]]
    refunds: Attribute[list[Refund]]
    reviews: Attribute[list[Review]]
    checkout_sessions: Attribute[list[CheckoutSession]]
    invoice_payments: Attribute[list[InvoicePayment]]

class ProductCatalogTrialOffer(_Row):
    """Stripe's `product_catalog.trial_offer`: the table `product_catalog_trial_offer`."""

    active: Attribute[bool]
    duration: Any
    end_behavior: Any
    livemode: Attribute[bool]
    nickname: Attribute[str | None]
    object: Attribute[str]
    price_id: Attribute[str]
    price: Attribute[Price | None]

class SetupIntent(_Row):
    """Stripe's `setup_intent`: the table `setup_intent`."""

    allowed_payment_method_types: Any
    application_id: Attribute[str | None]
    attach_to_self: Attribute[bool | None]
    automatic_payment_methods: Any
    cancellation_reason: Attribute[str | None]
    created: Attribute[datetime]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    description: Attribute[str | None]
    excluded_payment_method_types: Any
    flow_directions: Any
    last_setup_error: Any
    latest_attempt_id: Attribute[str | None]
    livemode: Attribute[bool]
    managed_payments: Any
    mandate_id: Attribute[str | None]
    metadata: Any
    next_action: Any
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    payment_method_id: Attribute[str | None]
    payment_method_configuration_details: Any
    payment_method_options: Any
    payment_method_types: Any
    single_use_mandate_id: Attribute[str | None]
    status: Attribute[str]
    usage: Attribute[str]
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    latest_attempt: Attribute[SetupAttempt | None]
    mandate: Attribute[Mandate | None]
    on_behalf_of: Attribute[Account | None]
    payment_method: Attribute[PaymentMethod | None]
    single_use_mandate: Attribute[Mandate | None]
    confirmation_tokens: Attribute[list[ConfirmationToken]]
    setup_attempts: Attribute[list[SetupAttempt]]
    subscriptions_by_pending_setup_intent: Attribute[list[Subscription]]
    checkout_sessions: Attribute[list[CheckoutSession]]

class SourceTransaction(_Row):
    """Stripe's `source_transaction`: the table `source_transaction`."""

    ach_credit_transfer: Any
    amount: Attribute[int]
    chf_credit_transfer: Any
    created: Attribute[datetime]
    currency: Attribute[str]
    gbp_credit_transfer: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    paper_check: Any
    sepa_credit_transfer: Any
    source_id: Attribute[str]
    status: Attribute[str]
    type: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    source: Attribute[Source | None]
    @property
    def _parent(self) -> Source | None: ...

class TaxTransactionLineItem(_Row):
    """Stripe's `tax.transaction_line_item`: the table `tax_transaction_line_item`."""

    amount: Attribute[int]
    amount_tax: Attribute[int]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    product_id: Attribute[str | None]
    quantity: Attribute[int]
    reference: Attribute[str]
    reversal: Any
    tax_behavior: Attribute[str]
    tax_code_id: Attribute[str]
    type: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    product: Attribute[Product | None]
    tax_code: Attribute[TaxCode | None]
    @property
    def _parent(self) -> TaxTransaction | None: ...

class ThreeDSecureAuthentication(_Row):
    """Stripe's `three_d_secure.authentication`: the table `three_d_secure_authentication`."""

    acquirer_details: Any
    amount: Attribute[int | None]
    challenge_url: Attribute[str | None]
    channel: Any
    created: Attribute[datetime]
    currency: Attribute[str | None]
    directory_server: Attribute[str]
    fingerprinting_url: Attribute[str | None]
    flow_preference: Any
    future_usage: Any
    livemode: Attribute[bool]
    message_category: Attribute[str]
    metadata: Any
    object: Attribute[str]
    outcome: Attribute[str | None]
    outcome_details: Any
    payment_method_id: Attribute[str]
    reason: Attribute[str | None]
    shipping_address: Any
    status: Attribute[str]
    payment_method: Attribute[PaymentMethod | None]

class Token(_Row):
    """Stripe's `token`: the table `token`."""

    bank_account_id: Attribute[str | None]
    card_id: Attribute[str | None]
    client_ip: Attribute[str | None]
    created: Attribute[datetime]
    livemode: Attribute[bool]
    object: Attribute[str]
    type: Attribute[str]
    used: Attribute[bool]
    bank_account: Attribute[BankAccount | None]
    card: Attribute[Card | None]
    financial_connections_sessions_by_bank_account_token: Attribute[list[FinancialConnectionsSession]]

class Topup(_Row):
    """Stripe's `topup`: the table `topup`."""

    amount: Attribute[int]
    balance_transaction_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str | None]
    expected_availability_date: Attribute[datetime | None]
    failure_code: Attribute[str | None]
    failure_message: Attribute[str | None]
    initiated_by: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    payment_method_id: Attribute[str | None]
    payment_method_options: Any
    source_id: Attribute[str | None]
    statement_descriptor: Attribute[str | None]
    status: Attribute[str]
    transfer_group: Attribute[str | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    payment_method: Attribute[PaymentMethod | None]
    source: Attribute[Source | None]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class TreasuryCreditReversal(_Row):
    """Stripe's `treasury.credit_reversal`: the table `treasury_credit_reversal`."""

    amount: Attribute[int]
    created: Attribute[datetime]
    currency: Attribute[str]
    financial_account_id: Attribute[str]
    hosted_regulatory_receipt_url: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    network: Attribute[str]
    object: Attribute[str]
    received_credit_id: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    transaction_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    received_credit: Attribute[TreasuryReceivedCredit | None]
    transaction: Attribute[TreasuryTransaction | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...

class TreasuryDebitReversal(_Row):
    """Stripe's `treasury.debit_reversal`: the table `treasury_debit_reversal`."""

    amount: Attribute[int]
    created: Attribute[datetime]
    currency: Attribute[str]
    financial_account_id: Attribute[str | None]
    hosted_regulatory_receipt_url: Attribute[str | None]
    linked_flows: Any
    livemode: Attribute[bool]
    metadata: Any
    network: Attribute[str]
    object: Attribute[str]
    received_debit_id: Attribute[str]
    status: Attribute[str]
    status_transitions: Any
    transaction_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    financial_account: Attribute[TreasuryFinancialAccount | None]
    received_debit: Attribute[TreasuryReceivedDebit | None]
    transaction: Attribute[TreasuryTransaction | None]
    @property
    def _parent(self) -> TreasuryFinancialAccount | None: ...

class Charge(_Row):
    """Stripe's `charge`: the table `charge`."""

    amount: Attribute[int]
    amount_captured: Attribute[int]
    amount_refunded: Attribute[int]
    application_id: Attribute[str | None]
    application_fee_id: Attribute[str | None]
    application_fee_amount: Attribute[int | None]
    authorization_code: Attribute[str | None]
    balance_transaction_id: Attribute[str | None]
    billing_details: Any
    calculated_statement_descriptor: Attribute[str | None]
    captured: Attribute[bool]
    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str | None]
    description: Attribute[str | None]
    disputed: Attribute[bool]
    failure_balance_transaction_id: Attribute[str | None]
    failure_code: Attribute[str | None]
    failure_message: Attribute[str | None]
    fraud_details: Any
    level3: Any
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    outcome: Any
    paid: Attribute[bool]
    payment_intent_id: Attribute[str | None]
    payment_method_id: Attribute[str | None]
    payment_method_details: Any
    presentment_details: Any
    radar_options: Any
    receipt_email: Attribute[str | None]
    receipt_number: Attribute[str | None]
    receipt_url: Attribute[str | None]
    refunded: Attribute[bool]
    review_id: Attribute[str | None]
    shipping: Any
    source_id: Attribute[str | None]
    source_transfer_id: Attribute[str | None]
    statement_descriptor: Attribute[str | None]
    statement_descriptor_suffix: Attribute[str | None]
    status: Attribute[str]
    transfer_id: Attribute[str | None]
    transfer_data: Any
    transfer_group: Attribute[str | None]
    mandate_id: Attribute[str | None]
    application: Attribute[Application | None]
    application_fee: Attribute[ApplicationFee | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    customer: Attribute[Customer | None]
    failure_balance_transaction: Attribute[BalanceTransaction | None]
    on_behalf_of: Attribute[Account | None]
    payment_intent: Attribute[PaymentIntent | None]
    payment_method: Attribute[PaymentMethod | None]
    review: Attribute[Review | None]
    @property
    def source(self) -> Account | BankAccount | Card | Source | None: ...
    source_transfer: Attribute[Transfer | None]
    transfer: Attribute[Transfer | None]
    mandate: Attribute[Mandate | None]
    refunds: Attribute[list[Refund]]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    payment_intents_by_latest_charge: Attribute[list[PaymentIntent]]
    application_fees: Attribute[list[ApplicationFee]]
    application_fees_by_originating_transaction: Attribute[list[ApplicationFee]]
    disputes: Attribute[list[Dispute]]
    radar_early_fraud_warnings: Attribute[list[RadarEarlyFraudWarning]]
    reserve_holds_by_source_charge: Attribute[list[ReserveHold]]
    reviews: Attribute[list[Review]]
    transfers_by_destination_payment: Attribute[list[Transfer]]
    transfers_by_source_transaction: Attribute[list[Transfer]]
    invoice_payments: Attribute[list[InvoicePayment]]

class ConfirmationToken(_Row):
    """Stripe's `confirmation_token`: the table `confirmation_token`."""

    created: Attribute[datetime]
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    mandate_data: Any
    metadata: Any
    object: Attribute[str]
    payment_intent_id: Attribute[str | None]
    payment_method_options: Any
    payment_method_preview: Any
    return_url: Attribute[str | None]
    setup_future_usage: Attribute[str | None]
    setup_intent_id: Attribute[str | None]
    shipping: Any
    use_stripe_sdk: Attribute[bool]
    payment_intent: Attribute[PaymentIntent | None]
    setup_intent: Attribute[SetupIntent | None]

class FinancialConnectionsSession(_Row):
    """Stripe's `financial_connections.session`: the table `financial_connections_session`."""

    account_holder: Any
    bank_account_token_id: Attribute[str | None]
    filters: Any
    limits: Any
    livemode: Attribute[bool]
    manual_entry: Any
    object: Attribute[str]
    permissions: Any
    prefetch: Any
    return_url: Attribute[str | None]
    bank_account_token: Attribute[Token | None]
    accounts: Attribute[list[FinancialConnectionsAccount]]

class IssuingAuthorization(_Row):
    """Stripe's `issuing.authorization`: the table `issuing_authorization`."""

    amount: Attribute[int]
    amount_details: Any
    approved: Attribute[bool]
    authorization_method: Attribute[str]
    balance_transaction_ids: Attribute[list[str]]
    card_id: Attribute[str]
    card_presence: Attribute[str | None]
    cardholder_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    fleet: Any
    fraud_challenges: Any
    fuel: Any
    livemode: Attribute[bool]
    merchant_amount: Attribute[int]
    merchant_currency: Attribute[str]
    merchant_data: Any
    metadata: Any
    network_data: Any
    object: Attribute[str]
    pending_request: Any
    request_history: Any
    status: Attribute[str]
    token_id: Attribute[str | None]
    transaction_ids: Attribute[list[str]]
    treasury: Any
    verification_data: Any
    verified_by_fraud_challenge: Attribute[bool | None]
    wallet: Attribute[str | None]
    @property
    def balance_transactions(self) -> list[BalanceTransaction]: ...
    card: Attribute[IssuingCard | None]
    cardholder: Attribute[IssuingCardholder | None]
    token: Attribute[IssuingToken | None]
    @property
    def transactions(self) -> list[IssuingTransaction]: ...
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    issuing_transactions: Attribute[list[IssuingTransaction]]

class PaymentIntentAmountDetailsLineItem(_Row):
    """Stripe's `payment_intent_amount_details_line_item`: the table `payment_intent_amount_details_line_item`."""

    discount_amount: Attribute[int | None]
    object: Attribute[str]
    payment_method_options: Any
    product_code: Attribute[str | None]
    product_name: Attribute[str]
    quantity: Attribute[int]
    tax: Any
    unit_cost: Attribute[int]
    unit_of_measure: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    @property
    def _parent(self) -> PaymentIntent | None: ...

class SetupAttempt(_Row):
    """Stripe's `setup_attempt`: the table `setup_attempt`."""

    application_id: Attribute[str | None]
    attach_to_self: Attribute[bool | None]
    created: Attribute[datetime]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    flow_directions: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    payment_method_id: Attribute[str]
    payment_method_details: Any
    setup_error: Any
    setup_intent_id: Attribute[str]
    status: Attribute[str]
    usage: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    on_behalf_of: Attribute[Account | None]
    payment_method: Attribute[PaymentMethod | None]
    setup_intent: Attribute[SetupIntent | None]
    @property
    def _parent(self) -> SetupIntent | None: ...
    setup_intents_by_latest_attempt: Attribute[list[SetupIntent]]

class Subscription(_Row):
    """Stripe's `subscription`: the table `subscription`."""

    application_id: Attribute[str | None]
    application_fee_percent: Attribute[float | None]
    automatic_tax: Any
    billing_cycle_anchor: Attribute[datetime]
    billing_cycle_anchor_config: Any
    billing_mode: Any
    billing_schedules: Any
    billing_thresholds: Any
    cancel_at: Attribute[datetime | None]
    cancel_at_period_end: Attribute[bool]
    canceled_at: Attribute[datetime | None]
    cancellation_details: Any
    collection_method: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    days_until_due: Attribute[int | None]
    default_payment_method_id: Attribute[str | None]
    default_source_id: Attribute[str | None]
    default_tax_rate_ids: Attribute[list[str] | None]
    description: Attribute[str | None]
    discount_ids: Attribute[list[str]]
    ended_at: Attribute[datetime | None]
    invoice_settings: Any
    latest_invoice_id: Attribute[str | None]
    livemode: Attribute[bool]
    managed_payments: Any
    metadata: Any
    next_pending_invoice_item_invoice: Attribute[datetime | None]
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    pause_collection: Any
    payment_settings: Any
    pending_invoice_item_interval: Any
    pending_setup_intent_id: Attribute[str | None]
    pending_update: Any
    presentment_details: Any
    schedule_id: Attribute[str | None]
    start_date: Attribute[datetime]
    status: Attribute[str]
    status_details: Any
    test_clock_id: Attribute[str | None]
    transfer_data: Any
    trial_end: Attribute[datetime | None]
    trial_settings: Any
    trial_start: Attribute[datetime | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    _items_read_at: Attribute[datetime | None]
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    default_payment_method: Attribute[PaymentMethod | None]
    @property
    def default_source(self) -> Account | BankAccount | Card | Source | None: ...
    @property
    def default_tax_rates(self) -> list[TaxRate]: ...
    @property
    def discounts(self) -> list[Discount]: ...
    latest_invoice: Attribute[Invoice | None]
    on_behalf_of: Attribute[Account | None]
    pending_setup_intent: Attribute[SetupIntent | None]
    schedule: Attribute[SubscriptionSchedule | None]
    test_clock: Attribute[TestHelpersTestClock | None]
    items: Attribute[list[SubscriptionItem]]
    @property
    def _parent(self) -> Customer | TestHelpersTestClock | None: ...
    invoices: Attribute[list[Invoice]]
    subscription_items: Attribute[list[SubscriptionItem]]
    subscription_schedules: Attribute[list[SubscriptionSchedule]]
    checkout_sessions: Attribute[list[CheckoutSession]]
    invoice_items: Attribute[list[InvoiceItem]]
    quotes: Attribute[list[Quote]]
    invoice_line_items: Attribute[list[InvoiceLineItem]]
    discounts_by_subscription: Attribute[list[Discount]]

class TaxCalculation(_Row):
    """Stripe's `tax.calculation`: the table `tax_calculation`."""

    amount_total: Attribute[int]
    currency: Attribute[str]
    customer_id: Attribute[str | None]
    customer_details: Any
    expires_at: Attribute[datetime | None]
    livemode: Attribute[bool]
    object: Attribute[str]
    ship_from_details: Any
    shipping_cost: Any
    tax_amount_exclusive: Attribute[int]
    tax_amount_inclusive: Attribute[int]
    tax_breakdown: Any
    tax_date: Attribute[datetime]
    _line_items_read_at: Attribute[datetime | None]
    customer: Attribute[Customer | None]
    line_items: Attribute[list[TaxCalculationLineItem]]
    payment_intents: Attribute[list[PaymentIntent]]

class ApplicationFee(_Row):
    """Stripe's `application_fee`: the table `application_fee`."""

    account_id: Attribute[str]
    amount: Attribute[int]
    amount_refunded: Attribute[int]
    application_id: Attribute[str]
    balance_transaction_id: Attribute[str | None]
    charge_id: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    fee_source: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    originating_transaction_id: Attribute[str | None]
    refunded: Attribute[bool]
    _refunds_read_at: Attribute[datetime | None]
    account: Attribute[Account | None]
    application: Attribute[Application | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    charge: Attribute[Charge | None]
    originating_transaction: Attribute[Charge | None]
    refunds: Attribute[list[ApplicationFeeRefund]]
    payouts: Attribute[list[Payout]]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    charges: Attribute[list[Charge]]
    application_fee_refunds_by_fee: Attribute[list[ApplicationFeeRefund]]

class Dispute(_Row):
    """Stripe's `dispute`: the table `dispute`."""

    amount: Attribute[int]
    balance_transaction_ids: Attribute[list[str]]
    charge_id: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    enhanced_eligibility_types: Any
    evidence: Any
    evidence_details: Any
    intended_submission_method: Attribute[str | None]
    is_charge_refundable: Attribute[bool]
    livemode: Attribute[bool]
    metadata: Any
    network_reason_code: Attribute[str | None]
    object: Attribute[str]
    payment_intent_id: Attribute[str | None]
    payment_method_details: Any
    reason: Attribute[str]
    status: Attribute[str]
    @property
    def balance_transactions(self) -> list[BalanceTransaction]: ...
    charge: Attribute[Charge | None]
    payment_intent: Attribute[PaymentIntent | None]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class Invoice(_Row):
    """Stripe's `invoice`: the table `invoice`."""

    account_country: Attribute[str | None]
    account_name: Attribute[str | None]
    account_tax_id_ids: Attribute[list[str] | None]
    amount_due: Attribute[int]
    amount_overpaid: Attribute[int]
    amount_paid: Attribute[int]
    amount_paid_off_stripe: Attribute[int | None]
    amount_remaining: Attribute[int]
    amount_shipping: Attribute[int]
    application_id: Attribute[str | None]
    attempt_count: Attribute[int]
    attempted: Attribute[bool]
    auto_advance: Attribute[bool | None]
    automatic_tax: Any
    automatically_finalizes_at: Attribute[datetime | None]
    billing_reason: Attribute[str | None]
    collection_method: Attribute[str]
    created: Attribute[datetime]
    currency: Attribute[str]
    custom_fields: Any
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    customer_address: Any
    customer_email: Attribute[str | None]
    customer_name: Attribute[str | None]
    customer_phone: Attribute[str | None]
    customer_shipping: Any
    customer_tax_exempt: Attribute[str | None]
    customer_tax_ids: Any
    default_payment_method_id: Attribute[str | None]
    default_source_id: Attribute[str | None]
    default_tax_rate_ids: Attribute[list[str]]
    description: Attribute[str | None]
    discount_ids: Attribute[list[str]]
    due_date: Attribute[datetime | None]
    effective_at: Attribute[datetime | None]
    ending_balance: Attribute[int | None]
    footer: Attribute[str | None]
    from_invoice: Any
    hosted_invoice_url: Attribute[str | None]
    invoice_pdf: Attribute[str | None]
    issuer: Any
    last_finalization_error: Any
    latest_revision_id: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    next_payment_attempt: Attribute[datetime | None]
    number: Attribute[str | None]
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    parent: Any
    payment_settings: Any
    period_end: Attribute[datetime]
    period_start: Attribute[datetime]
    post_payment_credit_notes_amount: Attribute[int]
    pre_payment_credit_notes_amount: Attribute[int]
    receipt_number: Attribute[str | None]
    rendering: Any
    shipping_cost: Any
    shipping_details: Any
    starting_balance: Attribute[int]
    statement_descriptor: Attribute[str | None]
    status: Attribute[str | None]
    status_details: Any
    status_transitions: Any
    subtotal: Attribute[int]
    subtotal_excluding_tax: Attribute[int | None]
    test_clock_id: Attribute[str | None]
    threshold_reason: Any
    total: Attribute[int]
    total_discount_amounts: Any
    total_excluding_tax: Attribute[int | None]
    total_pretax_credit_amounts: Any
    total_taxes: Any
    webhooks_delivered_at: Attribute[datetime | None]
    subscription_id: Attribute[str | None]
    quote_id: Attribute[str | None]
    _lines_read_at: Attribute[datetime | None]
    @property
    def account_tax_ids(self) -> list[TaxId]: ...
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    default_payment_method: Attribute[PaymentMethod | None]
    @property
    def default_source(self) -> Account | BankAccount | Card | Source | None: ...
    @property
    def default_tax_rates(self) -> list[TaxRate]: ...
    @property
    def discounts(self) -> list[Discount]: ...
    latest_revision: Attribute[Invoice | None]
    on_behalf_of: Attribute[Account | None]
    test_clock: Attribute[TestHelpersTestClock | None]
    subscription: Attribute[Subscription | None]
    quote: Attribute[Quote | None]
    lines: Attribute[list[InvoiceLineItem]]
    payments: Attribute[list[InvoicePayment]]
    subscriptions_by_latest_invoice: Attribute[list[Subscription]]
    invoices_by_latest_revision: Attribute[list[Invoice]]
    checkout_sessions: Attribute[list[CheckoutSession]]
    credit_notes: Attribute[list[CreditNote]]
    invoice_payments: Attribute[list[InvoicePayment]]
    invoice_items: Attribute[list[InvoiceItem]]
    quotes: Attribute[list[Quote]]
    customer_balance_transactions: Attribute[list[CustomerBalanceTransaction]]
    invoice_line_items: Attribute[list[InvoiceLineItem]]
    discounts_by_invoice: Attribute[list[Discount]]

class IssuingTransaction(_Row):
    """Stripe's `issuing.transaction`: the table `issuing_transaction`."""

    amount: Attribute[int]
    amount_details: Any
    authorization_id: Attribute[str | None]
    balance_transaction_id: Attribute[str | None]
    card_id: Attribute[str]
    cardholder_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    dispute_id: Attribute[str | None]
    livemode: Attribute[bool]
    merchant_amount: Attribute[int]
    merchant_currency: Attribute[str]
    merchant_data: Any
    metadata: Any
    network_data: Any
    object: Attribute[str]
    purchase_details: Any
    token_id: Attribute[str | None]
    treasury: Any
    type: Attribute[str]
    wallet: Attribute[str | None]
    authorization: Attribute[IssuingAuthorization | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    card: Attribute[IssuingCard | None]
    cardholder: Attribute[IssuingCardholder | None]
    dispute: Attribute[IssuingDispute | None]
    token: Attribute[IssuingToken | None]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    issuing_disputes: Attribute[list[IssuingDispute]]

class Mandate(_Row):
    """Stripe's `mandate`: the table `mandate`."""

    customer_acceptance: Any
    livemode: Attribute[bool]
    multi_use: Any
    object: Attribute[str]
    on_behalf_of: Attribute[str | None]
    payment_method_id: Attribute[str]
    payment_method_details: Any
    single_use: Any
    status: Attribute[str]
    type: Attribute[str]
    payment_method: Attribute[PaymentMethod | None]
    payment_records: Attribute[list[PaymentRecord]]
    payment_attempt_records: Attribute[list[PaymentAttemptRecord]]
    treasury_inbound_transfers: Attribute[list[TreasuryInboundTransfer]]
    treasury_outbound_payments: Attribute[list[TreasuryOutboundPayment]]
    treasury_outbound_transfers: Attribute[list[TreasuryOutboundTransfer]]
    setup_intents: Attribute[list[SetupIntent]]
    setup_intents_by_single_use_mandate: Attribute[list[SetupIntent]]
    charges: Attribute[list[Charge]]

class RadarEarlyFraudWarning(_Row):
    """Stripe's `radar.early_fraud_warning`: the table `radar_early_fraud_warning`."""

    actionable: Attribute[bool]
    charge_id: Attribute[str]
    created: Attribute[datetime]
    fraud_type: Attribute[str]
    livemode: Attribute[bool]
    object: Attribute[str]
    payment_intent_id: Attribute[str | None]
    charge: Attribute[Charge | None]
    payment_intent: Attribute[PaymentIntent | None]

class Refund(_Row):
    """Stripe's `refund`: the table `refund`."""

    amount: Attribute[int]
    balance_transaction_id: Attribute[str | None]
    charge_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    description: Attribute[str | None]
    destination_details: Any
    failure_balance_transaction_id: Attribute[str | None]
    failure_reason: Attribute[str | None]
    instructions_email: Attribute[str | None]
    metadata: Any
    next_action: Any
    object: Attribute[str]
    payment_intent_id: Attribute[str | None]
    payment_method_id: Attribute[str | None]
    pending_reason: Attribute[str | None]
    presentment_details: Any
    reason: Attribute[str | None]
    receipt_number: Attribute[str | None]
    source_transfer_reversal_id: Attribute[str | None]
    status: Attribute[str | None]
    transfer_reversal_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    charge: Attribute[Charge | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    failure_balance_transaction: Attribute[BalanceTransaction | None]
    payment_intent: Attribute[PaymentIntent | None]
    payment_method: Attribute[PaymentMethod | None]
    source_transfer_reversal: Attribute[TransferReversal | None]
    transfer_reversal: Attribute[TransferReversal | None]
    @property
    def _parent(self) -> Charge | None: ...
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    transfer_reversals_by_destination_payment_refund: Attribute[list[TransferReversal]]
    transfer_reversals_by_source_refund: Attribute[list[TransferReversal]]

class ReserveHold(_Row):
    """Stripe's `reserve.hold`: the table `reserve_hold`."""

    amount: Attribute[int]
    amount_releasable: Attribute[int | None]
    created: Attribute[datetime]
    created_by: Attribute[str]
    currency: Attribute[str]
    destination: Attribute[str]
    is_releasable: Attribute[bool | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    reason: Attribute[str]
    release_details: Any
    release_schedule: Any
    reserve_plan_id: Attribute[str | None]
    source_charge_id: Attribute[str | None]
    source_type: Attribute[str]
    reserve_plan: Attribute[ReservePlan | None]
    source_charge: Attribute[Charge | None]
    reserve_releases: Attribute[list[ReserveRelease]]

class Review(_Row):
    """Stripe's `review`: the table `review`."""

    billing_zip: Attribute[str | None]
    charge_id: Attribute[str | None]
    closed_reason: Attribute[str | None]
    created: Attribute[datetime]
    ip_address: Attribute[str | None]
    ip_address_location: Any
    livemode: Attribute[bool]
    object: Attribute[str]
    open: Attribute[bool]
    opened_reason: Attribute[str]
    payment_intent_id: Attribute[str | None]
    reason: Attribute[str]
    session: Any
    charge: Attribute[Charge | None]
    payment_intent: Attribute[PaymentIntent | None]
    payment_intents: Attribute[list[PaymentIntent]]
    charges: Attribute[list[Charge]]

class SubscriptionItem(_Row):
    """Stripe's `subscription_item`: the table `subscription_item`."""

    billed_until: Attribute[datetime | None]
    billing_thresholds: Any
    created: Attribute[datetime]
    current_period_end: Attribute[datetime]
    current_period_start: Attribute[datetime]
    current_trial: Any
    discount_ids: Attribute[list[str]]
    metadata: Any
    object: Attribute[str]
    plan_id: Attribute[str]
    price_id: Attribute[str]
    quantity: Attribute[int | None]
    subscription_id: Attribute[str]
    tax_rate_ids: Attribute[list[str] | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    @property
    def discounts(self) -> list[Discount]: ...
    plan: Attribute[Plan | None]
    price: Attribute[Price | None]
    subscription: Attribute[Subscription | None]
    @property
    def tax_rates(self) -> list[TaxRate]: ...
    @property
    def _parent(self) -> Subscription | None: ...
    invoice_items: Attribute[list[InvoiceItem]]
    invoice_line_items: Attribute[list[InvoiceLineItem]]
    discounts_by_subscription_item: Attribute[list[Discount]]

class SubscriptionSchedule(_Row):
    """Stripe's `subscription_schedule`: the table `subscription_schedule`."""

    application_id: Attribute[str | None]
    billing_mode: Any
    canceled_at: Attribute[datetime | None]
    completed_at: Attribute[datetime | None]
    created: Attribute[datetime]
    current_phase: Any
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    default_settings: Any
    end_behavior: Attribute[str]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    pause_schedules: Any
    phases: Any
    released_at: Attribute[datetime | None]
    released_subscription: Attribute[str | None]
    status: Attribute[str]
    subscription_id: Attribute[str | None]
    test_clock_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    subscription: Attribute[Subscription | None]
    test_clock: Attribute[TestHelpersTestClock | None]
    @property
    def _parent(self) -> Customer | None: ...
    subscriptions_by_schedule: Attribute[list[Subscription]]
    quotes: Attribute[list[Quote]]

class TaxCalculationLineItem(_Row):
    """Stripe's `tax.calculation_line_item`: the table `tax_calculation_line_item`."""

    amount: Attribute[int]
    amount_tax: Attribute[int]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    performance_location: Attribute[str | None]
    product_id: Attribute[str | None]
    quantity: Attribute[int]
    reference: Attribute[str]
    tax_behavior: Attribute[str]
    tax_breakdown: Any
    tax_code_id: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    product: Attribute[Product | None]
    tax_code: Attribute[TaxCode | None]
    @property
    def _parent(self) -> TaxCalculation | None: ...

class Transfer(_Row):
    """Stripe's `transfer`: the table `transfer`."""

    amount: Attribute[int]
    amount_reversed: Attribute[int]
    balance_transaction_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    description: Attribute[str | None]
    destination_id: Attribute[str | None]
    destination_payment_id: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    reversed: Attribute[bool]
    source_transaction_id: Attribute[str | None]
    source_type: Attribute[str | None]
    transfer_group: Attribute[str | None]
    _reversals_read_at: Attribute[datetime | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    destination: Attribute[Account | None]
    destination_payment: Attribute[Charge | None]
    source_transaction: Attribute[Charge | None]
    reversals: Attribute[list[TransferReversal]]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    charges_by_source_transfer: Attribute[list[Charge]]
    charges: Attribute[list[Charge]]
    transfer_reversals: Attribute[list[TransferReversal]]

class CheckoutSession(_Row):
    """Stripe's `checkout.session`: the table `checkout_session`."""

    adaptive_pricing: Any
    after_expiration: Any
    allow_promotion_codes: Attribute[bool | None]
    allowed_payment_method_types: Any
    amount_subtotal: Attribute[int | None]
    amount_total: Attribute[int | None]
    automatic_tax: Any
    billing_address_collection: Attribute[str | None]
    branding_settings: Any
    cancel_url: Attribute[str | None]
    client_reference_id: Attribute[str | None]
    collected_information: Any
    consent: Any
    consent_collection: Any
    created: Attribute[datetime]
    currency: Attribute[str | None]
    currency_conversion: Any
    custom_fields: Any
    custom_text: Any
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    customer_creation: Attribute[str | None]
    customer_details: Any
    customer_email: Attribute[str | None]
    discounts: Any
    excluded_payment_method_types: Any
    expires_at: Attribute[datetime]
    integration_identifier: Attribute[str | None]
    invoice_id: Attribute[str | None]
    invoice_creation: Any
    livemode: Attribute[bool]
    locale: Attribute[str | None]
    managed_payments: Any
    metadata: Any
    mode: Attribute[str]
    name_collection: Any
    object: Attribute[str]
    optional_items: Any
    origin_context: Attribute[str | None]
    payment_intent_id: Attribute[str | None]
    payment_link_id: Attribute[str | None]
    payment_method_collection: Attribute[str | None]
    payment_method_configuration_details: Any
    payment_method_options: Any
    payment_method_types: Any
    payment_status: Attribute[str]
    permissions: Any
    phone_number_collection: Any
    presentment_details: Any
    recovered_from: Attribute[str | None]
    redirect_on_completion: Attribute[str | None]
    return_url: Attribute[str | None]
    saved_payment_method_options: Any
    setup_intent_id: Attribute[str | None]
    shipping_address_collection: Any
    shipping_cost: Any
    shipping_options: Any
    status: Attribute[str | None]
    submit_type: Attribute[str | None]
    subscription_id: Attribute[str | None]
    success_url: Attribute[str | None]
    tax_id_collection: Any
    total_details: Any
    ui_mode: Attribute[str | None]
    url: Attribute[str | None]
    wallet_options: Any
    _line_items_read_at: Attribute[datetime | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    invoice: Attribute[Invoice | None]
    payment_intent: Attribute[PaymentIntent | None]
    payment_link: Attribute[PaymentLink | None]
    setup_intent: Attribute[SetupIntent | None]
    subscription: Attribute[Subscription | None]
    line_items: Attribute[list[CheckoutLineItem]]
    customer_balance_transactions: Attribute[list[CustomerBalanceTransaction]]

class CreditNote(_Row):
    """Stripe's `credit_note`: the table `credit_note`."""

    amount: Attribute[int]
    amount_shipping: Attribute[int]
    created: Attribute[datetime]
    currency: Attribute[str]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    customer_balance_transaction_id: Attribute[str | None]
    discount_amount: Attribute[int]
    discount_amounts: Any
    effective_at: Attribute[datetime | None]
    invoice_id: Attribute[str]
    livemode: Attribute[bool]
    memo: Attribute[str | None]
    metadata: Any
    number: Attribute[str]
    object: Attribute[str]
    out_of_band_amount: Attribute[int | None]
    pdf: Attribute[str]
    post_payment_amount: Attribute[int]
    pre_payment_amount: Attribute[int]
    pretax_credit_amounts: Any
    reason: Attribute[str | None]
    refunds: Any
    shipping_cost: Any
    status: Attribute[str]
    subtotal: Attribute[int]
    subtotal_excluding_tax: Attribute[int | None]
    total: Attribute[int]
    total_excluding_tax: Attribute[int | None]
    total_taxes: Any
    type: Attribute[str]
    voided_at: Attribute[datetime | None]
    _lines_read_at: Attribute[datetime | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    customer_balance_transaction: Attribute[CustomerBalanceTransaction | None]
    invoice: Attribute[Invoice | None]
    lines: Attribute[list[CreditNoteLineItem]]
    customer_balance_transactions: Attribute[list[CustomerBalanceTransaction]]

class ApplicationFeeRefund(_Row):
    """Stripe's `fee_refund`: the table `fee_refund`."""

    amount: Attribute[int]
    balance_transaction_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    fee_id: Attribute[str]
    metadata: Any
    object: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    fee: Attribute[ApplicationFee | None]
    @property
    def _parent(self) -> ApplicationFee | None: ...
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]

class InvoicePayment(_Row):
    """Stripe's `invoice_payment`: the table `invoice_payment`."""

    amount_paid: Attribute[int | None]
    amount_requested: Attribute[int]
    created: Attribute[datetime]
    currency: Attribute[str]
    invoice_id: Attribute[str]
    is_default: Attribute[bool]
    livemode: Attribute[bool]
    object: Attribute[str]
    payment: Any
    status: Attribute[str]
    status_transitions: Any
    charge_id: Attribute[str | None]
    payment_intent_id: Attribute[str | None]
    payment_record_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    invoice: Attribute[Invoice | None]
    charge: Attribute[Charge | None]
    payment_intent: Attribute[PaymentIntent | None]
    payment_record: Attribute[PaymentRecord | None]
    @property
    def _parent(self) -> Invoice | None: ...

class InvoiceItem(_Row):
    """Stripe's `invoiceitem`: the table `invoiceitem`."""

    amount: Attribute[int]
    currency: Attribute[str]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    date: Attribute[datetime]
    description: Attribute[str | None]
    discountable: Attribute[bool]
    discount_ids: Attribute[list[str] | None]
    frozen_fields: Any
    invoice_id: Attribute[str | None]
    invoicing_rules: Any
    livemode: Attribute[bool]
    metadata: Any
    net_amount: Attribute[int | None]
    object: Attribute[str]
    parent: Any
    period: Any
    pricing: Any
    proration: Attribute[bool]
    proration_details: Any
    quantity: Attribute[int]
    quantity_decimal: Attribute[Decimal]
    tax_rate_ids: Attribute[list[str] | None]
    test_clock_id: Attribute[str | None]
    subscription_id: Attribute[str | None]
    subscription_item_id: Attribute[str | None]
    price_id: Attribute[str | None]
    product_id: Attribute[str | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    @property
    def discounts(self) -> list[Discount]: ...
    invoice: Attribute[Invoice | None]
    @property
    def tax_rates(self) -> list[TaxRate]: ...
    test_clock: Attribute[TestHelpersTestClock | None]
    subscription: Attribute[Subscription | None]
    subscription_item: Attribute[SubscriptionItem | None]
    price: Attribute[Price | None]
    product: Attribute[Product | None]
    invoice_line_items: Attribute[list[InvoiceLineItem]]
    discounts_by_invoice_item: Attribute[list[Discount]]

class IssuingDispute(_Row):
    """Stripe's `issuing.dispute`: the table `issuing_dispute`."""

    amount: Attribute[int]
    balance_transaction_ids: Attribute[list[str] | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    evidence: Any
    livemode: Attribute[bool]
    loss_reason: Attribute[str | None]
    metadata: Any
    object: Attribute[str]
    status: Attribute[str]
    transaction_id: Attribute[str]
    treasury: Any
    @property
    def balance_transactions(self) -> list[BalanceTransaction]: ...
    transaction: Attribute[IssuingTransaction | None]
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    issuing_transactions: Attribute[list[IssuingTransaction]]

class Quote(_Row):
    """Stripe's `quote`: the table `quote`."""

    amount_subtotal: Attribute[int]
    amount_total: Attribute[int]
    application_id: Attribute[str | None]
    application_fee_amount: Attribute[int | None]
    application_fee_percent: Attribute[float | None]
    automatic_tax: Any
    collection_method: Attribute[str]
    computed: Any
    created: Attribute[datetime]
    currency: Attribute[str | None]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    default_tax_rate_ids: Attribute[list[str] | None]
    description: Attribute[str | None]
    discount_ids: Attribute[list[str]]
    expires_at: Attribute[datetime]
    footer: Attribute[str | None]
    from_quote: Any
    header: Attribute[str | None]
    invoice_id: Attribute[str | None]
    invoice_settings: Any
    livemode: Attribute[bool]
    metadata: Any
    number: Attribute[str | None]
    object: Attribute[str]
    on_behalf_of_id: Attribute[str | None]
    status: Attribute[str]
    status_transitions: Any
    subscription_id: Attribute[str | None]
    subscription_data: Any
    subscription_schedule_id: Attribute[str | None]
    test_clock_id: Attribute[str | None]
    total_details: Any
    transfer_data: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    _computed_upfront_line_items_read_at: Attribute[datetime | None]
    _line_items_read_at: Attribute[datetime | None]
    application: Attribute[Application | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    @property
    def default_tax_rates(self) -> list[TaxRate]: ...
    @property
    def discounts(self) -> list[Discount]: ...
    invoice: Attribute[Invoice | None]
    on_behalf_of: Attribute[Account | None]
    subscription: Attribute[Subscription | None]
    subscription_schedule: Attribute[SubscriptionSchedule | None]
    test_clock: Attribute[TestHelpersTestClock | None]
    computed_upfront_line_items: Attribute[list[CheckoutLineItem]]
    line_items: Attribute[list[CheckoutLineItem]]
    @property
    def _parent(self) -> TestHelpersTestClock | None: ...
    invoices: Attribute[list[Invoice]]

class ReserveRelease(_Row):
    """Stripe's `reserve.release`: the table `reserve_release`."""

    amount: Attribute[int]
    created: Attribute[datetime]
    created_by: Attribute[str]
    currency: Attribute[str]
    destination: Attribute[str]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    reason: Attribute[str]
    released_at: Attribute[datetime]
    reserve_hold_id: Attribute[str | None]
    reserve_plan_id: Attribute[str | None]
    source_transaction: Any
    reserve_hold: Attribute[ReserveHold | None]
    reserve_plan: Attribute[ReservePlan | None]

class TransferReversal(_Row):
    """Stripe's `transfer_reversal`: the table `transfer_reversal`."""

    amount: Attribute[int]
    balance_transaction_id: Attribute[str | None]
    created: Attribute[datetime]
    currency: Attribute[str]
    destination_payment_refund_id: Attribute[str | None]
    metadata: Any
    object: Attribute[str]
    source_refund_id: Attribute[str | None]
    transfer_id: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    balance_transaction: Attribute[BalanceTransaction | None]
    destination_payment_refund: Attribute[Refund | None]
    source_refund: Attribute[Refund | None]
    transfer: Attribute[Transfer | None]
    @property
    def _parent(self) -> Transfer | None: ...
    balance_transactions_by_source: Attribute[list[BalanceTransaction]]
    refunds_by_source_transfer_reversal: Attribute[list[Refund]]
    refunds: Attribute[list[Refund]]

class Application(_Row):
    """Stripe's `application`: the table `application`."""

    name: Attribute[str | None]
    object: Attribute[str]
    billing_portal_configurations: Attribute[list[BillingPortalConfiguration]]
    payment_method_configurations: Attribute[list[PaymentMethodConfiguration]]
    payment_records: Attribute[list[PaymentRecord]]
    webhook_endpoints: Attribute[list[WebhookEndpoint]]
    payment_attempt_records: Attribute[list[PaymentAttemptRecord]]
    payment_links: Attribute[list[PaymentLink]]
    payment_intents: Attribute[list[PaymentIntent]]
    setup_intents: Attribute[list[SetupIntent]]
    charges: Attribute[list[Charge]]
    setup_attempts: Attribute[list[SetupAttempt]]
    subscriptions: Attribute[list[Subscription]]
    application_fees: Attribute[list[ApplicationFee]]
    invoices: Attribute[list[Invoice]]
    subscription_schedules: Attribute[list[SubscriptionSchedule]]
    quotes: Attribute[list[Quote]]

class CreditNoteLineItem(_Row):
    """Stripe's `credit_note_line_item`: the table `credit_note_line_item`."""

    amount: Attribute[int]
    description: Attribute[str | None]
    discount_amount: Attribute[int]
    discount_amounts: Any
    invoice_line_item: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    pretax_credit_amounts: Any
    quantity: Attribute[int | None]
    tax_rate_ids: Attribute[list[str]]
    taxes: Any
    type: Attribute[str]
    unit_amount: Attribute[int | None]
    unit_amount_decimal: Attribute[Decimal | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    @property
    def tax_rates(self) -> list[TaxRate]: ...
    @property
    def _parent(self) -> CreditNote | None: ...

class CustomerBalanceTransaction(_Row):
    """Stripe's `customer_balance_transaction`: the table `customer_balance_transaction`."""

    amount: Attribute[int]
    checkout_session_id: Attribute[str | None]
    created: Attribute[datetime]
    credit_note_id: Attribute[str | None]
    currency: Attribute[str]
    customer_id: Attribute[str]
    customer_account_id: Attribute[str | None]
    description: Attribute[str | None]
    ending_balance: Attribute[int]
    invoice_id: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    type: Attribute[str]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    checkout_session: Attribute[CheckoutSession | None]
    credit_note: Attribute[CreditNote | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    invoice: Attribute[Invoice | None]
    @property
    def _parent(self) -> Customer | None: ...
    credit_notes: Attribute[list[CreditNote]]

class CheckoutLineItem(_Row):
    """Stripe's `item`: the table `item`."""

    adjustable_quantity: Any
    amount_discount: Attribute[int]
    amount_subtotal: Attribute[int]
    amount_tax: Attribute[int]
    amount_total: Attribute[int]
    currency: Attribute[str]
    description: Attribute[str | None]
    discounts: Any
    metadata: Any
    object: Attribute[str]
    price_id: Attribute[str | None]
    quantity: Attribute[int | None]
    taxes: Any
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    price: Attribute[Price | None]
    @property
    def _parent(self) -> PaymentLink | CheckoutSession | Quote | None: ...

class InvoiceLineItem(_Row):
    """Stripe's `line_item`: the table `line_item`."""

    amount: Attribute[int]
    currency: Attribute[str]
    description: Attribute[str | None]
    discount_amounts: Any
    discountable: Attribute[bool]
    discount_ids: Attribute[list[str]]
    invoice_id: Attribute[str | None]
    livemode: Attribute[bool]
    metadata: Any
    object: Attribute[str]
    parent: Any
    period: Any
    pretax_credit_amounts: Any
    pricing: Any
    quantity: Attribute[int | None]
    quantity_decimal: Attribute[Decimal | None]
    subscription_id: Attribute[str | None]
    subtotal: Attribute[int]
    taxes: Any
    invoice_item_id: Attribute[str | None]
    subscription_item_id: Attribute[str | None]
    price_id: Attribute[str | None]
    product_id: Attribute[str | None]
    _parent_object: Attribute[str | None]
    _parent_id: Attribute[str | None]
    _parent_field: Attribute[str | None]
    _position: Attribute[int | None]
    @property
    def discounts(self) -> list[Discount]: ...
    invoice: Attribute[Invoice | None]
    subscription: Attribute[Subscription | None]
    invoice_item: Attribute[InvoiceItem | None]
    subscription_item: Attribute[SubscriptionItem | None]
    price: Attribute[Price | None]
    product: Attribute[Product | None]
    @property
    def _parent(self) -> Invoice | None: ...

class Discount(_Row):
    """Stripe's `discount`: the table `discount`."""

    checkout_session: Attribute[str | None]
    customer_id: Attribute[str | None]
    customer_account_id: Attribute[str | None]
    end: Attribute[datetime | None]
    invoice_id: Attribute[str | None]
    invoice_item_id: Attribute[str | None]
    object: Attribute[str]
    promotion_code_id: Attribute[str | None]
    source: Any
    start: Attribute[datetime]
    subscription_id: Attribute[str | None]
    subscription_item_id: Attribute[str | None]
    coupon_id: Attribute[str | None]
    customer: Attribute[Customer | None]
    customer_account: Attribute[V2CoreAccount | None]
    invoice: Attribute[Invoice | None]
    invoice_item: Attribute[InvoiceItem | None]
    promotion_code: Attribute[PromotionCode | None]
    subscription: Attribute[Subscription | None]
    subscription_item: Attribute[SubscriptionItem | None]
    coupon: Attribute[Coupon | None]
    customers: Attribute[list[Customer]]

AccountV2 = V2CoreAccount
ActiveEntitlement = EntitlementsActiveEntitlement
EarlyFraudWarning = RadarEarlyFraudWarning
EventV2 = V2CoreEvent
Feature = EntitlementsFeature
LineItem = InvoiceLineItem
Session = CheckoutSession
TestClock = TestHelpersTestClock
VerificationReport = IdentityVerificationReport
VerificationSession = IdentityVerificationSession
