"""Holes are stored with what was read around them. Each attempt in vain makes the next wait
longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stripe_assets.mirror import Batch, Hole, Mirror, Owner
from stripe_assets_tests.mirror.small import OWNER, flat

OTHER = Owner("acct_other", False)
LIVE = Owner(OWNER.account_id, True)
LIST = Hole(OWNER, "customer", "/v1/customers", ("cus_1", "cus_2"), "500: No. (req_1)")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def write(mirror: Mirror, *holes: Hole) -> None:
    mirror.write([Batch(holes={hole.id: hole for hole in holes})])


def only(mirror: Mirror) -> Hole:
    [hole] = mirror.holes.all()
    return hole


def test_a_hole_is_read_as_it_was_written(mirror: Mirror) -> None:
    part = Hole(OWNER, "customer", "fan-out /v1/x cus_1", (), "403: No.", True, count=3)
    before = datetime.now(UTC)
    write(mirror, LIST, part)
    found = {hole.key: hole for hole in mirror.holes.all()}
    assert found.keys() == {LIST.key, part.key}
    for written in (LIST, part):
        read = found[written.key]
        assert read.since and before - MINUTE < read.since < datetime.now(UTC) + MINUTE
        state = {"since": read.since, "attempts": 1, "next_try_at": read.next_try_at}
        assert read == replace(written, **state)


def test_the_wait_is_a_minute_and_doubles_with_each_attempt_up_to_a_day(mirror: Mirror) -> None:
    waits = []
    for attempt in range(1, 15):
        write(mirror, LIST)
        hole = only(mirror)
        assert hole.attempts == attempt and hole.next_try_at
        waits.append(hole.next_try_at - datetime.now(UTC))
    expected = [min(MINUTE * 2**n, DAY) for n in range(14)]
    assert expected[-1] == DAY > expected[10]
    for wait, wanted in zip(waits, expected, strict=True):
        assert wanted - MINUTE / 2 < wait <= wanted


def test_a_hole_keeps_the_time_of_its_first_attempt_and_has_the_answer_of_its_last(
    mirror: Mirror,
) -> None:
    write(mirror, LIST)
    since = only(mirror).since
    write(mirror, replace(LIST, answer="503: Busy.", cursor=("cus_3",)))
    hole = only(mirror)
    assert (hole.since, hole.answer, hole.cursor) == (since, "503: Busy.", ("cus_3",))


def test_what_stripe_does_not_show_is_asked_for_again_after_a_month(mirror: Mirror) -> None:
    write(mirror, replace(LIST, unavailable=True))
    next_try_at = only(mirror).next_try_at
    assert next_try_at
    assert timedelta(days=30) - MINUTE < next_try_at - datetime.now(UTC) <= timedelta(days=30)


def test_a_hole_that_was_read_on_has_moved_and_counts_no_attempt(mirror: Mirror) -> None:
    write(mirror, LIST)
    before = only(mirror)
    write(mirror, replace(LIST, answer="", cursor=("cus_9",)))
    assert only(mirror) == replace(before, cursor=("cus_9",))


def test_a_hole_that_was_read_to_its_end_is_closed_and_no_other(mirror: Mirror) -> None:
    others = [
        replace(LIST, owner=OTHER),
        replace(LIST, owner=LIVE),
        replace(LIST, model="invoice"),
        replace(LIST, key="/v1/customers created 5..9"),
    ]
    write(mirror, LIST, *others)
    mirror.write([Batch(holes={LIST.id: None})])
    assert {hole.id for hole in mirror.holes.all()} == {hole.id for hole in others}


def test_a_hole_that_opens_after_it_was_closed_is_a_new_one(mirror: Mirror) -> None:
    for _ in range(3):
        write(mirror, LIST)
    mirror.write([Batch(holes={LIST.id: None})])
    write(mirror, LIST)
    assert only(mirror).attempts == 1


@pytest.mark.parametrize("closed_last", [True, False])
def test_the_last_batch_of_a_write_says_what_a_hole_is(mirror: Mirror, closed_last: bool) -> None:
    write(mirror, LIST)
    batches = [Batch(holes={LIST.id: replace(LIST, answer="503")}), Batch(holes={LIST.id: None})]
    mirror.write(batches if closed_last else batches[::-1])
    assert [hole.answer for hole in mirror.holes.all()] == ([] if closed_last else ["503"])


def test_holes_that_were_read_in_another_way_are_closed_together(mirror: Mirror) -> None:
    holes = [replace(LIST, key=f"object cus_{number}") for number in range(300)]
    write(mirror, LIST, *holes)
    mirror.holes.close(hole.id for hole in holes)
    assert only(mirror).id == LIST.id
    mirror.holes.close([])
    assert only(mirror).id == LIST.id


def test_the_holes_of_an_account_are_found_without_those_of_others(mirror: Mirror) -> None:
    write(mirror, LIST, replace(LIST, owner=OTHER), replace(LIST, owner=LIVE))
    assert [hole.owner for hole in mirror.holes.of([OWNER])] == [OWNER]
    assert {hole.owner for hole in mirror.holes.of([OTHER, LIVE])} == {OTHER, LIVE}
    assert mirror.holes.of([]) == []


def test_a_hole_is_written_with_the_rows_of_its_page_or_not_at_all(mirror: Mirror) -> None:
    batch = flat("customer", {"id": "cus_1"})
    batch.holes[LIST.id] = LIST
    with pytest.raises(ZeroDivisionError), mirror.transaction() as connection:
        mirror.write([batch], connection)
        raise ZeroDivisionError
    assert mirror.holes.all() == [] and mirror.live_rows.count("customer") == 0
    mirror.write([batch])
    assert only(mirror).id == LIST.id and mirror.live_rows.count("customer") == 1


def test_a_hole_is_due_from_its_next_try_on() -> None:
    now = datetime.now(UTC)
    assert replace(LIST, next_try_at=now).is_due(now)
    assert replace(LIST, next_try_at=None).is_due(now)
    assert not replace(LIST, next_try_at=now + MINUTE).is_due(now)
