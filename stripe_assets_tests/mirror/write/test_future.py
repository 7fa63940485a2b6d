"""Rows with times from the future, as a wrong clock wrote them, mend themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Batch, Gone, Mirror, ParentRef, WholeSublists, WriteCounts
from stripe_assets.mirror.latest import ALLOWANCE, LatestTime
from stripe_assets_tests.mirror.small import OWNER, data_ids, flat, lines
from stripe_assets_tests.mirror.small import write as write_with
from stripe_assets_tests.stored import stored_object

DAY = timedelta(days=1)


def ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def tomorrow(mirror: Mirror, name: str, *objects: dict[str, Any], **more: Any) -> None:
    """Writes objects as a process did whose clock was a day ahead."""
    wrong = Mirror(mirror.engine, mirror.tables, mirror.dialect)
    write_with(wrong, name, *objects, observed_at=datetime.now(UTC) + DAY, **more)


def write(mirror: Mirror, name: str, *objects: dict[str, Any], minutes: float = 1) -> WriteCounts:
    """Writes objects as a process does whose clock is right: they were read minutes ago."""
    right = Mirror(mirror.engine, mirror.tables, mirror.dialect)
    return write_with(right, name, *objects, observed_at=ago(minutes))


def times(mirror: Mirror, name: str, id: str) -> list[datetime]:
    """The times of a row by Stripe's clock."""
    table = mirror.tables[name]
    with mirror.engine.connect() as connection:
        row = connection.execute(sa.select(table).where(table.c.id == id)).mappings().one()
    kinds = ("_observed_at", "_deleted_at", "_unlisted_at", "_lines_read_at")
    return [row[name] for name in kinds if row.get(name)]


def all_past(mirror: Mirror, name: str, id: str) -> bool:
    return all(at < datetime.now(UTC) for at in times(mirror, name, id))


@pytest.mark.parametrize("rows", [1, 80])
def test_a_row_from_the_future_is_replaced(mirror: Mirror, rows: int) -> None:
    wrong = [{"id": f"cus_{n}", "name": "wrong"} for n in range(rows)]
    tomorrow(mirror, "customer", *wrong)
    right = [{"id": f"cus_{n}", "name": "right"} for n in range(rows)]
    assert write(mirror, "customer", *right).rows == {"customer": rows}
    found = mirror.rows.read_many("customer", OWNER, [f"cus_{n}" for n in range(rows)])
    assert {one["name"] for one in found.values()} == {"right"}
    assert all_past(mirror, "customer", "cus_0")
    assert write(mirror, "customer", *wrong, minutes=2).rows == {}, "from now on the newest wins"


def test_a_tombstone_from_the_future_comes_back_to_life(mirror: Mirror) -> None:
    tomorrow(mirror, "customer", {"id": "cus_1", "deleted": True})
    write(mirror, "customer", {"id": "cus_1", "name": "Ada"})
    assert mirror.live_rows.count("customer") == 1 and all_past(mirror, "customer", "cus_1")


def test_a_tombstone_from_the_future_gets_a_time_that_is_true(mirror: Mirror) -> None:
    tomorrow(mirror, "customer", {"id": "cus_1", "deleted": True})
    mirror.write([Batch(gone=[Gone("customer", OWNER, ("cus_1",), ago(1))])])
    assert len(times(mirror, "customer", "cus_1")) == 2 and all_past(mirror, "customer", "cus_1")


def test_a_row_from_the_future_whose_object_is_gone_becomes_a_tombstone(mirror: Mirror) -> None:
    tomorrow(mirror, "customer", {"id": "cus_1"})
    counts = mirror.write([Batch(gone=[Gone("customer", OWNER, ("cus_1",), ago(1))])])
    assert counts.tombstones == {"customer": 1} and all_past(mirror, "customer", "cus_1")


