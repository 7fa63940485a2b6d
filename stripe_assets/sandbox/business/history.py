"""The events of the last 30 days: of each object's creation, and of what usually follows it."""

from __future__ import annotations

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.events import add_event, snapshot, type_of
from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY

FOLLOWING: dict[tuple[str, str | None], tuple[str, ...]] = {
    ("invoice", "paid"): ("invoice.finalized", "invoice.paid"),
    ("invoice", "open"): ("invoice.finalized", "invoice.payment_failed"),
    ("invoice", "void"): ("invoice.voided",),
    ("payment_intent", "succeeded"): ("payment_intent.succeeded",),
    ("payment_intent", "requires_payment_method"): ("payment_intent.payment_failed",),
    ("setup_intent", "succeeded"): ("setup_intent.succeeded",),
    ("payout", "paid"): ("payout.paid",),
    ("quote", "accepted"): ("quote.finalized", "quote.accepted"),
}
"""(resource, status) → the types of the events after its creation."""

RETENTION = 30 * DAY
"""For how long Stripe keeps events."""


def write_events(make: Builder) -> None:
    """Adds an account's events. The delivery of a few of them has failed."""
    happened: list[tuple[int, str, Record]] = []
    for table in make.space.tables.values():
        for record in table.by_id.values():
            if make.now - RETENTION < record.created < make.now and record.resource != "event":
                happened.extend(_events_of(record))
    happened.sort(key=lambda one: (one[0], one[2].id, one[1]))
    last = make.now - 1
    for n, (at, type, record) in enumerate(happened):
        add_event(
            make.store,
            make.space,
            type,
            snapshot(make.store, make.space, record),
            min(at, last),
            make.seed,
            pending_webhooks=1 if n % 23 == 7 else 0,
        )


def _events_of(record: Record) -> list[tuple[int, str, Record]]:
    """(time, type, record) of an object's events."""
    status = record.body.get("status")
    types = [type_of(record, "created"), *FOLLOWING.get((record.resource, status), ())]
    if status == "canceled":
        types.append(type_of(record, "canceled"))
    return [(record.created + k, type, record) for k, type in enumerate(types) if type]
