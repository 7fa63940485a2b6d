"""What the SDK does not say of event types, and how what has none is kept current.

A type is named, or a family by its beginning with `*` for the rest. The longest name that fits a type counts.
"""

from __future__ import annotations

from stripe_assets.catalog.model import EventTarget


def _in_object(resource: str, field: str) -> EventTarget:
    return EventTarget(resource, ("data", "object", field))


OBJECTS: dict[str, tuple[str, ...]] = {
    "account.application.*": ("application",),
    "account.external_account.*": ("bank_account", "card"),
    # The thin event is related to the alert, the snapshot carries that it was triggered.
    "billing.alert.triggered": ("billing.alert_triggered",),
    "customer.source.*": ("bank_account", "card", "source"),
    "source.mandate_notification": ("source_mandate_notification",),
    "source.transaction.*": ("source_transaction",),
}
"""What `data.object` is, where neither the SDK's annotations nor the type's own beginning says it."""

TARGETS: dict[str, tuple[EventTarget, ...]] = {
    # The application is no object of the API: what changed is whose account it is connected to.
    "account.application.*": (EventTarget("account", ("account",)),),
    "billing.alert.triggered": (_in_object("billing.alert", "alert"),),
    "cash_balance.funds_available": (_in_object("customer", "customer"),),
    # A discount cannot be retrieved: it comes with what it is on.
    "customer.discount.*": (
        _in_object("subscription", "subscription"),
        _in_object("customer", "customer"),
    ),
    "entitlements.active_entitlement_summary.updated": (_in_object("customer", "customer"),),
    "source.mandate_notification": (_in_object("source", "source"),),
    "source.transaction.*": (_in_object("source", "source"),),
}
"""What is read in place of an object that cannot be retrieved and has no table, or that comes only inside another."""

LISTS: dict[str, tuple[str, ...]] = {
    # Whoever follows only this one of the events of a refund must get the refund.
    "charge.refunded": ("refund",),
    "entitlements.active_entitlement_summary.updated": ("entitlements.active_entitlement",),
    "financial_connections.account.refreshed_ownership": ("financial_connections.account_owner",),
    "financial_connections.account.refreshed_transactions": ("financial_connections.transaction",),
    # From now on Stripe tells which balance transactions this payout paid out.
    "payout.reconciliation_completed": ("balance_transaction",),
    "source.transaction.*": ("source_transaction",),
}
"""Lists below the target that have changed with it, though the object itself does not carry them."""

NO_REMOVALS: dict[str, str] = {
    "customer.subscription.deleted": "the subscription was canceled and can still be retrieved",
}
"""Types that end in `deleted` though their object is still there, with the reason."""

IGNORED: dict[str, str] = {
    "invoice.upcoming": "It announces an invoice that does not exist yet.",
}
"""Types after which no row of the mirror can be another, with the reason."""

EVENTS_INCOMPLETE: dict[str, str] = {
    "balance": "every movement of money changes it, and it tells only of what has become available",
    "billing.alert": "it tells when it is triggered, not when it is made, switched off or archived",
    "checkout.session": "it tells how it has ended, not that it was opened",
    "invoice_payment": "it tells that it was paid, not that it was opened or canceled",
    "issuing.personalization_design": "it tells what became of its review, not that it was made",
    "reporting.report_run": "it tells how it has ended, not that it was started",
    "terminal.reader": "it tells of its actions, not that it was registered, renamed or removed",
}
"""Resources whose events do not tell of every new one or every change, with what they leave out."""

CHANGES_WITH_PARENT_FIELDS: dict[str, tuple[str, ...]] = {
    "customer_balance_transaction": ("balance", "invoice_credit_balance"),
    "entitlements.active_entitlement": (),
    "financial_connections.account_owner": (),
    "financial_connections.transaction": (),
    "setup_attempt": ("latest_attempt", "last_setup_error", "status"),
    "source_transaction": (),
}
"""Resources without events that hang on one with events → the parent's fields that change with them; `()`: see LISTS."""

APPEND_ONLY: dict[str, str] = {
    "balance_transaction": "a movement of money is corrected by another one; only a pending one becomes available",
    "checkout.session": "its events tell how it has ended",
    "forwarding.request": "it records a request that was made, and has no route that changes it",
    "invoice_payment": "its event tells that it was paid; an open one can still be canceled",
    "reporting.report_run": "its events tell how it has ended",
}
"""Resources of which it is enough to list what was created since, and to follow the events they have, with the reason.

Left out on purpose: `identity.verification_report`, which is redacted with its session, and `event`, which counts its
pending webhooks down.
"""

NOT_FINAL_WHEN: dict[str, tuple[str, str | None]] = {
    "balance_transaction": ("status", "pending"),
    "invoice_payment": ("status", "open"),
    # An invoice takes a pending item up without a word of the item's.
    "invoiceitem": ("invoice", None),
}
"""Field and value of the rows of these that do change."""
