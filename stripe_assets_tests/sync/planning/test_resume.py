"""A run continues an interrupted run. It does not sweep finished models again, and it leaves
nothing out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import AVAILABLE
from stripe_assets.sync import KeySync, ModelResult, SyncAborted
from stripe_assets.sync.engine.sweep_handlers import SweptNestedList
from stripe_assets.sync.engine.task import Request
from stripe_assets_tests.sync.stage import CONNECTED_US, Stage, run_id

HOUR, DAY = 3_600, 86_400
CHILD, OTHER_CHILD = "customer_balance_transaction", "entitlements.active_entitlement"
LISTS, OTHER_LISTS = "/v1/customers/", "/v1/entitlements/active_entitlements?"
"""Paths of the nested lists of the two child models. There is one list for each customer."""
CUSTOMERS = [f"cus_{number:03}" for number in range(120)]
ONE_LIST = f"/v1/customers/{CUSTOMERS[5]}/balance_transactions*"
ONE_OTHER_LIST = f"/v1/entitlements/active_entitlements?*customer={CUSTOMERS[5]}*"
SECOND_PAGE = "/v1/customers?*starting_after*"
NO_SUCH_CUSTOMER = {
    "status": 404,
    "code": "resource_missing",
    "message": f"No such customer: '{CUSTOMERS[5]}'",
}


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Two pages of customers. Two of the customers have a child."""
    stage.make_many("customer", CUSTOMERS)
    for customer in (CUSTOMERS[0], CUSTOMERS[-1]):
        add_child(stage, customer)
    stage.wait(DAY)
    return stage


def add_child(stage: Stage, customer: str) -> str:
    """Makes a child without an event. Returns its id."""
    return stage.make(CHILD, {"customer": customer, "amount": -5, "currency": "usd"}, event=False)


def interrupt(
    stage: Stage,
    *models: str,
    hanging: str,
    when: Callable[[], bool],
    mode: str = "auto",
    connected: str = "none",
) -> None:
    """Syncs, and stops the run as soon as `when` is true. The request for `hanging` gets no
    answer."""
    stage.sandbox.control("faults", path=hanging, kind="hang", seconds=60, times=None)
    stage.wait()
    stage.sandbox.control("log/clear")
    with KeySync(
        stage.key(connected=connected), stage.mirror, models, run_id=run_id(), mode=mode
    ) as sync:  # type: ignore[arg-type]
        sync.prepare()
        threading.Thread(target=stop_when, args=(sync, when)).start()
        with pytest.raises(SyncAborted, match="stopped"):
            list(sync.run())
    stage.heal()


def stop_when(sync: KeySync, condition: Callable[[], bool]) -> None:
    """Stops the run once the condition is true, what was asked for is answered, and the answers are
    written."""
    while not condition():
        time.sleep(0.01)
    before, now = None, (0, 0, 0)
    while now != before:
        time.sleep(0.5)
        counts = sync.progress
        before, now = now, (counts.requests, counts.objects, counts.models_done)
    sync.stop()


def interrupt_children(stage: Stage, mode: str = "auto") -> None:
    """Interrupts a run that has finished the customers and all lists of their children but one."""
    interrupt(
        stage,
        CHILD,
        mode=mode,
        hanging=ONE_LIST,
        when=lambda: is_finished(stage, "customer") and asked_of_all(stage, LISTS),
    )
    assert not is_finished(stage, CHILD)


def interrupt_beside(stage: Stage, other: str, mode: str) -> None:
    """As `interrupt_children`, with another model, which is finished as well."""
    interrupt(
        stage,
        CHILD,
        other,
        mode=mode,
        hanging=ONE_LIST,
        when=lambda: (
            is_finished(stage, "customer")
            and is_finished(stage, other)
            and asked_of_all(stage, LISTS)
        ),
    )


def is_finished(stage: Stage, model: str) -> bool:
    """Whether the model's sweeps of all accounts of the run are finished."""
    statuses = stage.mirror.sweeps.results.statuses()
    unfinished = [one.unfinished for one in statuses if one.resource == model]
    return bool(unfinished) and not any(unfinished)


