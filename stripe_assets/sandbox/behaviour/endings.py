"""What else ends when an object is deleted: a customer's subscriptions, a test clock's customers, a platform's access."""

from __future__ import annotations

from collections.abc import Callable

from stripe_assets.sandbox.behaviour import connected
from stripe_assets.sandbox.behaviour.changes import Changes, Event
from stripe_assets.sandbox.behaviour.discounts import withdraw
from stripe_assets.sandbox.objects.store import Body, Record

ENDED = frozenset({"canceled", "incomplete_expired"})

DELETED_WITH_CUSTOMER = ("card", "bank_account", "tax_id")


def delete(changes: Changes, record: Record, event: Event = True) -> Body:
    """Deletes it as Stripe would. `event` is about the object itself; what follows has events unless it is False."""
    if ending := ENDINGS.get(record.resource):
        event = ending(changes, record, event)
    return changes.delete(record, event=event)


def cancel(changes: Changes, subscription: Record, event: Event = True) -> None:
    """It stays retrievable, with status canceled."""
    now = changes.world.clock.now()
    details = {"comment": None, "feedback": None, "feedback_option": None, "reason": "cancellation_requested"}
    ended = {"status": "canceled", "canceled_at": now, "ended_at": now, "cancellation_details": details}
    changes.change(subscription, ended, action="canceled", event=event)


def detach(changes: Changes, method: Record, event: bool = True) -> None:
    """A payment method of no customer: still retrievable, never to be used again."""
    changes.change(method, {"customer": None}, event=event and "payment_method.detached")


def _of(changes: Changes, resource: str, customer: str) -> list[Record]:
    table = changes.space.table(resource)
    return [table.by_id[id] for _, id in table.index("customer").get(customer, ())]


def _customer(changes: Changes, customer: Record, event: Event) -> Event:
    told = event is not False
    for subscription in _of(changes, "subscription", customer.id):
        if subscription.body["status"] not in ENDED:
            cancel(changes, subscription, told)
    for method in _of(changes, "payment_method", customer.id):
        detach(changes, method, told)
    for item in _of(changes, "invoiceitem", customer.id):
        if item.body["invoice"] is None:
            changes.delete(item, event=told)
    for resource in DELETED_WITH_CUSTOMER:
        for record in _of(changes, resource, customer.id):
            changes.delete(record, event=told)
    withdraw(changes, customer, told)
    return event


def _test_clock(changes: Changes, clock: Record, event: Event) -> Event:
    for customer in changes.space.some("customer"):
        if customer.body.get("test_clock") == clock.id:
            delete(changes, customer, event is not False)
    return event


ENDINGS: dict[str, Callable[[Changes, Record, Event], Event]] = {
    "customer": _customer,
    "test_helpers.test_clock": _test_clock,
    "account": connected.close,
}
