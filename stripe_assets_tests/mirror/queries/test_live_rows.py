"""The queries find the rows that a run has to read again, and no others."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror import Batch, Gone, Mirror, Owner
from stripe_assets_tests.mirror.small import NOON, OWNER, at, flat, write

OTHER = Owner("acct_other", False)


def _found_unlisted(mirror: Mirror, id: str, *, observed_at: datetime) -> None:
    batch = flat("customer", {"id": id}, {"id": "cus_along"}, observed_at=observed_at)
    batch.rows["customer"].column_batches[0].columns["_unlisted_at"] = [observed_at, None]
    mirror.write([batch])


def _unlisted_at(mirror: Mirror, id: str) -> datetime | None:
    table = mirror.tables["customer"]
    with mirror.engine.connect() as connection:
        return connection.execute(
            sa.select(table.c._unlisted_at).where(table.c.id == id)
        ).scalar_one()


def _unlisted(mirror: Mirror, before: int, asked_before: int) -> list[str]:
    return [
        row["id"]
        for row in mirror.live_rows.unlisted("customer", OWNER, at(before), at(asked_before))
    ]


def test_rows_that_a_sweep_did_not_return_are_unlisted(mirror: Mirror) -> None:
    write(
        mirror,
        "customer",
        {"id": "cus_1", "currency": "eur"},
        {"id": "cus_2"},
        {"id": "cus_3"},
        observed_at=at(1),
    )
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(1), owner=OTHER)
    write(mirror, "customer", {"id": "cus_2"}, observed_at=at(5))
    write(mirror, "customer", {"id": "cus_4"}, fill=True)
    mirror.write([Batch(gone=[Gone("customer", OWNER, ("cus_3",), at(2))])])
    assert mirror.live_rows.unlisted("customer", OWNER, at(5), NOON, ["currency", "created"]) == [
        {"id": "cus_1", "currency": "eur", "created": None}
    ]
    assert mirror.live_rows.unlisted("customer", OWNER, at(1), NOON) == []


def test_an_unlisted_row_is_asked_for_again_at_its_turn(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(1))
    _found_unlisted(mirror, "cus_1", observed_at=at(2))
    assert _unlisted_at(mirror, "cus_1") == at(2)
    assert _unlisted(mirror, before=9, asked_before=2) == ["cus_along"]
    assert _unlisted(mirror, before=9, asked_before=3) == ["cus_1", "cus_along"]


def test_a_list_ends_unlisted_and_a_retrieve_does_not(mirror: Mirror) -> None:
    _found_unlisted(mirror, "cus_1", observed_at=at(2))
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(3))
    assert _unlisted_at(mirror, "cus_1") == at(2)
    write(mirror, "customer", {"id": "cus_1"}, observed_at=at(4), listed=True)
    assert _unlisted_at(mirror, "cus_1") is None


def test_only_the_items_of_a_list_are_listed() -> None:
    nested: Any = {
        "object": "list",
        "data": [{"id": "il_1", "object": "line_item"}],
        "has_more": False,
    }
    batch = flat(
        "invoice",
        {"id": "in_1", "customer": {"id": "cus_1", "object": "customer"}, "lines": nested},
        listed=True,
    )
    assert next(iter(batch.rows["invoice"]))["_unlisted_at"] is None
    assert "_unlisted_at" not in next(iter(batch.rows["line_item"])) | next(
        iter(batch.fills["customer"])
    )


def test_pending_rows_are_unsettled(mirror: Mirror) -> None:
    write(
        mirror,
        "balance_transaction",
        {"id": "txn_2", "status": "pending", "created": 1_793_178_060},
        {"id": "txn_1", "status": "pending", "created": 1_793_178_000},
        {"id": "txn_3", "status": "available", "created": 1_793_178_000},
        {"id": "txn_4", "status": "pending", "created": 1_793_178_000},
    )
    write(mirror, "balance_transaction", {"id": "txn_1", "status": "pending"}, owner=OTHER)
    mirror.write([Batch(gone=[Gone("balance_transaction", OWNER, ("txn_4",), at(9))])])
    first = datetime.fromtimestamp(1_793_178_000, UTC)
    assert [
        (row["id"], row["created"])
        for row in mirror.live_rows.unsettled("balance_transaction", OWNER)
    ] == [
        ("txn_1", first),
        ("txn_2", datetime.fromtimestamp(1_793_178_060, UTC)),
    ]
    assert mirror.live_rows.unsettled("customer", OWNER) == []


def test_times_of_creation_come_in_order_with_both_ends(mirror: Mirror) -> None:
    seconds = [int(at(minutes).timestamp()) for minutes in (4, 1, 3, 2, 2, 5)]
    write(
        mirror,
        "customer",
        *({"id": f"cus_{n}", "created": created} for n, created in enumerate(seconds)),
    )
    write(mirror, "customer", {"id": "cus_0", "created": seconds[2]}, owner=OTHER)
    mirror.write([Batch(gone=[Gone("customer", OWNER, ("cus_2",), at(9))])])
    assert list(mirror.live_rows.created_between("customer", OWNER, at(1), at(4))) == [
        at(1),
        at(2),
        at(2),
        at(4),
    ]


def test_references_of_named_resources_only(mirror: Mirror) -> None:
    since = datetime.now(UTC)
    write(mirror, "invoice", {"id": "in_1", "customer": "cus_1"})
    write(mirror, "discount", {"id": "di_1", "coupon": "co_1"})
    assert {missing.id for missing in mirror.references.missing(since, [OWNER])} == {
        "cus_1",
        "co_1",
    }
    assert {
        missing.id for missing in mirror.references.missing(since, [OWNER], {"invoice": None})
    } == {"cus_1"}
    assert mirror.references.missing(since, [OWNER], {}) == set()