def asked_of_all(stage: Stage, lists: str) -> bool:
    """Whether all nested lists were asked for, except the one that gets no answer."""
    return len(stage.asked(lists)) >= len(CUSTOMERS) - 1


def asked_of_the_first_page(stage: Stage) -> bool:
    return len(stage.asked(OTHER_LISTS)) == 100


def sync(stage: Stage, *models: str, mode: str = "auto") -> dict[str, ModelResult]:
    return stage.sync(*models, mode=mode, connected="none")


def forget_sweep(stage: Stage, model: str) -> None:
    """Makes the next run sweep a model, as if no run had swept it."""
    sweep = stage.mirror.tables.own["_sweep"]
    with stage.mirror.transaction() as connection:
        connection.execute(
            sa.update(sweep).where(sweep.c.resource == model).values(current_until=None)
        )


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_continued_run_does_not_sweep_finished_models_again(stage: Stage, mode: str) -> None:
    interrupt_children(stage, mode)
    assert sync(stage, CHILD, mode=mode)[CHILD].status == "ok"
    assert stage.asked("/v1/customers?") == []
    assert [url.split("?")[0] for url in stage.asked(LISTS)] == [ONE_LIST.rstrip("*")]
    assert len(stage.alive(CHILD)) == 2
    assert any(
        "continues the sync of" in line and "customer" in line for line in stage.plan.lines()
    )


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_run_is_continued_only_once(stage: Stage, mode: str) -> None:
    interrupt_children(stage)
    sync(stage, CHILD)
    stage.wait(HOUR)
    sync(stage, CHILD, mode=mode)
    assert bool(stage.asked("/v1/customers?")) == (mode == "full")
    assert not any("continues the sync of" in line for line in stage.plan.lines())


def test_a_run_of_more_than_a_day_ago_is_not_continued(stage: Stage) -> None:
    interrupt_children(stage)
    stage.wait(25 * HOUR)
    assert sync(stage, CHILD)[CHILD].status == "ok"
    assert stage.asked("/v1/customers?") and asked_of_all(stage, LISTS)


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_finished_models_follow_the_events_since_the_interrupted_run(
    stage: Stage, mode: str
) -> None:
    interrupt_children(stage, mode)
    stage.wait(HOUR)
    stage.change("customer", CUSTOMERS[7], {"name": "New"})
    sync(stage, CHILD, mode=mode)
    assert stage.value("customer", CUSTOMERS[7], "name") == "New"


@pytest.mark.parametrize("processed", [True, False])
def test_a_new_child_of_a_list_that_was_read_is_found_by_its_parents_event(
    stage: Stage, processed: bool
) -> None:
    interrupt_children(stage)
    stage.wait(HOUR)
    added = {add_child(stage, customer) for customer in CUSTOMERS}
    for customer in CUSTOMERS:
        stage.change("customer", customer, {"balance": -5})
    if processed:
        assert stage.process(type="customer.updated", connected="none").processed == len(CUSTOMERS)
    for _ in range(2):
        stage.wait(HOUR)
        assert sync(stage, CHILD)[CHILD].status == "ok"
    assert added < stage.alive(CHILD)


def test_the_finished_upstream_of_a_failed_model_is_not_swept_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(handler: object, request: Request, *more: object) -> None:
        raise ZeroDivisionError(request.source.path)

    with monkeypatch.context() as patched:
        patched.setattr(SweptNestedList, "received", fails)
        results = sync(stage, "customer", CHILD)
    assert (results["customer"].status, results[CHILD].status) == ("ok", "failed")
    assert "ZeroDivisionError" in (results[CHILD].error or "")
    stage.change("customer", CUSTOMERS[7], {"name": "New"})
    stage.wait(HOUR)
    results = sync(stage, "customer", CHILD)
    assert (results["customer"].status, results[CHILD].status) == ("ok", "ok")
    assert stage.asked("/v1/customers?") == []
    assert len(stage.alive(CHILD)) == 2 and stage.value("customer", CUSTOMERS[7], "name") == "New"


