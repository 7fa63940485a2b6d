"""Sweeps begin, break off, resume and end. A page's rows and its checkpoint commit together."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy import event

from stripe_assets.mirror import (
    AVAILABLE,
    BEFORE_HOLES,
    Availability,
    Checkpoint,
    FinishedSweep,
    Mirror,
    Owner,
)
from stripe_assets_tests.mirror.small import NOON, OWNER, flat

OTHER = Owner("acct_other", False)
REFUSED = Availability("refused", "no permission")
PAGE = Checkpoint(OWNER, "customer", "/v1/customers", ("cus_1", "cus_2"))


def _checkpoints(mirror: Mirror) -> int:
    with mirror.engine.connect() as connection:
        return connection.execute(
            sa.select(sa.func.count()).select_from(mirror.tables.own["_checkpoint"])
        ).scalar_one()


def _write(mirror: Mirror, *checkpoints: Checkpoint) -> None:
    batch = flat("customer", {"id": "cus_1"})
    batch.checkpoints.extend(checkpoints)
    mirror.write([batch])


def test_an_interrupted_sweep_has_its_checkpoints(mirror: Mirror) -> None:
    mirror.sweeps.begin(
        [(OWNER, "customer"), (OTHER, "customer"), (OWNER, "invoice")],
        "run_1",
        scope="acme all",
        now=NOON,
    )
    _write(mirror, PAGE)
    _write(mirror, Checkpoint(OWNER, "customer", "/v1/customers", ("cus_3",), done=True))
    unfinished = mirror.sweeps.interrupted([OWNER], scope="another", now=NOON + timedelta(hours=23))
    mirror.sweeps.load_checkpoints(unfinished)
    assert unfinished.keys() == {(OWNER, "customer"), (OWNER, "invoice")}
    sweep = unfinished[OWNER, "customer"]
    assert (sweep.started_at, sweep.scope) == (NOON, "acme all")
    assert sweep.checkpoints == {
        "/v1/customers": Checkpoint(OWNER, "customer", "/v1/customers", ("cus_3",), done=True)
    }


def test_a_sweep_is_not_resumed_after_a_day(mirror: Mirror) -> None:
    mirror.sweeps.begin([(OWNER, "customer")], "run_1", now=NOON)
    assert mirror.sweeps.interrupted([OWNER], scope="another", now=NOON + timedelta(hours=25)) == {}


def test_a_new_beginning_deletes_the_sweeps_checkpoints(mirror: Mirror) -> None:
    mirror.sweeps.begin([(OWNER, "customer"), (OTHER, "customer")], "run_1", now=NOON)
    _write(mirror, PAGE, Checkpoint(OTHER, "customer", "/v1/customers"))
    mirror.sweeps.begin([(OWNER, "customer")], "run_2", now=NOON + timedelta(minutes=1))
    left = mirror.sweeps.interrupted([OWNER, OTHER], scope="another", now=NOON + timedelta(hours=1))
    mirror.sweeps.load_checkpoints(left)
    assert not left[OWNER, "customer"].checkpoints
    assert left[OTHER, "customer"].checkpoints


def test_a_finished_sweep_leaves_its_result_and_open_lists(
    mirror: Mirror,
) -> None:
    mirror.sweeps.begin([(OWNER, "customer"), (OWNER, "invoice")], "run_1", now=NOON)
    nested = Checkpoint(OWNER, "customer", "/v1/customers/{customer}/tax_ids cus_1", ("cus_1",))
    _write(
        mirror,
        Checkpoint(OWNER, "customer", "/v1/customers", done=True),
        nested,
        Checkpoint(OWNER, "invoice", "/v1/invoices"),
    )
    mirror.sweeps.finish([FinishedSweep(OWNER, "customer", 7, 2)], now=NOON + timedelta(minutes=5))
    assert _checkpoints(mirror) == 2
    assert mirror.sweeps.interrupted(
        [OWNER], scope="another", now=NOON + timedelta(hours=1)
    ).keys() == {(OWNER, "invoice")}
    status = {status.resource: status for status in mirror.sweeps.results.statuses()}["customer"]
    assert (status.rows, status.requests, status.availability, status.unfinished) == (
        7,
        2,
        AVAILABLE,
        False,
    )
    assert (status.last_started_at, status.last_finished_at) == (NOON, NOON + timedelta(minutes=5))


def test_a_finished_sweep_belongs_to_its_run_until_it_ends(mirror: Mirror) -> None:
    mirror.sweeps.begin(
        [(OWNER, "customer"), (OWNER, "invoice"), (OWNER, "charge"), (OTHER, "charge")],
        "run_1",
        scope="all",
        now=NOON,
    )
    nested = Checkpoint(OWNER, "customer", "/v1/customers/{customer}/tax_ids cus_1", ("cus_1",))
    _write(mirror, nested, Checkpoint(OWNER, "charge", "/v1/charges", ("ch_1",)))
    finished = [
        FinishedSweep(OWNER, "customer", 7, 2, current_until=NOON, began=NOON),
        FinishedSweep(OWNER, "invoice", 7, 2, REFUSED, began=NOON),
    ]
    mirror.sweeps.finish(finished)
    later = NOON + timedelta(hours=1)
    left = mirror.sweeps.interrupted([OWNER], scope="all", now=later)
    mirror.sweeps.load_checkpoints(left)
    assert {
        name: (sweep.finished, sweep.availability, sweep.current_until)
        for (_, name), sweep in left.items()
    } == {
        "customer": (True, AVAILABLE, NOON),
        "invoice": (True, REFUSED, None),
        "charge": (False, None, None),
    }
    assert left[OWNER, "customer"].checkpoints == {nested.key: nested}
    assert mirror.sweeps.interrupted([OWNER], scope="fewer", now=later).keys() == {
        (OWNER, "charge")
    }
    assert mirror.sweeps.interrupted([OWNER], scope="all", now=NOON + timedelta(hours=25)) == {}

    mirror.sweeps.release("fewer")
    assert mirror.sweeps.interrupted([OWNER], scope="all", now=later).keys() == left.keys()
    mirror.sweeps.release("all", but=["invoice"])
    assert mirror.sweeps.interrupted([OWNER], scope="all", now=later).keys() == {
        (OWNER, "invoice"),
        (OWNER, "charge"),
    }
    assert _checkpoints(mirror) == 1, "of the one that is not finished"


def test_a_newer_sweep_is_not_finished_by_the_older_run(
    mirror: Mirror,
) -> None:
    mirror.sweeps.begin([(OWNER, "customer")], "run_1", scope="customers", now=NOON)
    mirror.sweeps.begin(
        [(OWNER, "customer")], "run_2", scope="all", now=NOON + timedelta(minutes=1)
    )
    mirror.sweeps.finish([FinishedSweep(OWNER, "customer", 7, 2, began=NOON)])
    assert mirror.sweeps.interrupted([OWNER], scope="all", now=NOON + timedelta(hours=1)) == {}


def test_the_last_finished_result_stays_while_a_new_sweep_runs(mirror: Mirror) -> None:
    mirror.sweeps.begin([(OWNER, "customer")], "run_1", now=NOON)
    mirror.sweeps.finish([FinishedSweep(OWNER, "customer", 7, 2)])
    mirror.sweeps.begin([(OWNER, "customer")], "run_2", now=NOON + timedelta(hours=1))
    (status,) = mirror.sweeps.results.statuses()
    assert status.unfinished and status.started_at == NOON + timedelta(hours=1)
    assert (status.rows, status.last_started_at) == (7, NOON)


def test_many_owners_take_few_statements(mirror: Mirror) -> None:
    owners = [Owner(f"acct_{number}", True) for number in range(300)]
    pairs = [(owner, name) for owner in owners for name in mirror.tables]
    statements = 0

    def count(*args: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(mirror.engine, "before_cursor_execute", count)
    try:
        mirror.sweeps.begin(pairs, "run_1")
        assert len(mirror.sweeps.interrupted(owners, scope="another")) == len(pairs)
        mirror.sweeps.finish([FinishedSweep(owner, name, 0, 1) for owner, name in pairs])
        mirror.sweeps.mark_current(pairs, NOON)
        assert len(mirror.sweeps.current_until(owners)) == len(pairs)
        mirror.live_rows.counts(owners)
    finally:
        event.remove(mirror.engine, "before_cursor_execute", count)
    assert statements < 20


def test_a_checkpoint_written_again_replaces_itself(mirror: Mirror) -> None:
    _write(mirror, PAGE)
    _write(mirror, PAGE)
    assert _checkpoints(mirror) == 1


def test_a_finished_sweep_sets_current_until_or_clears_it(mirror: Mirror) -> None:
    mirror.sweeps.begin(
        [(OWNER, "customer"), (OWNER, "invoice"), (OTHER, "customer")], "run_1", now=NOON
    )
    assert mirror.sweeps.current_until([OWNER, OTHER]) == {}
    mirror.sweeps.finish(
        [FinishedSweep(owner, "customer", 7, 2, current_until=NOON) for owner in (OWNER, OTHER)]
    )
    mirror.sweeps.finish([FinishedSweep(OWNER, "invoice", 7, 2)])
    assert mirror.sweeps.current_until([OWNER]) == {(OWNER, "customer"): NOON}
    mirror.sweeps.begin([(OWNER, "customer")], "run_2", now=NOON + timedelta(hours=1))
    mirror.sweeps.finish([FinishedSweep(OWNER, "customer", 7, 2)])
    assert mirror.sweeps.current_until([OWNER]) == {}, (
        "a sweep that was refused keeps nothing current"
    )


def test_current_until_moves_forward_and_needs_a_sweep(mirror: Mirror) -> None:
    mirror.sweeps.begin(
        [(OWNER, "customer"), (OWNER, "invoice"), (OTHER, "customer")], "run_1", now=NOON
    )
    finished = [
        FinishedSweep(OWNER, "customer", 7, 2, current_until=NOON),
        FinishedSweep(OWNER, "invoice", 7, 2),
    ]
    mirror.sweeps.finish(finished)
    later = NOON + timedelta(minutes=5)
    mirror.sweeps.mark_current([(OWNER, "invoice"), (OWNER, "quote")], later)
    assert mirror.sweeps.current_until([OWNER, OTHER]) == {
        (OWNER, "customer"): NOON,
        (OWNER, "invoice"): later,
    }
    mirror.sweeps.mark_current(
        iter([(OWNER, "customer"), (OWNER, "invoice")]), NOON + timedelta(minutes=1)
    )
    assert mirror.sweeps.current_until([OWNER]) == {
        (OWNER, "customer"): NOON + timedelta(minutes=1),
        (OWNER, "invoice"): later,
    }


def test_what_only_an_earlier_release_swept_was_never_current_for_certain(mirror: Mirror) -> None:
    """That release did not keep what it could not read."""
    mirror.sweeps.begin([(OWNER, "customer")], "run_1", now=NOON)
    mirror.sweeps.finish([FinishedSweep(OWNER, "customer", 7, 2, current_until=NOON)])
    with mirror.transaction() as connection:
        connection.execute(sa.update(mirror.tables.own["_sweep"]).values(keeps_holes=None))
    assert mirror.sweeps.current_until([OWNER]) == {(OWNER, "customer"): BEFORE_HOLES}
    mirror.sweeps.begin([(OWNER, "customer")], "run_2", now=NOON + timedelta(hours=1))
    assert mirror.sweeps.current_until([OWNER]) == {(OWNER, "customer"): BEFORE_HOLES}
    mirror.sweeps.finish([FinishedSweep(OWNER, "customer", 7, 2, current_until=NOON)])
    assert mirror.sweeps.current_until([OWNER]) == {(OWNER, "customer"): NOON}


def test_the_availability_of_a_sweep_changes_without_a_new_sweep(mirror: Mirror) -> None:
    pairs = [(OWNER, "customer"), (OTHER, "customer"), (OWNER, "invoice")]
    mirror.sweeps.begin(pairs, "run_1", now=NOON)
    mirror.sweeps.finish([FinishedSweep(owner, name, 7, 2) for owner, name in pairs])
    hole = Availability("incomplete", "/v1/customers: 500")
    mirror.sweeps.results.set_availability("customer", {OWNER: hole})
    assert mirror.sweeps.results.refusals([OWNER, OTHER]) == {(OWNER, "customer"): hole}
    mirror.sweeps.results.set_availability("customer", {OWNER: AVAILABLE})
    assert mirror.sweeps.results.refusals([OWNER, OTHER]) == {}