def test_a_row_from_the_future_that_a_sweep_does_not_return_is_found(mirror: Mirror) -> None:
    tomorrow(mirror, "customer", {"id": "cus_1"}, {"id": "cus_2"})
    write(mirror, "customer", {"id": "cus_2"})
    rows = mirror.live_rows.unlisted("customer", OWNER, ago(5), ago(60))
    assert [row["id"] for row in rows] == ["cus_1"]


def test_a_row_that_was_found_unlisted_in_the_future_is_asked_for_again(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"}, minutes=9)
    table = mirror.tables["customer"]
    with mirror.transaction() as connection:
        connection.execute(table.update().values(_unlisted_at=datetime.now(UTC) + DAY))
    rows = mirror.live_rows.unlisted("customer", OWNER, ago(5), ago(60))
    assert [row["id"] for row in rows] == ["cus_1"]


def test_items_from_the_future_that_their_list_no_longer_has_are_closed(mirror: Mirror) -> None:
    tomorrow(mirror, "invoice", {"id": "in_1", "lines": lines("il_1", "il_2")})
    counts = write(mirror, "invoice", {"id": "in_1", "lines": lines("il_2", "il_3")})
    assert counts.tombstones == {"line_item": 1}
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_1")) == ["il_2", "il_3"]
    for name, id in (("invoice", "in_1"), ("line_item", "il_1"), ("line_item", "il_2")):
        assert all_past(mirror, name, id)


def test_a_list_that_was_read_in_the_future_closes_no_newer_items(mirror: Mirror) -> None:
    """The time of the last reading is the parent's. Here the list is read by its own route."""
    tomorrow(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")})
    at, parent = ago(1), ParentRef("invoice", "in_1", "lines")
    batch = flat("line_item", {"id": "il_2"}, observed_at=at, parent=parent)
    batch.closed.append(WholeSublists(("line_item",), "invoice", "lines", OWNER, {"in_1": at}))
    right = Mirror(mirror.engine, mirror.tables, mirror.dialect)
    assert right.write([batch]).tombstones == {"line_item": 1}
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_1")) == ["il_2"]
    assert mirror.tables["invoice"].c._lines_read_at is not None
    table = mirror.tables["invoice"]
    with mirror.engine.connect() as connection:
        assert connection.scalar(sa.select(table.c._lines_read_at)) == at


@pytest.mark.parametrize("seconds", [1, 30, 200])
def test_machines_whose_clocks_differ_a_little_keep_the_newest(
    mirror: Mirror, seconds: int
) -> None:
    """A machine whose clock is slow sees a row that another machine has just written."""
    other = Mirror(mirror.engine, mirror.tables, mirror.dialect)
    newer = datetime.now(UTC) + timedelta(seconds=seconds)
    write_with(other, "customer", {"id": "cus_1", "name": "newer"}, observed_at=newer)
    assert write(mirror, "customer", {"id": "cus_1", "name": "older"}).rows == {}


def test_a_slow_machine_learns_the_time_from_what_it_writes(mirror: Mirror) -> None:
    """By its own clock, all that it reads is from the future: Stripe's clock counts."""
    slow = Mirror(mirror.engine, mirror.tables, mirror.dialect)
    an_hour = timedelta(hours=1)
    newest = datetime.now(UTC) + an_hour
    write_with(slow, "customer", {"id": "cus_1", "name": "newest"}, observed_at=newest)
    older = newest - timedelta(minutes=20)
    counts = write_with(slow, "customer", {"id": "cus_1", "name": "older"}, observed_at=older)
    assert counts.rows == {}


def test_the_latest_time_only_ever_moves_ahead() -> None:
    latest = LatestTime()
    latest.learn(datetime.now(UTC) - DAY)
    assert timedelta(0) < latest() - datetime.now(UTC) <= ALLOWANCE
    latest.learn(datetime.now(UTC) + DAY)
    assert DAY < latest() - datetime.now(UTC) <= DAY + ALLOWANCE