def test_where_one_nested_list_cannot_be_read_the_next_run_asks_for_that_list_alone(
    stage: Stage,
) -> None:
    added = add_child(stage, CUSTOMERS[5])
    stage.fail(ONE_LIST)
    results = sync(stage, "customer", CHILD)
    assert (results["customer"].status, results[CHILD].status) == ("ok", "incomplete")
    [hole] = stage.mirror.holes.all()
    assert hole.model == CHILD and hole.key.endswith(f" {CUSTOMERS[5]}")
    stage.heal()
    stage.change("customer", CUSTOMERS[7], {"name": "New"})
    stage.wait(HOUR)
    results = sync(stage, "customer", CHILD)
    assert (results["customer"].status, results[CHILD].status) == ("ok", "ok")
    assert stage.asked("/v1/customers?") == []
    lists = [url for url in stage.asked(LISTS) if "balance_transactions" in url]
    assert [url.split("/")[3] for url in lists] == [CUSTOMERS[5]]
    assert added in stage.alive(CHILD) and stage.mirror.holes.all() == []
    assert stage.value("customer", CUSTOMERS[7], "name") == "New"


def test_a_small_list_is_read_by_every_run_although_its_nested_lists_cannot_be_read(
    stage: Stage,
) -> None:
    stage.fail("/v1/payment_attempt_records*")
    first = stage.make("payment_record", event=False)
    assert sync(stage, "payment_attempt_record")["payment_attempt_record"].status == "incomplete"
    second = stage.make("payment_record", event=False)
    assert sync(stage, "payment_attempt_record")["payment_attempt_record"].status == "incomplete"
    assert stage.alive("payment_record") == {first, second}
    keys = {hole.key.rpartition(" ")[2] for hole in stage.mirror.holes.all()}
    assert keys == {first, second}
    stage.heal()
    assert sync(stage, "payment_attempt_record")["payment_attempt_record"].status == "ok"
    assert stage.mirror.holes.all() == []


@pytest.mark.parametrize("finished", [True, False])
def test_a_model_that_the_interrupted_run_did_not_sweep_is_swept_with_its_upstreams(
    stage: Stage, finished: bool
) -> None:
    """In the interrupted run, the children followed events. So its sweep of the customers did not
    read the children's lists."""
    sync(stage, CHILD, OTHER_CHILD)
    stage.wait(DAY)
    forget_sweep(stage, OTHER_CHILD)
    hanging, asked = (
        (ONE_OTHER_LIST, lambda: asked_of_all(stage, OTHER_LISTS))
        if finished
        else (SECOND_PAGE, lambda: asked_of_the_first_page(stage))
    )
    interrupt(stage, CHILD, OTHER_CHILD, hanging=hanging, when=asked)
    assert is_finished(stage, "customer") == finished
    added = {add_child(stage, customer) for customer in CUSTOMERS}
    assert sync(stage, CHILD, OTHER_CHILD, mode="full")[CHILD].status == "ok"
    assert added < stage.alive(CHILD)


def test_a_sweep_begins_again_after_a_run_continued_its_upstream_without_it(stage: Stage) -> None:
    sync(stage, CHILD, OTHER_CHILD)
    stage.wait(DAY)
    forget_sweep(stage, OTHER_CHILD)
    added = {add_child(stage, customer) for customer in CUSTOMERS}
    interrupt(
        stage,
        CHILD,
        OTHER_CHILD,
        mode="full",
        hanging=SECOND_PAGE,
        when=lambda: asked_of_the_first_page(stage),
    )
    second_page = len(CUSTOMERS) - 100
    interrupt(
        stage,
        CHILD,
        OTHER_CHILD,
        hanging=ONE_OTHER_LIST,
        when=lambda: (
            is_finished(stage, "customer") and len(stage.asked(OTHER_LISTS)) >= second_page - 1
        ),
    )
    assert len(stage.asked(OTHER_LISTS)) <= second_page, "it has continued the sweep"
    assert sync(stage, CHILD, OTHER_CHILD, mode="full")[CHILD].status == "ok"
    assert added < stage.alive(CHILD)


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_model_that_the_interrupted_run_found_refused_keeps_the_reason(
    stage: Stage, mode: str
) -> None:
    refusal = {
        "path": OTHER_LISTS + "*",
        "status": 403,
        "times": None,
        "message": "This key may not read entitlements.",
    }
    stage.sandbox.control("faults", **refusal)
    interrupt_beside(stage, OTHER_CHILD, mode)
    stage.sandbox.control("faults", **refusal)
    results = sync(stage, CHILD, OTHER_CHILD, mode=mode)
    assert (results[CHILD].status, results[OTHER_CHILD].status) == ("ok", "unavailable")
    assert "may not read entitlements" in results[OTHER_CHILD].availability.reason
    assert stage.asked("/v1/customers?") == stage.asked(OTHER_LISTS) == []


