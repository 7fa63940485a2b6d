"""A mirror that follows events is what a fresh full sweep would be, and says so where it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.sync.compare import differences, live_rows, only_in
from stripe_assets_tests.sync.stage import CONNECTED_US, NOT_AGAIN, PLATFORM, Stage

DAY = 86_400


def made(stage: Stage, account: str = PLATFORM) -> dict[str, Any]:
    """A few of everything that can be changed."""
    at = {"account": account}
    customer, other = stage.make("customer", {"name": "Ada"}, **at), stage.make("customer", {"name": "Bob"}, **at)
    product = stage.make("product", {"name": "Lamp"}, **at)
    price = stage.make("price", {"product": product, "currency": "usd", "unit_amount": 5, "active": True, "type": "one_time"}, **at)
    subscription = stage.make("subscription", {"customer": customer, "status": "active"}, **at)
    item = stage.make("subscription_item", {"subscription": subscription, "price": price, "quantity": 1}, **at)
    invoice = stage.make("invoice", {"customer": customer, "status": "draft"}, **at)
    line = stage.make("line_item", {"invoice": invoice, "amount": 5, "currency": "usd"}, parent=[invoice, "lines"], **at)
    charge = stage.make("charge", {"amount": 9, "currency": "usd", "status": "succeeded", "customer": customer}, **at)
    method = stage.make("payment_method", {"customer": customer, "type": "card"}, **at)
    coupon = stage.make("coupon", {"id": "FIVE", "percent_off": 5.0}, **at)
    names = "customer other product price subscription item invoice line charge method coupon"
    values = (customer, other, product, price, subscription, item, invoice, line, charge, method, coupon)
    return dict(zip(names.split(), values, strict=True))


def changed(stage: Stage, it: dict[str, Any], account: str = PLATFORM) -> None:
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
    stage.make("refund", {"charge": it["charge"], "amount": 4, "currency": "usd", "status": "succeeded"}, **at)
    stage.change("charge", it["charge"], {"amount_refunded": 4}, event="charge.refunded", **at)
    stage.delete("coupon", it["coupon"], **at)
    stage.make("coupon", {"id": "FIVE", "percent_off": 6.0}, **at)
    stage.make("product", {"name": "Chair"}, **at)
    stage.make("webhook_endpoint", {"url": "https://example.com", "enabled_events": ["*"], "status": "enabled"}, **at)
    stage.make("customer_balance_transaction", {"customer": it["customer"], "amount": -5, "currency": "usd"}, **at)
    stage.change("customer", it["customer"], {"balance": -5}, **at)


def test_it_equals_a_fresh_full_sweep(stage: Stage, database_url: str, tmp_path: Path) -> None:
    with Mirror.open(database_url) as mirror, Mirror.open(f"sqlite:///{tmp_path}/fresh.db") as fresh:
        stage.mirror = mirror
        there = {account: made(stage, account) for account in (PLATFORM, CONNECTED_US)}
        stage.sync()
        for account, it in there.items():
            changed(stage, it, account)
        results = stage.sync()
        assert {result.status for result in results.values()} == {"ok"}
        assert any("incremental" in line for line in stage.plan.lines())
        Stage(stage.sandbox, fresh).sync(mode="full")
        ours, wanted = live_rows(mirror), live_rows(fresh)
        assert differences(ours, wanted) == []
        assert only_in(ours, wanted) == set()
        assert ours["subscription_item", CONNECTED_US, there[CONNECTED_US]["item"]]["quantity"] == 7


def test_what_moves_money_is_found_without_an_event(stage: Stage) -> None:
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
    assert stage.retrieved("/v1/balance_transactions") == [new], "the one is settled, the other still pending"


@pytest.mark.parametrize("account", [PLATFORM, CONNECTED_US])
def test_a_customers_balance_transactions_come_with_the_customers_event(stage: Stage, account: str) -> None:
    customer = stage.make("customer", account=account)
    stage.sync("customer_balance_transaction")
    stage.wait(DAY)
    stage.make("customer", account=account)
    added = stage.make("customer_balance_transaction", {"customer": customer, "amount": -5, "currency": "usd"}, account=account)
    stage.change("customer", customer, {"balance": -5}, account=account)
    stage.sync("customer_balance_transaction")
    assert stage.alive("customer_balance_transaction", account) == {added}


def test_a_reversal_comes_with_its_transfers_event(stage: Stage) -> None:
    transfer = stage.make("transfer", {"amount": 5, "amount_reversed": 0, "currency": "usd", "destination": CONNECTED_US})
    stage.sync("transfer_reversal")
    stage.wait(DAY)
    reversal = stage.make("transfer_reversal", {"transfer": transfer, "amount": 5, "currency": "usd"})
    stage.change("transfer", transfer, {"amount_reversed": 5}, event="transfer.reversed")
    stage.sync("transfer_reversal")
    assert stage.alive("transfer_reversal") == {reversal}


def test_an_item_that_was_removed_is_gone_with_its_subscriptions_event(stage: Stage) -> None:
    subscription = stage.make("subscription", {"customer": stage.make("customer"), "status": "active"})
    kept = stage.make("subscription_item", {"subscription": subscription, "quantity": 1})
    removed = stage.make("subscription_item", {"subscription": subscription, "quantity": 1})
    stage.sync("subscription_item")
    assert stage.alive("subscription_item") == {kept, removed}
    stage.wait(DAY)
    stage.delete("subscription_item", removed, event=False)
    stage.change("subscription_item", kept, {"quantity": 3}, event=False)
    stage.change("subscription", subscription, {"description": "fewer"})
    stage.sync("subscription_item")
    assert stage.alive("subscription_item") == {kept} and stage.is_deleted("subscription_item", removed)
    assert stage.value("subscription_item", kept, "quantity") == 3


def test_small_lists_without_events_are_listed(stage: Stage) -> None:
    stage.sync("webhook_endpoint")
    endpoint = stage.make("webhook_endpoint", {"url": "https://example.com", "enabled_events": ["*"], "status": "enabled"})
    stage.sync("webhook_endpoint")
    assert stage.alive("webhook_endpoint") == {endpoint}


def test_each_account_has_a_cursor_of_its_own(stage: Stage) -> None:
    stage.sync("customer", connected="all")
    stage.wait(DAY)
    stage.sync("customer", connected="none")
    stage.wait(DAY)
    stage.make("customer")
    stage.make("customer", account=CONNECTED_US)
    stage.sync("customer")
    own, connected = (Owner(name, False) for name in (PLATFORM, CONNECTED_US))
    since = {entry["stripe_account"]: entry["query"] for entry in stage.sandbox.log() if entry["path"] == "/v1/events"}
    gte = {account: int(query.partition("created%5Bgte%5D=")[2]) for account, query in since.items()}
    assert gte[None] - gte[CONNECTED_US] == pytest.approx(DAY, abs=120)
    current = stage.mirror.current([own, connected])
    assert current[own, "customer"] == current[connected, "customer"]
    assert len(stage.alive("customer", PLATFORM)) == len(stage.alive("customer", CONNECTED_US)) == 1


def test_a_new_connected_account_is_swept_in_full(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    stage.make("account", {"id": "acct_1New"})
    customer = stage.make("customer", account="acct_1New", event=False)
    stage.sync("customer", "product")
    assert stage.alive("customer", "acct_1New") == {customer}
    assert stage.asked("/v1/customers", account="acct_1New") and stage.asked("/v1/products", account="acct_1New")
    assert not stage.asked("/v1/customers", account=CONNECTED_US)
    assert any("never swept" in line for line in stage.plan.lines())
    stage.sync("customer", "product")
    assert not stage.asked("/v1/customers"), "from now on it follows events as the others do"


def test_a_cursor_older_than_the_events_leads_to_a_full_sweep_and_says_so(stage: Stage) -> None:
    stage.make("customer")
    stage.sync("customer", "product")
    unseen, gone = stage.make("customer", {"name": "Unseen"}), stage.make("product", event=False)
    stage.wait(365 * DAY)
    results = stage.sync("customer", "product")
    [said] = [line for line in stage.plan.lines() if "30 days" in line]
    assert "swept in full" in said and "not known" in said
    assert {result.status for result in results.values()} == {"ok"}
    assert unseen in stage.alive("customer") and gone in stage.alive("product")
    assert stage.asked("/v1/customers?") and stage.asked("/v1/products?")
    assert not stage.asked("/v1/events"), "the events of the gap are not to be had"
    stage.sync("customer", "product")
    assert not any("swept in full" in line for line in stage.plan.lines())


def test_events_of_which_a_page_is_missing_are_no_events(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    customers = [f"cus_{n:03}" for n in range(150)]
    stage.make_many("customer", customers, account=CONNECTED_US)
    stage.make_many("customer", ["cus_own"])
    stage.wait(DAY)
    stage.sync("customer")
    stage.wait(DAY)
    for account, ids in ((CONNECTED_US, customers), (PLATFORM, ["cus_own"])):
        stage.batch(("objects/change", {"resource": "customer", "id": id, "changes": {"name": "New"}, "account": account}) for id in ids)
    stage.fail("/v1/events", skip=1, account=CONNECTED_US)
    results = stage.sync("customer")
    assert results["customer"].status == "ok"
    assert {entry["stripe_account"] for entry in stage.sandbox.log() if entry["path"] == "/v1/customers"} == {CONNECTED_US}
    assert {stage.value("customer", id, "name", CONNECTED_US) for id in customers} == {"New"}
    assert stage.value("customer", "cus_own", "name") == "New" and stage.retrieved("/v1/customers") == ["cus_own"]
    assert any(CONNECTED_US in line and "swept in full" in line for line in caplog.messages)


def test_models_that_were_never_swept_are(stage: Stage) -> None:
    stage.make("customer")
    product = stage.make("product", event=False)
    stage.sync("customer")
    stage.wait(DAY)
    stage.sync("customer", "product")
    assert stage.alive("product") == {product}
    assert [line for line in stage.plan.lines() if "product" in line and "never swept" in line]
    assert not stage.asked("/v1/customers?")


def test_the_events_of_other_models_stay_for_their_run(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    customer, product = stage.make("customer"), stage.make("product")
    stage.sync("customer")
    assert stage.alive("customer") == {customer} and stage.alive("product") == set()
    assert [stage.state(event).state for event in stage.events("product.created")] == ["pending"]
    stage.wait(DAY)
    stage.sync("product")
    assert stage.alive("product") == {product}
    assert [stage.state(event).state for event in stage.events("product.created")] == ["processed"]


def test_a_run_of_one_model_moves_no_others_cursor(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(20 * DAY)
    stage.sync("customer")
    stage.wait(20 * DAY)
    product = stage.make("product", event=False)
    stage.sync("customer", "product")
    assert stage.alive("product") == {product}, "its last sync is 40 days ago"
    assert not stage.asked("/v1/customers?")


def test_a_full_run_sweeps_however_current_the_mirror_is(stage: Stage) -> None:
    stage.sync("customer")
    customer = stage.make("customer", event=False)
    stage.sync("customer")
    assert stage.alive("customer") == set()
    stage.sync("customer", mode="full")
    assert stage.alive("customer") == {customer} and not stage.asked("/v1/events")


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
    assert stage.value("customer", customer, "name") == "Before", "nobody has heard of it"
    stage.wait(late)
    stage.sync("customer")
    assert stage.value("customer", customer, "name") == "After"


def test_an_object_that_lists_do_not_have_yet_is_read_by_its_event(stage: Stage) -> None:
    stage.sync("customer")
    stage.wait(DAY)
    stage.sandbox.control("eventual", seconds=3600, resources=["customer"])
    new = [stage.make("customer") for _ in range(25)]
    stage.sync("customer")
    assert stage.alive("customer") == set(new)


def test_what_a_failed_run_did_not_apply_is_applied_by_the_next(stage: Stage) -> None:
    stage.sync("customer", "product")
    stage.wait(DAY)
    customer = stage.make("customer")
    stage.sandbox.control("faults", path="/v1/events", status=500, times=3, headers=NOT_AGAIN)
    stage.fail("/v1/customers", status=500)
    results = stage.sync("customer", "product")
    assert results["customer"].status == "failed" and results["product"].status == "ok"
    stage.heal()
    stage.wait(DAY)
    stage.sync("customer", "product")
    assert stage.alive("customer") == {customer}
