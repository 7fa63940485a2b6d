"""An object that does not exist, as Stripe says, becomes a tombstone. The newest state wins."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror import Batch, Gone, Mirror, Owner, WriteCounts
from stripe_assets_tests.mirror.small import OWNER, at, data_ids, flat, lines, write
from stripe_assets_tests.stored import stored_object

OTHER = Owner("acct_other", False)


def _gone(
    mirror: Mirror, resource: str, *ids: str, observed_at: datetime, owner: Owner = OWNER
) -> WriteCounts:
    return mirror.write([Batch(gone=[Gone(resource, owner, ids, observed_at)])])


def _bookkeeping(mirror: Mirror, resource: str, id: str) -> tuple[datetime | None, datetime | None]:
    table = mirror.tables[resource]
    with mirror.engine.connect() as connection:
        row = connection.execute(sa.select(table).where(table.c.id == id)).mappings().one()
        return row["_deleted_at"], row["_observed_at"]


def test_a_row_whose_object_does_not_exist_is_a_tombstone(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "name": "Ada"}, {"id": "cus_2"}, observed_at=at(1))
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(1), owner=OTHER)
    assert _gone(mirror, "customer", "cus_1", "cus_unknown", observed_at=at(2)).tombstones == {
        "customer": 1
    }
    assert _bookkeeping(mirror, "customer", "cus_2") == (None, at(1))
    gone = stored_object(mirror, "customer", OWNER, "cus_1")
    assert gone and (gone["deleted"], gone["name"]) == (True, "Ada")
    assert mirror.live_rows.count("customer", OTHER) == 1, (
        "the same id in another account is another object"
    )


def test_a_row_observed_later_stays(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(3))
    assert _gone(mirror, "customer", "cus_1", observed_at=at(2)).tombstones == {}
    assert _bookkeeping(mirror, "customer", "cus_1") == (None, at(3))


def test_a_row_that_was_only_embedded_becomes_a_tombstone(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"}, fill=True)
    assert _gone(mirror, "customer", "cus_1", observed_at=at(2)).tombstones == {"customer": 1}


def test_only_a_later_observation_brings_it_back(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(1))
    _gone(mirror, "customer", "cus_1", observed_at=at(3))
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(2))
    assert mirror.live_rows.count("customer") == 0
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(4))
    assert mirror.live_rows.count("customer") == 1


def test_a_tombstone_keeps_its_time(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "deleted": True}, observed_at=at(1))
    assert _gone(mirror, "customer", "cus_1", observed_at=at(3)).tombstones == {}
    assert _bookkeeping(mirror, "customer", "cus_1")[0] == at(1)
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(2))
    assert mirror.live_rows.count("customer") == 0, (
        "it was asked for later than that, and was not there"
    )


def test_a_write_handles_rows_before_deletions(mirror: Mirror) -> None:
    late, early = (
        flat("customer", {"id": "cus_1"}, observed_at=at(3)),
        flat("customer", {"id": "cus_2"}, observed_at=at(1)),
    )
    counts = mirror.write(
        [Batch(gone=[Gone("customer", OWNER, ("cus_1", "cus_2"), at(2))]), late, early]
    )
    assert counts.tombstones == {"customer": 1}
    assert _bookkeeping(mirror, "customer", "cus_1") == (None, at(3))
    assert _bookkeeping(mirror, "customer", "cus_2") == (at(2), at(2))


def test_a_gone_parent_takes_the_items_that_have_no_route(mirror: Mirror) -> None:
    write(
        mirror,
        "invoice",
        {"id": "in_1", "lines": lines("il_1", "il_2")},
        {"id": "in_2", "lines": lines("il_9")},
        observed_at=at(1),
    )
    assert _gone(mirror, "invoice", "in_1", observed_at=at(2)).tombstones == {
        "invoice": 1,
        "line_item": 2,
    }
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_2")) == ["il_9"]


def test_a_parent_observed_later_keeps_all_its_items(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")}, observed_at=at(1))
    write(mirror, "invoice", {"id": "in_1", "total": 5}, observed_at=at(3))
    assert _gone(mirror, "invoice", "in_1", observed_at=at(2)).tombstones == {}
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_1")) == ["il_1"]


def test_an_older_page_adds_no_items_to_a_gone_parent(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")}, observed_at=at(1))
    _gone(mirror, "invoice", "in_1", observed_at=at(3))
    write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1", "il_2")}, observed_at=at(2))
    assert (mirror.live_rows.count("invoice"), mirror.live_rows.count("line_item")) == (0, 0)


def test_no_other_row_goes_with_a_gone_object(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "customer": "cus_1"}, observed_at=at(1))
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(1))
    assert _gone(mirror, "customer", "cus_1", observed_at=at(2)).tombstones == {"customer": 1}
    assert mirror.live_rows.count("invoice") == 1


def test_an_account_is_its_own_owner(mirror: Mirror) -> None:
    bank = {"object": "list", "data": [{"id": "ba_1", "object": "bank_account"}], "has_more": False}
    write(
        mirror,
        "account",
        {"id": "acct_a", "external_accounts": bank},
        {"id": "acct_b"},
        observed_at=at(1),
    )
    assert _gone(mirror, "account", "acct_a", observed_at=at(2)).tombstones == {
        "account": 1,
        "bank_account": 1,
    }
    assert mirror.live_rows.counts_by_owner(
        "account", [Owner("acct_a", False), Owner("acct_b", False)]
    ) == {Owner("acct_b", False): 1}