def test_where_events_are_refused_models_that_just_finished_are_not_swept_again(
    stage: Stage,
) -> None:
    interrupt_children(stage)
    stage.fail("/v1/events*", status=403)
    assert sync(stage, CHILD)[CHILD].status == "ok"
    assert stage.asked("/v1/customers?") == [] and len(stage.alive(CHILD)) == 2


def test_where_events_are_refused_models_that_finished_hours_ago_are_swept_again(
    stage: Stage,
) -> None:
    interrupt_children(stage)
    stage.wait(23 * HOUR)
    stage.change("customer", CUSTOMERS[7], {"name": "New"})
    stage.fail("/v1/events*", status=403)
    sync(stage, CHILD)
    assert stage.value("customer", CUSTOMERS[7], "name") == "New"


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_model_without_events_that_finished_hours_ago_is_swept_again(
    stage: Stage, mode: str
) -> None:
    interrupt_beside(stage, "shipping_rate", mode)
    stage.wait(23 * HOUR)
    added = stage.make("shipping_rate", event=False)
    sync(stage, CHILD, "shipping_rate", mode=mode)
    assert added in stage.alive("shipping_rate")


def assert_refuses_one_list(result: ModelResult) -> None:
    """Stripe shows the model, without this list."""
    assert (result.status, result.availability.kind) == ("ok", "available")
    assert CUSTOMERS[5] in result.availability.reason and "403" in result.availability.reason


def test_the_only_list_that_is_left_may_be_refused(stage: Stage) -> None:
    """The other lists were read. So the model as a whole is not refused, and later runs keep it
    current."""
    interrupt_children(stage)
    stage.fail(ONE_LIST, status=403)
    assert_refuses_one_list(sync(stage, CHILD)[CHILD])
    stage.heal()
    stage.wait(HOUR)
    added = add_child(stage, CUSTOMERS[10])
    stage.change("customer", CUSTOMERS[10], {"balance": -5})
    sync(stage, CHILD)
    assert added in stage.alive(CHILD)


def test_the_parent_of_the_only_list_that_is_left_may_be_deleted(stage: Stage) -> None:
    interrupt_children(stage)
    stage.fail(ONE_LIST, **NO_SUCH_CUSTOMER)
    stage.delete("customer", CUSTOMERS[5], event=False)
    result = sync(stage, CHILD)[CHILD]
    assert (result.status, result.availability) == ("ok", AVAILABLE)
    assert stage.is_deleted("customer", CUSTOMERS[5]) and stage.mirror.holes.all() == []


def test_a_parent_that_exists_is_not_deleted_because_its_list_says_so(stage: Stage) -> None:
    interrupt_children(stage)
    stage.fail(ONE_LIST, **NO_SUCH_CUSTOMER)
    assert sync(stage, CHILD)[CHILD].status == "incomplete"
    assert not stage.is_deleted("customer", CUSTOMERS[5])
    assert [hole.key.rpartition(" ")[2] for hole in stage.mirror.holes.all()] == [CUSTOMERS[5]]


