"""A small account with every kind of list, and its changes between two runs."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from stripe_assets.sandbox.keys import CONNECTED_US, PLATFORM
from stripe_assets.sandbox.settings import DAY
from stripe_assets_tests.sync.histories import apply, some_history
from stripe_assets_tests.sync.holes.server import FaultySandbox

MODELS = (
    "account",
    "balance",
    "balance_transaction",
    "bank_account",
    "capability",
    "card",
    "charge",
    "coupon",
    "customer",
    "customer_balance_transaction",
    "event",
    "invoice",
    "line_item",
    "payment_method",
    "payout",
    "person",
    "price",
    "product",
    "refund",
    "subscription",
    "subscription_item",
    "tax_id",
    "test_helpers.test_clock",
    "v2.core.event_destination",
)
"""Models that are read in every way: lists in parts and as a whole, with variants, nested lists,
sublists with a rest, a union, an only object, v2's pages, events, new rows."""

Call = tuple[str, dict[str, Any]]


def furnish(sandbox: FaultySandbox, seed: int) -> None:
    """Gives objects to the platform's account, which has only itself, and to a connected one."""
    now = sandbox.world.clock.now()
    for account, many in ((PLATFORM, 12), (CONNECTED_US, 6)):
        calls = [*_business(account, now, many), *_movements(account, now, many)]
        sandbox.control("batch", calls=calls)
    sandbox.control("batch", calls=list(_only_of_the_platform()))
    for step in some_history(seed, 12):
        apply(sandbox, step)


def change(sandbox: FaultySandbox, random: Random, *, silently: bool) -> None:
    """What happens at Stripe between two runs: objects are created, changed and deleted.

    `silently`: some of it without an event.
    """
    for step in some_history(random.randrange(1_000_000), random.randrange(2, 9)):
        if silently or step.action != "settle":
            apply(sandbox, step)
    if not silently:
        return
    destinations = sandbox.control(f"objects?resource={DESTINATION}", "GET")
    if random.random() < 0.5:
        sandbox.control("objects", resource=DESTINATION, object={"name": "late"}, event=False)
    if random.random() < 0.5:  # no event says so: only its list shows it
        id = random.choice(destinations)["id"]
        sandbox.control("objects/delete", resource=DESTINATION, id=id, event=False)


INLINE = (3, 4, 5)
"""Prices that were made inline: no list has them. They are found through what refers to them."""
DESTINATION = "v2.core.event_destination"


def _object(account: str, resource: str, fields: dict[str, Any], **more: Any) -> Call:
    body = {"resource": resource, "object": fields, "account": account, "event": False, **more}
    return ("objects", body)


def _business(account: str, now: int, many: int) -> Iterator[Call]:
    """Customers with all that belongs to them, and what they buy."""
    for n in range(3):
        yield _object(account, "product", {"id": f"prod_{n}", "name": f"Product {n}"})
    for n in range(many):
        price = {"id": f"price_{n}", "product": f"prod_{n % 3}", "unit_amount": n + 1}
        price |= {"currency": "usd", "type": "recurring", "active": n % 2 == 0}
        price |= {"recurring": {"interval": "month"}}
        yield _object(account, "price", price, listed=n not in INLINE)
    for n in range(many // 2):
        yield _object(account, "coupon", {"id": f"C{n}", "percent_off": 5.0, "duration": "once"})
    for n in range(many):
        yield from _customer(account, n, now)
    for n in range(many // 2):
        yield from _invoice(account, n, now, lines=13 if n == 1 else n % 3)
    for n in range(2):
        subscription = {"id": f"sub_{n}", "customer": f"cus_{n}", "status": "active"}
        yield _object(account, "subscription", subscription)
        for k in range(12 if n else 1):
            item = {"subscription": f"sub_{n}", "price": f"price_{(n + k) % 6}", "quantity": k}
            yield _object(account, "subscription_item", item | {"id": f"si_{n}_{k}"})


def _customer(account: str, n: int, now: int) -> Iterator[Call]:
    id = f"cus_{n}"
    fields = {"id": id, "name": f"Customer {n}", "created": now - 9 * n * DAY}
    fields |= {"invoice_prefix": f"P{n}", "next_invoice_sequence": 1}
    yield _object(account, "customer", fields)
    for k in range((12, 1, 0)[min(n, 2)]):
        yield _object(account, "card", {"id": f"card_{n}_{k}", "customer": id, "last4": f"{k:04}"})
    for k in range((1, 11, 0)[min(n, 2)]):
        tax = {"id": f"txi_{n}_{k}", "customer": id, "type": "eu_vat", "value": f"DE{k}"}
        yield _object(account, "tax_id", {**tax, "owner": {"type": "customer", "customer": id}})
    if n < 4:
        for k in range(7 if n == 2 else 1):
            method = {"id": f"pm_{n}_{k}", "type": "card", "customer": id}
            yield _object(account, "payment_method", method)
            moved = {"id": f"cbtxn_{n}_{k}", "customer": id, "amount": k, "currency": "usd"}
            yield _object(account, "customer_balance_transaction", moved)


def _invoice(account: str, n: int, now: int, lines: int) -> Iterator[Call]:
    fields = {"id": f"in_{n}", "customer": f"cus_{n}", "status": "paid", "currency": "usd"}
    yield _object(account, "invoice", {**fields, "created": now - 11 * n * DAY})
    for k in range(lines):
        line = {"id": f"il_{n}_{k}", "invoice": f"in_{n}", "amount": k, "currency": "usd"}
        yield _object(account, "line_item", line, parent=[f"in_{n}", "lines"])


def _movements(account: str, now: int, many: int) -> Iterator[Call]:
    """Charges, refunds, payouts, and their balance transactions."""
    for n in range(2):
        payout = {"id": f"po_{n}", "amount": 100, "currency": "usd", "automatic": n == 0}
        yield _object(account, "payout", {**payout, "created": now - 20 * DAY})
    for n in range(many):
        money = {"id": f"txn_{n}", "amount": n, "net": n, "currency": "usd", "type": "charge"}
        money |= {"status": "available", "source": f"ch_{n}", "created": now - 5 * n * DAY}
        links = {"payout": "po_0"} if n < 7 else {}
        yield _object(account, "balance_transaction", money, links=links)
        charge = {"id": f"ch_{n}", "amount": n, "amount_captured": n, "currency": "usd"}
        charge |= {"customer": f"cus_{n}", "balance_transaction": f"txn_{n}", "paid": True}
        yield _object(account, "charge", {**charge, "created": now - 5 * n * DAY})
    for n in range(many // 2):
        refund = {"id": f"re_{n}", "charge": f"ch_{n}", "amount": 1, "currency": "usd"}
        yield _object(account, "refund", {**refund, "status": "succeeded"})


def _only_of_the_platform() -> Iterator[Call]:
    for n in range(6):
        yield _object(PLATFORM, DESTINATION, {"id": f"ed_{n}", "name": f"Destination {n}"})
    for n in range(3):
        yield _object(PLATFORM, "person", {"account": CONNECTED_US, "first_name": f"P{n}"})
    clock = {"id": "clock_0", "frozen_time": 1_800_000_000}
    yield _object(PLATFORM, "test_helpers.test_clock", clock)
    for n in range(2):
        fields = {"id": f"cus_clock_{n}", "test_clock": "clock_0", "name": "On a clock"}
        fields |= {"invoice_prefix": f"K{n}", "next_invoice_sequence": 1}
        yield _object(PLATFORM, "customer", fields)
