"""Sublists are rows of their own resource, in order, and whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from stripe_assets.mirror import Mirror, OpenSublist, Owner, ParentRef, WholeSublists
from stripe_assets_tests.mirror.small import CATALOG, NOON, OWNER, at, data_ids, flat, lines, write
from stripe_assets_tests.stored import stored_object


def test_items_come_back_in_their_order(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "lines": lines("il_3", "il_1", "il_2")})
    back = stored_object(mirror, "invoice", OWNER, "in_1")
    assert data_ids(back) == ["il_3", "il_1", "il_2"]
    assert back and (back["lines"]["url"], back["lines"]["has_more"]) == (
        "/v1/invoices/in_1/lines",
        False,
    )


def test_an_item_that_a_whole_sublist_lacks_is_a_tombstone(mirror: Mirror) -> None:
    write(
        mirror,
        "invoice",
        {"id": "in_1", "lines": lines("il_1", "il_2")},
        {"id": "in_2", "lines": lines("il_9")},
        observed_at=at(1),
    )
    counts = write(mirror, "invoice", {"id": "in_1", "lines": lines("il_2")}, observed_at=at(2))
    assert counts.tombstones == {"line_item": 1}
    gone = stored_object(mirror, "line_item", OWNER, "il_1")
    assert gone and gone["deleted"] is True
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_2")) == ["il_9"], (
        "another parent's rows are not touched"
    )


def test_an_emptied_sublist_leaves_tombstones_only(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")}, observed_at=at(1))
    write(mirror, "invoice", {"id": "in_1", "lines": lines()}, observed_at=at(2))
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_1")) == []


def test_a_sublist_that_is_left_out_says_nothing(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")}, observed_at=at(1))
    assert not write(mirror, "invoice", {"id": "in_1", "total": 5}, observed_at=at(2)).tombstones
    assert not write(mirror, "invoice", {"id": "in_1", "lines": None}, observed_at=at(3)).tombstones
    assert data_ids(stored_object(mirror, "invoice", OWNER, "in_1")) == ["il_1"]


def test_a_cut_off_sublist_is_open_until_its_last_page(mirror: Mirror) -> None:
    write(
        mirror,
        "invoice",
        {"id": "in_1", "lines": lines("il_1", "il_2", "il_old")},
        observed_at=at(1),
    )
    first = flat(
        "invoice", {"id": "in_1", "lines": lines("il_1", "il_2", has_more=True)}, observed_at=at(2)
    )
    parent = ParentRef("invoice", "in_1", "lines")
    assert first.closed == []
    assert first.sublists == [
        OpenSublist(parent, OWNER, ("line_item",), "/v1/invoices/in_1/lines", "il_2", 2, at(2))
    ]
    assert not mirror.write([first]).tombstones

    rest = flat(
        "line_item", {"id": "il_3"}, {"id": "il_4"}, observed_at=at(3), parent=parent, position=2
    )
    rest.closed.append(WholeSublists(("line_item",), "invoice", "lines", OWNER, {"in_1": at(2)}))
    assert mirror.write([rest]).tombstones == {"line_item": 1}
    invoice = stored_object(mirror, "invoice", OWNER, "in_1")
    assert data_ids(invoice) == ["il_1", "il_2", "il_3", "il_4"]


def test_a_nested_sublist_is_cut_out_of_the_json_around_it(mirror: Mirror) -> None:
    quote = {
        "id": "qt_1",
        "computed": {
            "total": 7,
            "upfront": {"n": 1, "lines": lines("il_1", "il_2")},
            "recurring": None,
        },
    }
    batch = flat("quote", quote)
    assert next(iter(batch.rows["quote"]))["computed"] == {
        "total": 7,
        "upfront": {"n": 1},
        "recurring": None,
    }
    assert quote["computed"]["upfront"]["lines"] == lines("il_1", "il_2"), (
        "the page's own objects are not changed"
    )
    mirror.write([batch])
    back = stored_object(mirror, "quote", OWNER, "qt_1")
    assert back and data_ids(back["computed"]["upfront"]) == ["il_1", "il_2"]
    assert batch.objects == 3


def test_two_sublists_of_one_parent_are_closed_separately(mirror: Mirror) -> None:
    upfront = {"upfront": {"lines": lines("il_up")}}
    write(
        mirror,
        "quote",
        {"id": "qt_1", "computed": upfront, "line_items": lines("il_1", "il_2")},
        observed_at=at(1),
    )
    assert write(
        mirror, "quote", {"id": "qt_1", "line_items": lines("il_2")}, observed_at=at(2)
    ).tombstones == {"line_item": 1}
    back = stored_object(mirror, "quote", OWNER, "qt_1")
    assert (
        back
        and data_ids(back["computed"]["upfront"]) == ["il_up"]
        and data_ids(back, "line_items") == ["il_2"]
    )


def test_an_accounts_sublists_belong_to_that_account(mirror: Mirror) -> None:
    external = {
        "object": "list",
        "has_more": False,
        "data": [{"id": "ba_1", "object": "bank_account"}, {"id": "card_1", "object": "card"}],
    }
    write(mirror, "account", {"id": "acct_connected", "external_accounts": external})
    connected = Owner("acct_connected", OWNER.livemode)
    assert data_ids(
        stored_object(mirror, "account", connected, "acct_connected"), "external_accounts"
    ) == [
        "ba_1",
        "card_1",
    ]
    assert (
        mirror.live_rows.count("card", connected) == 1
        and mirror.live_rows.count("card", OWNER) == 0
    )


def test_a_singleton_has_its_accounts_id(mirror: Mirror) -> None:
    write(mirror, "balance", {"available": [{"amount": 12, "currency": "jpy"}], "livemode": False})
    back = stored_object(mirror, "balance", OWNER, OWNER.account_id)
    assert back == {
        "object": "balance",
        "available": [{"amount": 12, "currency": "jpy"}],
        "livemode": False,
    }


def test_rows_of_a_fan_out_have_their_parent() -> None:
    batch = flat("card", {"id": "card_1"}, parent=ParentRef("customer", "cus_1"), position=0)
    row = next(iter(batch.rows["card"]))
    assert (row["_parent_object"], row["_parent_id"], row["_parent_field"], row["_position"]) == (
        "customer",
        "cus_1",
        None,
        0,
    )
    assert row["_observed_at"] == NOON


def test_closing_a_sublist_reads_its_parents_rows_only(tmp_path: Path) -> None:
    """SQLite's plan shows it. An owner can have millions of lines, a page closes 100 invoices'."""
    plans: list[str] = []

    def explain(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        if statement.startswith(("UPDATE", "SELECT DISTINCT")):
            plans.extend(
                row[3] for row in cursor.execute("EXPLAIN QUERY PLAN " + statement, parameters)
            )

    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db", catalog=CATALOG) as mirror:
        event.listen(mirror.engine, "before_cursor_execute", explain)
        write(mirror, "invoice", {"id": "in_1", "lines": lines("il_1")}, observed_at=at(1))
        write(mirror, "invoice", {"id": "in_1", "lines": lines("il_2")}, observed_at=at(2))
    found = [plan for plan in plans if "line_item" in plan or "child" in plan]
    assert {plan.partition(" USING ")[2] for plan in found} == {
        "INDEX ix_line_item_parent (_parent_id=?)"
    }
    assert len(found) == 3, "two looked for stale rows, one had some"


def test_sublists_of_many_pages_are_closed_together(mirror: Mirror) -> None:
    """Each closes at the time of its own page. No row stays that only an older page has."""
    write(
        mirror,
        "invoice",
        *({"id": f"in_{n}", "lines": lines(f"il_{n}_old", f"il_{n}_kept")} for n in range(4)),
        observed_at=at(1),
    )
    pages = [
        flat(
            "invoice",
            {"id": f"in_{n}", "lines": lines(f"il_{n}_kept", f"il_{n}_new")},
            observed_at=at(2 + n),
        )
        for n in range(3)
    ]
    late = flat("invoice", {"id": "in_1", "lines": lines("il_1_old")}, observed_at=at(1))
    counts = mirror.write([*pages, late])
    assert counts.tombstones == {"line_item": 3}
    backs = mirror.rows.read_many("invoice", OWNER, [f"in_{n}" for n in range(4)])
    alive = {n: {one["id"] for one in backs[f"in_{n}"]["lines"]["data"]} for n in range(4)}
    assert alive == {
        **{n: {f"il_{n}_kept", f"il_{n}_new"} for n in range(3)},
        3: {"il_3_old", "il_3_kept"},
    }


@pytest.mark.parametrize(
    "value",
    [
        None,
        "x",
        {"data": "x", "has_more": False},
        {"data": [None], "has_more": False},
        {"data": [{"object": "line_item"}], "has_more": False},
        {"data": [], "has_more": None},
    ],
)
def test_what_is_no_sublist_is_to_be_read_from_its_start(value: object) -> None:
    batch = flat("invoice", {"id": "in_1", "object": "invoice", "lines": value})
    (unread,) = batch.unread
    assert (unread.parent.field, unread.cursor, unread.count) == ("lines", None, 0)
    assert unread.url == "/v1/invoices/in_1/lines" and not unread.absent
    assert batch.closed == [] and "line_item" not in batch.rows


def test_a_sublist_that_is_left_out_is_noted() -> None:
    batch = flat("invoice", {"id": "in_1", "object": "invoice"})
    assert [(one.parent.id, one.absent) for one in batch.unread] == [("in_1", True)]
    stub = flat("invoice", {"id": "in_1", "object": "invoice", "deleted": True})
    assert stub.unread == []
