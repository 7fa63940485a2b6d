"""The ledger knows what was done about an event, and by which run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from stripe_assets.mirror import Batch, EventKey, EventState, LedgerEntry, Mirror, Owner
from stripe_assets_tests.mirror.small import CATALOG, NOON, OWNER, at, write

OTHER = Owner("acct_other", False)


def _entry(number: int, owner: Owner = OWNER, **more: Any) -> LedgerEntry:
    values = {
        "type": "customer.updated",
        "created": at(number),
        "object": "customer",
        "object_id": f"cus_{number}",
        **more,
    }
    return LedgerEntry(owner, f"evt_{number}", **values)


def _enter(mirror: Mirror, *entries: LedgerEntry) -> int:
    return mirror.write([Batch(ledger=list(entries))]).events


def _keys(*numbers: int, owner: Owner = OWNER) -> list[EventKey]:
    return [(owner, f"evt_{number}") for number in numbers]


def _taken(mirror: Mirror, run_id: str) -> list[str]:
    return [entry.id for entry in mirror.ledger.take(run_id, 100)]


def _keys_of(mirror: Mirror, run_id: str) -> list[EventKey]:
    return [entry.key for entry in mirror.ledger.take(run_id, 1000)]


def _state(mirror: Mirror, number: int) -> EventState:
    return mirror.ledger.states(OWNER, [f"evt_{number}"])[f"evt_{number}"]


def test_an_entry_comes_back_as_it_was_entered(mirror: Mirror) -> None:
    whole = _entry(1, object_account="acct_2", object_created=at(-9), parents={"account": "acct_2"})
    bare = LedgerEntry(OTHER, "evt_2", "brand.new", NOON)
    assert _enter(mirror, whole, bare) == 2
    assert mirror.ledger.claim("run_1", [OWNER, OTHER]) == 2
    assert {entry.id: entry for entry in mirror.ledger.take("run_1", 9)} == {
        "evt_1": whole,
        "evt_2": bare,
    }


def test_the_same_event_of_two_owners_is_two_entries(mirror: Mirror) -> None:
    assert _enter(mirror, _entry(1), _entry(1, OTHER)) == 2
    mirror.ledger.claim("run_1", [OWNER, OTHER])
    mirror.ledger.settle("run_1", processed=_keys(1), now=NOON)
    assert [entry.owner for entry in mirror.ledger.take("run_1", 9)] == [OTHER]


def test_an_event_that_comes_again_keeps_its_state(mirror: Mirror) -> None:
    _enter(mirror, _entry(1))
    mirror.ledger.claim("run_1", [OWNER])
    mirror.ledger.settle("run_1", processed=_keys(1), now=NOON)
    assert _enter(mirror, _entry(1), _entry(2), _entry(2)) == 1
    assert _state(mirror, 1) == EventState("processed")


def test_rows_of_events_make_no_entries(mirror: Mirror) -> None:
    assert (
        write(
            mirror, "event", {"id": "evt_1", "created": 1_793_178_000, "type": "customer.updated"}
        ).events
        == 0
    )
    assert mirror.ledger.states(OWNER, ["evt_1"]) == {}
    assert mirror.ledger.claim("run_1", [OWNER]) == 0


def test_an_ignored_event_is_settled_from_the_start(mirror: Mirror) -> None:
    _enter(mirror, _entry(1, ignored="nothing of it is kept"))
    assert mirror.ledger.claim("run_1", [OWNER]) == 0
    assert _state(mirror, 1) == EventState("ignored", reason="nothing of it is kept")


@pytest.mark.parametrize(
    ("filters", "claimed"),
    [
        ({}, [1, 2, 3]),
        ({"ids": ["evt_1", "evt_3", "evt_9"]}, [1, 3]),
        ({"ids": []}, []),
        ({"type": "customer.*"}, [1]),
        ({"type": "*ate*"}, [1, 2]),
        ({"type": "payment_intent.created"}, [2]),
        ({"type": "payment%*"}, []),
        ({"type": "paymentxintent.*"}, []),
        ({"models": ["customer"]}, [1, 3]),
        ({"models": []}, [3]),
    ],
)
def test_a_claim_follows_its_filters(
    mirror: Mirror, filters: dict[str, Any], claimed: list[int]
) -> None:
    second = _entry(2, type="payment_intent.created", object="payment_intent")
    third = _entry(3, type="v2.core.account_link.returned", object=None, object_id=None)
    _enter(mirror, _entry(1), second, third, _entry(4, OTHER))
    assert mirror.ledger.claim("run_1", [OWNER], **filters) == len(claimed)
    assert sorted(_taken(mirror, "run_1")) == [f"evt_{number}" for number in claimed]


def test_an_underscore_in_a_pattern_is_an_underscore(mirror: Mirror) -> None:
    _enter(mirror, _entry(1, type="paymentxintent.created"))
    assert mirror.ledger.claim("run_1", [OWNER], type="payment_intent.*") == 0


def test_entries_are_taken_object_by_object(mirror: Mirror) -> None:
    _enter(
        mirror,
        _entry(1, object="invoice", object_id="in_1", object_created=at(5)),
        _entry(2, object="customer", object_id="cus_1", object_created=at(8)),
        _entry(3, object="customer", object_id="cus_2", object_created=at(7)),
        _entry(5, object="customer", object_id="cus_1", object_created=at(8)),
        _entry(4, object="customer", object_id="cus_1", object_created=at(8)),
    )
    mirror.ledger.claim("run_1", [OWNER])
    assert [entry.id for entry in mirror.ledger.take("run_1", 4)] == [
        "evt_3",
        "evt_2",
        "evt_4",
        "evt_5",
    ]
    mirror.ledger.settle(
        "run_1", processed=_keys(3, 2), failed=dict.fromkeys(_keys(4), "500"), now=NOON
    )
    assert _taken(mirror, "run_1") == ["evt_5", "evt_1"]


def test_settled_entries_say_how(mirror: Mirror) -> None:
    _enter(mirror, *map(_entry, (1, 2, 3, 4)))
    mirror.ledger.claim("run_1", [OWNER])
    settled = mirror.ledger.settle(
        "run_1",
        processed=_keys(1),
        ignored=dict.fromkeys(_keys(2), "another version's shape"),
        failed=dict.fromkeys(_keys(3), "HTTP 500\x00"),
        now=NOON,
    )
    assert settled == 3
    states = mirror.ledger.states(OWNER, ["evt_1", "evt_2", "evt_3", "evt_4", "evt_9"])
    assert states.keys() == {"evt_1", "evt_2", "evt_3", "evt_4"}
    assert (states["evt_1"], states["evt_4"]) == (EventState("processed"), EventState("pending"))
    assert states["evt_2"] == EventState("ignored", reason="another version's shape")
    failed = states["evt_3"]
    assert (failed.state, failed.attempts, failed.next_attempt_at) == ("failed", 1, at(1))
    assert failed.error and failed.error.startswith("HTTP 500")
    assert mirror.ledger.unsettled_counts([OWNER]) == {"pending": 1, "failed": 1}
    assert mirror.ledger.unsettled_counts([OTHER]) == {}


def test_each_failure_waits_twice_as_long_and_at_most_a_day(mirror: Mirror) -> None:
    _enter(mirror, _entry(1))
    waits = []
    for _ in range(13):
        mirror.ledger.claim("run_1", [OWNER])
        mirror.ledger.settle("run_1", failed=dict.fromkeys(_keys(1), "500"), now=NOON)
        next_attempt_at = _state(mirror, 1).next_attempt_at
        assert next_attempt_at
        waits.append(next_attempt_at - NOON)
    assert waits == [
        min(timedelta(minutes=2**failures), timedelta(days=1)) for failures in range(13)
    ]
    assert _state(mirror, 1).attempts == 13


def test_a_failed_entry_is_claimed_when_it_is_due(mirror: Mirror) -> None:
    _enter(mirror, _entry(1), _entry(2))
    mirror.ledger.claim("run_1", [OWNER], ids=["evt_1"])
    mirror.ledger.settle("run_1", failed=dict.fromkeys(_keys(1), "500"), now=NOON)
    assert mirror.ledger.claim("run_2", [OWNER], due=at(0)) == 1
    assert _taken(mirror, "run_2") == ["evt_2"]
    assert mirror.ledger.claim("run_3", [OWNER], due=at(1)) == 2
    mirror.ledger.settle("run_3", failed=dict.fromkeys(_keys(1), "500"), now=NOON)
    assert mirror.ledger.claim("run_4", [OWNER]) == 2
    assert _state(mirror, 1).attempts == 2, "a claim forgets no failure"


def test_a_processed_event_has_no_error_left(mirror: Mirror) -> None:
    _enter(mirror, _entry(1))
    mirror.ledger.claim("run_1", [OWNER])
    mirror.ledger.settle("run_1", failed=dict.fromkeys(_keys(1), "500"), now=NOON)
    mirror.ledger.claim("run_2", [OWNER])
    mirror.ledger.settle("run_2", processed=_keys(1), now=NOON)
    assert _state(mirror, 1) == EventState("processed", attempts=1)
    assert mirror.ledger.claim("run_3", [OWNER]) == 0


def test_the_last_run_to_claim_has_the_entries(mirror: Mirror) -> None:
    _enter(mirror, *map(_entry, (1, 2)))
    mirror.ledger.claim("run_1", [OWNER])
    mirror.ledger.claim("run_2", [OWNER], ids=["evt_2"])
    assert mirror.ledger.settle("run_1", processed=_keys(1, 2), now=NOON) == 1
    assert (_state(mirror, 1).state, _state(mirror, 2).state) == ("processed", "pending")
    assert _taken(mirror, "run_2") == ["evt_2"]


def test_a_settled_entry_stays_settled(mirror: Mirror) -> None:
    _enter(mirror, _entry(1))
    mirror.ledger.claim("run_1", [OWNER])
    mirror.ledger.settle("run_1", processed=_keys(1), now=NOON)
    assert mirror.ledger.settle("run_1", failed=dict.fromkeys(_keys(1), "late"), now=NOON) == 0
    assert _state(mirror, 1) == EventState("processed")


def test_thousands_of_events_and_owners_take_few_statements(mirror: Mirror) -> None:
    owners = [Owner(f"acct_{number}", bool(number % 2)) for number in range(10_000)]
    entries = [
        LedgerEntry(owner, f"evt_{number}", "customer.updated", NOON, "customer")
        for number, owner in enumerate(owners)
    ]
    statements = 0

    def count(*args: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(mirror.engine, "before_cursor_execute", count)
    try:
        assert _enter(mirror, *entries) == 10_000
        assert (
            mirror.ledger.claim(
                "run_1", owners, ids=[entry.id for entry in entries], type="customer.*"
            )
            == 10_000
        )
        taken = mirror.ledger.take("run_1", 20_000)
        assert (
            mirror.ledger.settle("run_1", processed=(entry.key for entry in taken), now=NOON)
            == 10_000
        )
    finally:
        event.remove(mirror.engine, "before_cursor_execute", count)
    assert statements < 10


def test_programs_that_claim_together_share_nothing(mirror: Mirror) -> None:
    _enter(mirror, *map(_entry, range(300)))
    runs = [f"run_{number}" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        claimed = list(
            pool.map(
                lambda run_id: mirror.ledger.claim(
                    run_id, [OWNER], ids=[f"evt_{n}" for n in range(300)]
                ),
                runs,
            )
        )
    assert claimed == [300] * 8
    taken = [_keys_of(mirror, run_id) for run_id in runs]
    assert sorted(map(len, taken)) == [0] * 7 + [300], "the last one has them all"


def test_work_on_open_events_does_not_read_the_settled_ones(tmp_path: Path) -> None:
    """By SQLite's plans, which are the same whatever is stored."""
    plans: list[str] = []

    def explain(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            plans.extend(
                row[3]
                for row in cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
                if "_event_ledger" in row[3]
            )

    def planned(work: Callable[[], object]) -> list[str]:
        plans.clear()
        work()
        return list(plans)

    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db", catalog=CATALOG) as mirror:
        event.listen(mirror.engine, "before_cursor_execute", explain)
        scan = ["SCAN _event_ledger USING INDEX ix_event_ledger_open"]
        assert planned(lambda: mirror.ledger.claim("run_1", [OWNER, OTHER])) == scan
        assert (
            planned(
                lambda: mirror.ledger.claim(
                    "run_1", [OWNER], ids=["evt_1"], type="a.*", models=["a"], due=NOON
                )
            )
            == scan
        )
        assert planned(lambda: mirror.ledger.unsettled_counts([OWNER])) == scan
        by_run = ["SEARCH _event_ledger USING INDEX ix_event_ledger_open (run_id=? AND state=?)"]
        assert planned(lambda: mirror.ledger.take("run_1", 9)) == by_run
        by_key = [
            "SEARCH _event_ledger USING INDEX sqlite_autoindex__event_ledger_1"
            " (_account_id=? AND _livemode=? AND id=?)"
        ]
        assert (
            planned(lambda: mirror.ledger.settle("run_1", processed=_keys(1), now=NOON)) == by_key
        )
        assert (
            planned(
                lambda: mirror.ledger.settle(
                    "run_1", failed=dict.fromkeys(_keys(1), "500"), now=NOON
                )
            )
            == by_key
        )


def test_event_objects_are_read_again_by_their_keys(mirror: Mirror) -> None:
    body = {"id": "evt_1", "type": "customer.updated", "data": {"object": {"id": "cus_1"}}}
    write(mirror, "event", body)
    write(
        mirror, "event", {"id": "evt_1", "type": "customer.deleted"}, {"id": "evt_2"}, owner=OTHER
    )
    events = mirror.rows.read_events([*_keys(1, 2), *_keys(1, owner=OTHER)])
    assert events.keys() == {(OWNER, "evt_1"), (OTHER, "evt_1")}
    assert (
        events[OWNER, "evt_1"]["data"] == body["data"]
        and events[OTHER, "evt_1"]["type"] == "customer.deleted"
    )


def test_the_owner_of_an_event_is_the_owner_of_its_list(mirror: Mirror) -> None:
    write(mirror, "event", {"id": "evt_1"})
    write(mirror, "event", {"id": "evt_2"}, owner=OTHER)
    assert mirror.rows.owners_of_events(["evt_1", "evt_2", "evt_3"], [OWNER, OTHER]) == {
        "evt_1": OWNER,
        "evt_2": OTHER,
    }
    assert mirror.rows.owners_of_events(["evt_1", "evt_2"], [OTHER]) == {"evt_2": OTHER}