def test_a_list_that_was_refused_is_still_refused_in_the_continued_run(stage: Stage) -> None:
    stage.fail(ONE_LIST, status=403)
    another = f"/v1/customers/{CUSTOMERS[7]}/balance_transactions*"
    interrupt(
        stage,
        CHILD,
        hanging=another,
        when=lambda: is_finished(stage, "customer") and asked_of_all(stage, LISTS),
    )
    stage.fail(ONE_LIST, status=403)
    assert_refuses_one_list(sync(stage, CHILD)[CHILD])
    stage.change("customer", CUSTOMERS[5], {"balance": -5})
    assert sync(stage, CHILD)[CHILD].status == "ok"


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_refused_model_that_has_no_upstreams_is_asked_for_again(stage: Stage, mode: str) -> None:
    stage.fail("/v1/shipping_rates*", status=403)
    interrupt_beside(stage, "shipping_rate", mode)
    rate = stage.make("shipping_rate", event=False)
    assert sync(stage, CHILD, "shipping_rate", mode=mode)["shipping_rate"].status == "ok"
    assert stage.alive("shipping_rate") == {rate} and stage.asked("/v1/customers?") == []


def test_a_run_at_the_same_time_finishes_no_model_for_this_one(stage: Stage) -> None:
    """`sync customer` is running when the sync of the children begins. That sync is stopped in the
    middle of the customers."""
    stage.sandbox.control("faults", path=SECOND_PAGE, kind="hang", seconds=10, times=1)
    stage.wait()
    with KeySync(
        stage.key(connected="none"), stage.mirror, ["customer"], run_id=run_id(), mode="auto"
    ) as beside:
        beside.prepare()
        thread = threading.Thread(target=lambda: list(beside.run()))
        thread.start()
        while len(stage.alive("customer")) < 100:
            time.sleep(0.01)
        interrupt(stage, CHILD, hanging=SECOND_PAGE, when=lambda: len(stage.asked(LISTS)) >= 100)
        assert not is_finished(stage, "customer")
        thread.join()
    assert is_finished(stage, "customer")
    added = {add_child(stage, customer) for customer in CUSTOMERS}
    assert sync(stage, CHILD)[CHILD].status == "ok"
    assert len(added & stage.alive(CHILD)) == len(added)


def test_a_sweep_begins_again_after_a_run_began_its_upstream_again_without_it(stage: Stage) -> None:
    sync(stage, CHILD, OTHER_CHILD)
    stage.wait(DAY)
    forget_sweep(stage, OTHER_CHILD)
    interrupt(
        stage, CHILD, mode="full", hanging=SECOND_PAGE, when=lambda: len(stage.asked(LISTS)) >= 100
    )
    interrupt(
        stage,
        CHILD,
        OTHER_CHILD,
        hanging=ONE_OTHER_LIST,
        when=lambda: asked_of_all(stage, OTHER_LISTS),
    )
    added = {add_child(stage, customer) for customer in CUSTOMERS}
    assert sync(stage, CHILD, OTHER_CHILD, mode="full")[CHILD].status == "ok"
    assert added < stage.alive(CHILD)


def test_each_account_is_continued_by_itself(stage: Stage) -> None:
    stage.make_many("customer", [f"cus_at_{number}" for number in range(120)], account=CONNECTED_US)
    stage.wait(DAY)
    interrupt(
        stage,
        CHILD,
        connected="all",
        hanging=ONE_LIST,
        when=lambda: is_finished(stage, "customer") and len(stage.asked(LISTS)) >= 239,
    )
    assert stage.sync(CHILD)[CHILD].status == "ok"
    assert stage.asked("/v1/customers?") == []
    assert 0 < len(stage.asked(LISTS)) < 240


def test_a_list_that_the_interrupted_run_could_not_read_is_asked_for_again(stage: Stage) -> None:
    added = add_child(stage, CUSTOMERS[5])
    stage.fail(ONE_LIST)
    interrupt(
        stage,
        CHILD,
        hanging=f"/v1/customers/{CUSTOMERS[7]}/balance_transactions*",
        when=lambda: is_finished(stage, "customer") and asked_of_all(stage, LISTS),
    )
    assert [hole.key.rpartition(" ")[2] for hole in stage.mirror.holes.all()] == [CUSTOMERS[5]]
    assert sync(stage, CHILD)[CHILD].status == "ok"
    assert added in stage.alive(CHILD) and stage.mirror.holes.all() == []
