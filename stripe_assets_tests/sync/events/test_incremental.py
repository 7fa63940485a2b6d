"""A mirror that follows events equals a fresh full sweep. Where it cannot, the run reports it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets.sync import KeySync, SyncAborted
from stripe_assets.sync.engine.holes import FEED
from stripe_assets_tests.sync.compare import differences, live_rows, only_in
from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage, run_id

DAY = 86_400


def make_objects(stage: Stage, account: str = PLATFORM) -> dict[str, Any]:
    """Makes an object of each kind that `change_objects` changes. Returns their ids by name."""
    at = {"account": account}
    customer, other = (
        stage.make("customer", {"name": "Ada"}, **at),
        stage.make("customer", {"name": "Bob"}, **at),
    )
    product = stage.make("product", {"name": "Lamp"}, **at)
    price = stage.make(
        "price",
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 5,
            "active": True,
            "type": "one_time",
        },
        **at,
    )
    subscription = stage.make("subscription", {"customer": customer, "status": "active"}, **at)
    item = stage.make(
        "subscription_item", {"subscription": subscription, "price": price, "quantity": 1}, **at
    )
    invoice = stage.make("invoice", {"customer": customer, "status": "draft"}, **at)
    line = stage.make(
        "line_item",
        {"invoice": invoice, "amount": 5, "currency": "usd"},
        parent=[invoice, "lines"],
        **at,
    )
    charge = stage.make(
        "charge",
        {"amount": 9, "currency": "usd", "status": "succeeded", "customer": customer},
        **at,
    )
    method = stage.make("payment_method", {"customer": customer, "type": "card"}, **at)
    coupon = stage.make("coupon", {"id": "FIVE", "percent_off": 5.0}, **at)
    names = "customer other product price subscription item invoice line charge method coupon"
    values = (
        customer,
        other,
        product,
        price,
        subscription,
        item,
        invoice,
        line,
        charge,
        method,
        coupon,
    )
    return dict(zip(names.split(), values, strict=True))


def change_objects(stage: Stage, it: dict[str, Any], account: str = PLATFORM) -> None:
    at = {"account": account}
    stage.change("customer", it["customer"], {"name": "Ada L."}, **at)
    stage.delete("customer", it["other"], **at)
    stage.change("price", it["price"], {"active": False}, **at)
    stage.change("subscription_item", it["item"], {"quantity": 7}, event=False, **at)
    stage.change("subscription", it["subscription"], {"description": "more"}, **at)
    stage.delete("line_item", it["line"], event=False, **at)
    added = {"invoice": it["invoice"], "amount": 6, "currency": "usd"}
    stage.make("line_item", added, parent=[it["invoice"], "lines"], event=False, **at)
    stage.change("invoice", it["invoice"], {"description": "other line"}, **at)
    stage.make(
        "refund",
        {"charge": it["charge"], "amount": 4, "currency": "usd", "status": "succeeded"},
        **at,
    )
    stage.change("charge", it["charge"], {"amount_refunded": 4}, event="charge.refunded", **at)
    stage.delete("coupon", it["coupon"], **at)
    stage.make("coupon", {"id": "FIVE", "percent_off": 6.0}, **at)
    stage.make("product", {"name": "Chair"}, **at)
    stage.make(
        "webhook_endpoint",
        {"url": "https://example.com", "enabled_events": ["*"], "status": "enabled"},
        **at,
    )
    stage.make(
        "customer_balance_transaction",
        {"customer": it["customer"], "amount": -5, "currency": "usd"},
        **at,
    )
    stage.change("customer", it["customer"], {"balance": -5}, **at)


def test_a_mirror_that_follows_events_equals_a_fresh_full_sweep(
    stage: Stage, database_url: str, tmp_path: Path
) -> None:
    with (
        Mirror.open(database_url) as mirror,
        Mirror.open(f"sqlite:///{tmp_path}/fresh.db") as fresh,
    ):
        stage.mirror = mirror
        there = {account: make_objects(stage, account) for account in (PLATFORM, CONNECTED_US)}
        stage.sync()
        for account, it in there.items():
            change_objects(stage, it, account)
        results = stage.sync()
        assert {result.status for result in results.values()} == {"ok"}
        assert any("incremental" in line for line in stage.plan.lines())
        Stage(stage.sandbox, fresh).sync(mode="full")
        ours, wanted = live_rows(mirror), live_rows(fresh)
        assert differences(ours, wanted) == []
        assert only_in(ours, wanted) == set()
        assert ours["subscription_item", CONNECTED_US, there[CONNECTED_US]["item"]]["quantity"] == 7


def test_new_and_pending_balance_transactions_are_read_without_an_event(stage: Stage) -> None:
    old = stage.make("balance_transaction", {"status": "pending", "amount": 5, "currency": "usd"})
    stage.wait(DAY)
    stage.sync("balance_transaction")
    stage.wait(2 * DAY)
    stage.change("balance_transaction", old, {"status": "available"}, event=False)
    new = stage.make("balance_transaction", {"status": "pending", "amount": 6, "currency": "usd"})
    stage.wait(DAY)
    stage.sync("balance_transaction")
    assert stage.value("balance_transaction", old, "status") == "available"
    assert stage.alive("balance_transaction") == {old, new}
    assert stage.retrieved("/v1/balance_transactions") == [old]
    stage.wait(2 * DAY)
    stage.sync("balance_transaction")
    assert stage.retrieved("/v1/balance_transactions") == [new], (
        "the old one is settled, the new one is still pending"
    )


def test_a_pending_object_that_cannot_be_read_fails_its_model_and_is_read_by_the_next_run(
    stage: Stage,
) -> None:
    old = stage.make("balance_transaction", {"status": "pending", "amount": 5, "currency": "usd"})
    stage.wait(DAY)
    stage.sync("balance_transaction")
    stage.wait(DAY)
    stage.change("balance_transaction", old, {"status": "available"}, event=False)
    stage.fail("/v1/balance_transactions/*")
    result = stage.sync("balance_transaction")["balance_transaction"]
    assert result.status == "failed" and old in (result.error or "")
    stage.heal()
    assert stage.sync("balance_transaction")["balance_transaction"].status == "ok"
    assert stage.value("balance_transaction", old, "status") == "available"


def test_a_list_that_was_refused_is_read_from_its_last_position(stage: Stage) -> None:
    stage.sync("balance_transaction")
    stage.wait(DAY)
    moved = stage.make(
        "balance_transaction", {"status": "available", "amount": 5, "currency": "usd"}
    )
    stage.wait(DAY)
    stage.fail("/v1/balance_transactions", status=403, type="invalid_request_error", message="No.")
    result = stage.sync("balance_transaction")["balance_transaction"]
    assert result.status != "ok" or "No." in result.availability.reason
    stage.heal()
    assert stage.sync("balance_transaction")["balance_transaction"].status == "ok"
    assert stage.alive("balance_transaction") == {moved}


def test_a_list_that_fails_fails_its_model_and_is_read_from_its_last_position(stage: Stage) -> None:
    stage.sync("balance_transaction")
    stage.wait(DAY)
    moved = stage.make(
        "balance_transaction", {"status": "available", "amount": 5, "currency": "usd"}
    )
    stage.wait(DAY)
    stage.fail("/v1/balance_transactions")
    assert stage.sync("balance_transaction")["balance_transaction"].status == "failed"
    stage.heal()
    assert stage.sync("balance_transaction")["balance_transaction"].status == "ok"
    assert stage.alive("balance_transaction") == {moved}


def test_a_deleted_object_of_a_model_without_events_is_found(stage: Stage) -> None:
    endpoint = stage.make(
        "webhook_endpoint",
        {"url": "https://example.com", "enabled_events": ["*"], "status": "enabled"},
    )
    stage.sync("webhook_endpoint")
    stage.delete("webhook_endpoint", endpoint, event=False)
    stage.sync("webhook_endpoint")
    assert stage.is_deleted("webhook_endpoint", endpoint)


def test_the_next_run_does_what_a_stopped_run_left(stage: Stage) -> None:
    stage.sync("payment_link")
    stage.wait(DAY)
    stage.make_many("payment_link", [f"plink_{n}" for n in range(80)])
    stage.sandbox.control("latency", seconds=0.02)
    stage.wait()
    with KeySync(stage.key(), stage.mirror, ["payment_link"], run_id=run_id(), mode="auto") as sync:
        sync.prepare()
        threading.Thread(target=_stop_after, args=(sync, stage)).start()
        with pytest.raises(SyncAborted, match="stopped"):
            list(sync.run())
    stage.sandbox.control("latency", seconds=0)
    done = stage.alive("payment_link")
    assert 0 < len(done) < 80
    stage.wait(DAY)
    stage.sync("payment_link")
    assert len(stage.alive("payment_link")) == 80
    assert done.isdisjoint(stage.retrieved("/v1/payment_links"))


def _stop_after(sync: KeySync, stage: Stage) -> None:
    while len(stage.retrieved("/v1/payment_links")) < 20:
        time.sleep(0.005)
    sync.stop()


def test_a_disconnected_account_is_deleted_and_its_rows_are_not(stage: Stage) -> None:
    customer = stage.make("customer", account=CONNECTED_US)
    stage.sync("account", "customer")
    stage.wait(DAY)
    stage.delete("account", CONNECTED_US)
    results = stage.sync("account", "customer")
    assert {result.status for result in results.values()} == {"ok"}
    assert stage.is_deleted("account", CONNECTED_US, CONNECTED_US) and not stage.is_deleted(
        "customer", customer, CONNECTED_US
    )


def test_small_lists_without_events_are_listed(stage: Stage) -> None:
    stage.sync("webhook_endpoint")
    endpoint = stage.make(
        "webhook_endpoint",
        {"url": "https://example.com", "enabled_events": ["*"], "status": "enabled"},
    )
    stage.sync("webhook_endpoint")
    assert stage.alive("webhook_endpoint") == {endpoint}


@pytest.mark.parametrize("late", [5, 200])
def test_an_event_that_shows_up_late_is_applied_by_a_later_run(stage: Stage, late: int) -> None:
    customer = stage.make("customer", {"name": "Before"})
    stage.wait(DAY)
    stage.sync("customer")
    stage.wait(DAY)
    stage.sandbox.control("eventual", seconds=60 + late, resources=["event"])
    stage.change("customer", customer, {"name": "After"})
    stage.sandbox.control("eventual", seconds=0)
    stage.sync("customer")
    assert stage.value("customer", customer, "name") == "Before", (
        "Stripe does not list the event yet"
    )
    stage.wait(late)
    stage.sync("customer")
    assert stage.value("customer", customer, "name") == "After"


def test_an_object_that_no_list_has_yet_is_read_because_of_its_event(stage: Stage) -> None:
    stage.sync("customer")
    stage.wait(DAY)
    stage.sandbox.control("eventual", seconds=3600, resources=["customer"])
    new = [stage.make("customer") for _ in range(25)]
    stage.sync("customer")
    assert stage.alive("customer") == set(new)


def test_events_that_a_run_could_not_read_are_applied_by_the_next_run(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    customer = stage.make("customer")
    stage.fail("/v1/events", status=500)
    stage.fail("/v1/customers", status=500)
    results = stage.sync("customer", "product")
    assert {results[name].status for name in ("customer", "product")} == {"incomplete"}
    assert {(hole.model, hole.key) for hole in stage.mirror.holes.all()} == {("event", FEED)}
    assert not stage.asked("/v1/customers"), "its cursor stands: it is not swept for that"
    stage.heal()
    stage.wait(DAY)
    assert stage.sync("customer", "product")["customer"].status == "ok"
    assert stage.alive("customer") == {customer} and stage.mirror.holes.all() == []
