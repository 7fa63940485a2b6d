"""An event that fails is recorded and tried again. It does not affect other events."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.sync import EventRun, EventSelection, EventSummary, SyncAborted
from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage, run_id


def customers(stage: Stage, count: int, **more: Any) -> list[str]:
    ids = [f"cus_{n:04}" for n in range(count)]
    stage.make_many("customer", ids, **more)
    return ids


def links(stage: Stage, count: int) -> list[str]:
    """Makes payment links. Their list has no `created` filter: each is retrieved, even if many were
    made together."""
    ids = [f"plink_{n:04}" for n in range(count)]
    stage.make_many("payment_link", ids)
    return ids


def states(stage: Stage) -> dict[str, tuple[str, int]]:
    """Event id → its state and the number of its attempts."""
    return {id: (state.state, state.attempts) for id, state in stage.states().items()}


REFUSALS: list[dict[str, Any]] = [
    {"status": 500, "message": "Something broke."},
    {"status": 403, "type": "invalid_request_error", "message": "Not this one."},
]


@pytest.mark.parametrize("fault", REFUSALS, ids=["500", "403"])
def test_an_object_that_cannot_be_read_fails_only_its_own_events(
    database_url: str, stage: Stage, fault: dict[str, Any]
) -> None:
    with Mirror.open(database_url) as mirror:
        stage = Stage(stage.sandbox, mirror)
        customers(stage, 5)
        stage.change("customer", "cus_0002", {"name": "Again"})
        about = {stage.events("customer.created")[2], *stage.events("customer.updated")}
        stage.fail("/v1/customers/cus_0002", **fault)
        summary = stage.process()
        assert (summary.processed, summary.failed_count, summary.succeeded) == (4, 2, False)
        assert summary.failed.keys() == about
        for event, (state, attempts) in states(stage).items():
            assert (state, attempts) == (("failed", 1) if event in about else ("processed", 0))
        for event in about:
            said = stage.state(event).error
            assert (
                said
                and said == summary.failed[event]
                and "cus_0002" in said
                and fault["message"] in said
            )
        assert stage.alive("customer") == {"cus_0000", "cus_0001", "cus_0003", "cus_0004"}


def test_a_failure_is_reported_with_its_traceback(stage: Stage) -> None:
    customers(stage, 1)
    stage.fail("/v1/customers/*", status=500)
    stage.process()
    [report] = stage.reports
    assert report.state == "failed" and report.did and "Traceback" in (report.trace or "")


UNREADABLE: list[Any] = [
    None,
    "text",
    [],
    {"object": "customer"},
    *({"object": "customer", "id": id} for id in (7, "", ".")),
]


@pytest.mark.parametrize("payload", UNREADABLE, ids=repr)
def test_a_payload_that_cannot_be_read_fails_its_event(stage: Stage, payload: Any) -> None:
    broken, well = stage.event("customer.created", payload), stage.make("customer")
    summary = stage.process()
    assert (summary.processed, summary.failed_count) == (1, 1) and stage.alive("customer") == {well}
    assert (stage.state(broken).state, stage.state(broken).attempts) == ("failed", 1)
    assert stage.state(broken).error and stage.row("event", broken)


def test_an_event_without_data_fails(stage: Stage) -> None:
    broken = stage.event("customer.created", None, data=None)
    assert stage.process().failed.keys() == {broken}


@pytest.mark.parametrize("created", [10**12, -(10**14), 10**30], ids=str)
def test_an_impossible_time_of_an_object_does_not_fail_its_event(
    stage: Stage, created: int
) -> None:
    customer = stage.make("customer", event=False)
    stage.event("customer.updated", {"object": "customer", "id": customer, "created": created})
    other = stage.make("customer")
    assert stage.process().succeeded and stage.alive("customer") == {customer, other}


def test_an_impossible_time_of_an_event_fails_the_event(stage: Stage) -> None:
    broken = stage.event("customer.created", {"object": "customer", "id": "cus_1"}, created=10**12)
    well = stage.make("customer")
    summary = stage.process()
    assert stage.alive("customer") == {well} and summary.failed.keys() == {broken}
    assert stage.row("event", broken)


def test_the_next_run_tries_only_the_failed_events_again(stage: Stage) -> None:
    customers(stage, 5)
    stage.fail("/v1/customers/cus_0003")
    stage.process()
    stage.heal()
    summary = stage.process()
    assert stage.retrieved("/v1/customers") == ["cus_0003"]
    assert (summary.processed, summary.already_processed, summary.succeeded) == (1, 4, True)
    assert {state for state, _ in states(stage).values()} == {"processed"}


def test_attempts_are_counted_and_each_wait_is_longer(stage: Stage) -> None:
    customers(stage, 1)
    [event] = stage.events()
    stage.fail("/v1/customers/*")
    waits = []
    for attempt in (1, 2, 3):
        stage.process()
        state = stage.state(event)
        assert state.attempts == attempt and state.next_attempt_at
        waits.append((state.next_attempt_at - datetime.now(UTC)).total_seconds())
    assert waits == [pytest.approx(seconds, abs=5) for seconds in (60, 120, 240)]
    stage.heal()
    assert stage.process().processed == 1 and stage.state(event).error is None


def test_an_event_run_processes_a_failed_event_before_it_is_due(stage: Stage) -> None:
    customers(stage, 1)
    [event] = stage.events()
    selections: list[dict[str, Any]] = [{}, {"ids": (event,)}, {"type": "customer.*"}]
    for selection in selections:
        stage.fail("/v1/customers/*")
        stage.process()
        stage.heal()
        due = stage.state(event).next_attempt_at
        assert due and due > datetime.now(UTC)
        stage.process(**selection)
        assert stage.state(event).state == "processed"
        with stage.mirror.transaction() as connection:
            connection.execute(sa.delete(stage.mirror.tables.own["_event_ledger"]))


def test_an_incremental_run_waits_until_a_failed_event_is_due(stage: Stage) -> None:
    stage.sync("customer")
    customers(stage, 2)
    stage.fail("/v1/customers/cus_0000")
    result = stage.sync("customer")["customer"]
    assert result.status == "failed" and "cus_0000" in (result.error or "")
    stage.heal()
    stage.sync("customer")
    assert stage.retrieved("/v1/customers") == []
    stage.due()
    assert stage.sync("customer")["customer"].status == "ok"
    assert stage.retrieved("/v1/customers") == ["cus_0000"] and stage.alive("customer") == {
        "cus_0000",
        "cus_0001",
    }


def test_a_refused_key_ends_the_run(stage: Stage) -> None:
    links(stage, 60)
    stage.fail("/v1/payment_links/*", status=401, type="invalid_request_error")
    with pytest.raises(SyncAborted, match="401"):
        stage.process()
    assert len(stage.retrieved("/v1/payment_links")) < 50
    assert {state for state, _ in states(stage).values()} == {"pending"}
    stage.heal()
    assert stage.process().processed == 60


def test_a_key_that_stripe_does_not_know_ends_the_run_before_the_first_event(stage: Stage) -> None:
    customers(stage, 1)
    with pytest.raises(SyncAborted, match=r"acme.*401"):
        stage.process(secret="sk_test_wrong")
    assert states(stage) == {}


def test_stopping_keeps_what_was_done_and_the_next_run_does_the_rest(stage: Stage) -> None:
    links(stage, 80)
    stage.sandbox.control("latency", seconds=0.02)
    stage.wait()
    with EventRun(stage.key(), stage.mirror, EventSelection(), run_id=run_id()) as run:
        run.prepare()
        threading.Thread(target=_stop_after, args=(run, stage.sandbox)).start()
        with pytest.raises(SyncAborted, match="stopped"):
            run.run()
    stage.sandbox.control("latency", seconds=0)
    read = stage.alive("payment_link")
    done = {id for id, (state, _) in states(stage).items() if state == "processed"}
    assert 0 < len(read) < 80 and len(done) == len(read)
    assert "failed" not in {state for state, _ in states(stage).values()}
    summary = stage.process()
    assert summary.processed == 80 - len(done) and summary.already_processed == len(done)
    assert (
        set(stage.retrieved("/v1/payment_links")).isdisjoint(read)
        and len(stage.alive("payment_link")) == 80
    )


def _stop_after(run: EventRun, sandbox: Sandbox) -> None:
    while sum(entry["path"].startswith("/v1/payment_links/") for entry in sandbox.log()) < 25:
        time.sleep(0.005)
    run.stop()


def test_runs_at_the_same_time_process_every_event(stage: Stage) -> None:
    links(stage, 200)
    stage.wait()
    done: list[EventSummary] = []
    runs = [threading.Thread(target=lambda: done.append(_run(stage))) for _ in range(3)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [summary.succeeded for summary in done] == [True] * 3
    assert {state for state, _ in states(stage).values()} == {"processed"} and len(
        stage.alive("payment_link")
    ) == 200


def _run(stage: Stage) -> EventSummary:
    with EventRun(stage.key(), stage.mirror, EventSelection(), run_id=run_id()) as run:
        run.prepare()
        return run.run()


def test_an_account_whose_events_cannot_be_listed_is_reported_and_the_others_are_processed(
    stage: Stage,
) -> None:
    stage.sync("account")
    stage.make("customer")
    stage.make("customer", account=CONNECTED_US)
    stage.fail("/v1/events", account=CONNECTED_US, status=500)
    summary = stage.process()
    assert summary.processed == 1 and len(stage.alive("customer", PLATFORM)) == 1
    assert not summary.succeeded and any(CONNECTED_US in line for line in summary.lines())
    stage.heal()
    assert stage.process().processed == 1 and len(stage.alive("customer", CONNECTED_US)) == 1


def test_a_failed_page_of_events_does_not_count_as_the_end_of_the_list(stage: Stage) -> None:
    customers(stage, 150)
    stage.fail("/v1/events?*starting_after*", status=500)
    summary = stage.process()
    assert summary.processed == 100 and not summary.succeeded and summary.errors
    stage.heal()
    summary = stage.process()
    assert (summary.processed, summary.already_processed, summary.succeeded) == (50, 100, True)


def test_a_sublist_that_cannot_be_read_to_its_end_fails_the_event_of_its_parent(
    stage: Stage,
) -> None:
    customer = stage.make("customer", event=False)
    invoice = stage.make("invoice", {"customer": customer, "status": "draft"})
    for n in range(15):
        stage.make(
            "line_item",
            {"invoice": invoice, "amount": n, "currency": "usd"},
            parent=[invoice, "lines"],
            event=False,
        )
    stage.fail("/v1/invoices/*/lines")
    summary = stage.process()
    assert summary.failed.keys() == set(stage.events("invoice.created"))
    stage.heal()
    assert stage.process().processed == 1 and len(stage.alive("line_item")) == 15
