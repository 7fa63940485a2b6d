"""What the SDK does not say about event types, and how resources without events are kept current.

A key is an event type, or the start of a type with `*` for the rest. The longest key that fits a
type counts.
"""

from __future__ import annotations

from stripe_assets.catalog.model import EventTarget


def _in_object(resource: str, field: str) -> EventTarget:
    return EventTarget(resource, ("data", "object", field))


OBJECTS: dict[str, tuple[str, ...]] = {
    "account.application.*": ("application",),
    "account.external_account.*": ("bank_account", "card"),
    # The thin event names the alert; the snapshot event has the object that says that it was
    # triggered.
    "billing.alert.triggered": ("billing.alert_triggered",),
    "customer.source.*": ("bank_account", "card", "source"),
    "source.mandate_notification": ("source_mandate_notification",),
    "source.transaction.*": ("source_transaction",),
}
"""Event type → the objects that `data.object` can be, where neither the SDK's annotations nor the
type's name say it."""

TARGETS: dict[str, tuple[EventTarget, ...]] = {
    # The API has no applications. The change is in the account that the application is connected
    # to.
    "account.application.*": (EventTarget("account", ("account",)),),
    "billing.alert.triggered": (_in_object("billing.alert", "alert"),),
    "cash_balance.funds_available": (_in_object("customer", "customer"),),
    # A discount cannot be retrieved. The object that it applies to contains it.
    "customer.discount.*": (
        _in_object("subscription", "subscription"),
        _in_object("customer", "customer"),
    ),
    "entitlements.active_entitlement_summary.updated": (_in_object("customer", "customer"),),
    "source.mandate_notification": (_in_object("source", "source"),),
    "source.transaction.*": (_in_object("source", "source"),),
}
"""Event type → the objects to read in place of `data.object`, which has no table, or which only
another object contains."""

LISTS: dict[str, tuple[str, ...]] = {
    # A run that processes only this one of a refund's events must read the refund.
    "charge.refunded": ("refund",),
    "entitlements.active_entitlement_summary.updated": ("entitlements.active_entitlement",),
    "financial_connections.account.refreshed_ownership": ("financial_connections.account_owner",),
    "financial_connections.account.refreshed_transactions": ("financial_connections.transaction",),
    # From this event on Stripe lists the balance transactions that the payout paid out.
    "payout.reconciliation_completed": ("balance_transaction",),
    "source.transaction.*": ("source_transaction",),
}
"""Event type → resources whose nested list of the target changed as well; the target itself does
not contain it."""

NO_REMOVALS: dict[str, str] = {
    "customer.subscription.deleted": "the subscription was canceled and can still be retrieved",
}
"""Event types that end in `deleted` though their object still exists → why."""

IGNORED: dict[str, str] = {
    "invoice.upcoming": "The event announces an invoice that does not exist yet.",
}
"""Event types that change no row of the mirror → why. Users see the reason."""

EVENTS_INCOMPLETE: dict[str, str] = {
    "balance": "every movement of money changes it, its event comes only for available funds",
    "billing.alert": "its event says that it was triggered, not that it was created or archived",
    "checkout.session": "its events say how it ended, not that it was opened",
    "invoice_payment": "its event says that it was paid, not that it was opened or canceled",
    "issuing.personalization_design": "its events say how its review ended, not that it exists",
    "reporting.report_run": "its events say how it ended, not that it was started",
    "terminal.reader": "its events are about its actions, not its registration, name or removal",
}
"""Resources for which Stripe sends no event for some new objects or some changes → which ones."""

CHANGES_WITH_PARENT_FIELDS: dict[str, tuple[str, ...]] = {
    "customer_balance_transaction": ("balance", "invoice_credit_balance"),
    "entitlements.active_entitlement": (),
    "financial_connections.account_owner": (),
    "financial_connections.transaction": (),
    "setup_attempt": ("latest_attempt", "last_setup_error", "status"),
    "source_transaction": (),
}
"""Resources without events, below a parent with events → the parent's fields that change with them.
`()`: see LISTS."""

APPEND_ONLY: dict[str, str] = {
    "balance_transaction": "a new one corrects an old one; only a pending one still changes",
    "checkout.session": "its events say how it ended",
    "forwarding.request": "it records a request that was sent, and no route changes it",
    "invoice_payment": "its event says that it was paid; an open one can still be canceled",
    "reporting.report_run": "its events say how it ended",
}
"""Resources whose listed rows change only with an event → why. An incremental run lists only their
new rows.

Left out on purpose: `identity.verification_report`, which Stripe redacts with its session, and
`event`, whose `pending_webhooks` counts down.
"""

NOT_FINAL_WHEN: dict[str, tuple[str, str | None]] = {
    "balance_transaction": ("status", "pending"),
    "invoice_payment": ("status", "open"),
    # No event of the item says that an invoice took it.
    "invoiceitem": ("invoice", None),
}
"""Resource → field and value of the rows that change without an event."""
