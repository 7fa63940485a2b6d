"""Deletions with their consequences.

With a customer end its subscriptions, with a test clock its customers, with a connected account
the platform's access.
"""

from __future__ import annotations

from collections.abc import Callable

from stripe_assets.sandbox.behaviour import connected
from stripe_assets.sandbox.behaviour.changes import Changes, Event
from stripe_assets.sandbox.behaviour.discounts import withdraw
from stripe_assets.sandbox.objects.store import Body, Record

ENDED = frozenset({"canceled", "incomplete_expired"})
"""The statuses of a subscription that is over."""

DELETED_WITH_CUSTOMER = ("card", "bank_account", "tax_id")


def delete(changes: Changes, record: Record, event: Event = True) -> Body:
    """Deletes an object as Stripe does, with what depends on it.

    `event` says which event the object itself gets. Unless it is False, each of the other objects
    gets its usual event.
    """
    if ending := ENDINGS.get(record.resource):
        event = ending(changes, record, event)
    return changes.delete(record, event=event)


def cancel(changes: Changes, subscription: Record, event: Event = True) -> None:
    """Cancels a subscription. Stripe still returns it, with the status `canceled`."""
    now = changes.world.clock.now()
    details = {
        "comment": None,
        "feedback": None,
        "feedback_option": None,
        "reason": "cancellation_requested",
    }
    ended = {
        "status": "canceled",
        "canceled_at": now,
        "ended_at": now,
        "cancellation_details": details,
    }
    changes.change(subscription, ended, action="canceled", event=event)


def detach(changes: Changes, method: Record, event: bool = True) -> None:
    """Detaches a payment method from its customer. Stripe still returns it."""
    changes.change(method, {"customer": None}, event=event and "payment_method.detached")


def _of_customer(changes: Changes, resource: str, customer: str) -> list[Record]:
    table = changes.space.table(resource)
    return [table.by_id[id] for _, id in table.index("customer").get(customer, ())]


def _end_customer(changes: Changes, customer: Record, event: Event) -> Event:
    with_events = event is not False
    for subscription in _of_customer(changes, "subscription", customer.id):
        if subscription.body["status"] not in ENDED:
            cancel(changes, subscription, with_events)
    for method in _of_customer(changes, "payment_method", customer.id):
        detach(changes, method, with_events)
    for item in _of_customer(changes, "invoiceitem", customer.id):
        if item.body["invoice"] is None:
            changes.delete(item, event=with_events)
    for resource in DELETED_WITH_CUSTOMER:
        for record in _of_customer(changes, resource, customer.id):
            changes.delete(record, event=with_events)
    withdraw(changes, customer, with_events)
    return event


def _end_test_clock(changes: Changes, clock: Record, event: Event) -> Event:
    for customer in changes.space.listed("customer"):
        if customer.body.get("test_clock") == clock.id:
            delete(changes, customer, event is not False)
    return event


ENDINGS: dict[str, Callable[[Changes, Record, Event], Event]] = {
    "customer": _end_customer,
    "test_helpers.test_clock": _end_test_clock,
    "account": connected.close,
}
"""Resource → what happens before its deletion. Returns the event of the deletion itself."""
