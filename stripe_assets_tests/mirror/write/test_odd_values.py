"""A value that the database cannot keep costs no page. The nearest is kept; `_extra` says it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from stripe_assets.catalog.odd_json import OddNumber, exact_loads
from stripe_assets.mirror import Mirror, MirrorError
from stripe_assets_tests.mirror.small import OWNER, flat, lines, write
from stripe_assets_tests.stored import stored_object

HALF = "Order \ud83d"
HUGE = 123_456_789_012_345_678_901_234_567_890


def nested(levels: int) -> Any:
    value: Any = "inmost"
    for _ in range(levels):
        value = [value]
    return value


def row(mirror: Mirror, name: str, id: str) -> dict[str, Any]:
    table = mirror.tables[name]
    with mirror.engine.connect() as connection:
        return dict(connection.execute(sa.select(table).where(table.c.id == id)).mappings().one())


def back(mirror: Mirror, name: str, id: str) -> dict[str, Any]:
    found = stored_object(mirror, name, OWNER, id)
    assert found is not None
    return found


@pytest.mark.parametrize("rows", [1, 60])
@pytest.mark.parametrize(
    "field, value, kept, exact",
    [
        ("name", HALF, "Order \ufffd", {"/name": '"Order \\ud83d"'}),
        ("name", "\ude00\ud83d", "\ufffd\ufffd", {"/name": '"\\ude00\\ud83d"'}),
        (
            "metadata",
            {"a/b~": {"x": [1, HALF]}, "y": "🎉"},
            {"a/b~": {"x": [1, "Order \ufffd"]}, "y": "🎉"},
            {"/metadata/a~1b~0/x/1": '"Order \\ud83d"'},
        ),
        (
            "metadata",
            {"k\ud83d": "v", "n": "w"},
            {"k\ufffd": "v", "n": "w"},
            {"/metadata": '{"k\\ud83d": "v", "n": "w"}'},
        ),
        ("metadata", {"n": HUGE}, None, {"/metadata/n": str(HUGE)}),
        ("metadata", [OddNumber("NaN")], [None], {"/metadata/0": "NaN"}),
        ("metadata", OddNumber("1e400"), None, {"/metadata": "1e400"}),
        ("balance", HUGE, None, {"/balance": str(HUGE)}),
        ("balance", OddNumber("-Infinity"), None, {"/balance": "-Infinity"}),
        ("created", HUGE, None, {"/created": str(HUGE)}),
        ("brand_new", HALF, None, {"/brand_new": '"Order \\ud83d"'}),
    ],
)
def test_an_odd_value_is_kept_as_nearly_as_possible_and_said(
    mirror: Mirror, rows: int, field: str, value: Any, kept: Any, exact: dict[str, str]
) -> None:
    others = [{"id": f"cus_{n}", "name": "whole", "metadata": {"k": n}} for n in range(rows)]
    counts = write(mirror, "customer", {"id": "cus_odd", field: value}, *others)
    assert counts.rows == {"customer": rows + 1}
    found = row(mirror, "customer", "cus_odd")
    assert found["_extra"]["_exact"] == exact
    if kept is not None:
        assert found[field] == kept
    restored = back(mirror, "customer", "cus_odd")
    assert json.dumps(restored[field], sort_keys=True) == json.dumps(value, sort_keys=True)
    assert "_exact" not in restored
    assert row(mirror, "customer", "cus_0")["_extra"] is None
    assert back(mirror, "customer", "cus_0")["metadata"] == {"k": 0}


def test_the_database_itself_has_every_digit_of_a_huge_integer(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "balance": HUGE, "metadata": {"n": HUGE}})
    table = mirror.tables["customer"]
    with mirror.engine.connect() as connection:
        text = connection.execute(
            sa.select(sa.cast(table.c.metadata, sa.Text), sa.cast(table.c._extra, sa.Text))
        ).one()
    assert all(str(HUGE) in one for one in text)


def test_a_value_that_is_no_longer_odd_is_no_longer_noted(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "name": HALF})
    write(mirror, "customer", {"id": "cus_1", "name": "Order"})
    assert row(mirror, "customer", "cus_1")["_extra"] is None


def test_the_items_of_nested_lists_and_embedded_objects_have_their_own_notes(
    mirror: Mirror,
) -> None:
    listed = lines("il_1", "il_2")
    listed["data"][1]["amount"] = HUGE
    customer = {"id": "cus_1", "object": "customer", "name": HALF}
    write(mirror, "invoice", {"id": "in_1", "lines": listed, "customer": customer})
    assert row(mirror, "invoice", "in_1")["_extra"] is None
    assert row(mirror, "line_item", "il_2")["_extra"]["_exact"] == {"/amount": str(HUGE)}
    assert back(mirror, "invoice", "in_1")["lines"]["data"][1]["amount"] == HUGE
    assert back(mirror, "customer", "cus_1")["name"] == HALF


def test_a_reference_that_no_database_keeps_refers_to_nothing(mirror: Mirror) -> None:
    write(mirror, "invoice", {"id": "in_1", "customer": HALF})
    assert row(mirror, "invoice", "in_1")["customer_id"] is None
    assert back(mirror, "invoice", "in_1")["customer"] == HALF


def test_a_nul_is_kept_or_said(mirror: Mirror) -> None:
    sent = {"name": "a\x00b", "metadata": {"k\x00": "\\u0000", "v": "\x00"}}
    for n in (1, 60):
        many = [{"id": f"cus_{one}"} for one in range(n)]
        write(mirror, "customer", {"id": "cus_nul", **sent}, *many)
        found = back(mirror, "customer", "cus_nul")
        assert {name: found[name] for name in sent} == sent
    if mirror.dialect.refuses_nul:
        extra = row(mirror, "customer", "cus_nul")["_extra"]
        assert set(extra["_exact"]) == {"/name", "/metadata"}


@pytest.mark.parametrize("levels", [100, 253, 260, 480])
def test_deep_json_is_kept(mirror: Mirror, levels: int) -> None:
    write(mirror, "customer", {"id": "cus_1", "metadata": {"deep": nested(levels)}})
    found = back(mirror, "customer", "cus_1")["metadata"]["deep"]
    for _ in range(levels):
        (found,) = found
    assert found == "inmost" and row(mirror, "customer", "cus_1")["_extra"] is None


@pytest.mark.parametrize("levels", [510, 1000, 5000])
@pytest.mark.parametrize("clean", [True, False])
def test_json_that_is_too_deep_is_an_error_that_names_the_object(
    mirror: Mirror, levels: int, clean: bool
) -> None:
    with pytest.raises(MirrorError, match=r"cus_1.*500 levels|500 levels.*cus_1"):
        write(mirror, "customer", {"id": "cus_1", "metadata": nested(levels)}, clean=clean)


def test_an_id_that_no_database_keeps_is_an_error_that_names_it(mirror: Mirror) -> None:
    with pytest.raises(MirrorError, match=r"customer 'cus_\\ud83d' cannot be stored") as caught:
        write(mirror, "customer", {"id": "cus_\ud83d"})
    assert caught.value.refused_values


def test_a_float_in_place_of_an_integer_asks_for_the_exact_one(mirror: Mirror) -> None:
    assert flat("customer", {"id": "cus_1", "balance": 1e20}).rounded
    assert flat("customer", {"id": "cus_1", "brand_new": -1e20}).rounded
    assert not flat("customer", {"id": "cus_1", "balance": 1.5, "name": "1e20"}).rounded
    assert not flat("coupon", {"id": "c", "percent_off": 1.5}).rounded


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_reference_is_no_reference(mirror: Mirror, empty: str | None) -> None:
    write(
        mirror,
        "invoice",
        {"id": "in_1", "customer": empty, "parent": {"details": {"subscription": empty}}},
        {"id": "in_2", "customer": "cus_1", "parent": None},
    )
    found = row(mirror, "invoice", "in_1")
    assert (found["customer_id"], found["subscription_id"]) == (None, None)
    assert row(mirror, "invoice", "in_2")["customer_id"] == "cus_1"
    again = back(mirror, "invoice", "in_1")
    assert again["customer"] == empty and again["parent"]["details"]["subscription"] == empty


def test_nothing_is_looked_up_for_an_empty_reference(mirror: Mirror) -> None:
    since = datetime.now(UTC) - timedelta(minutes=1)
    write(mirror, "line_item", {"id": "il_1", "tax_rates": ["", "txr_1"], "discounts": [""]})
    write(mirror, "customer", {"id": "cus_1", "default_source": "", "discount": {"id": ""}})
    with mirror.transaction() as connection:  # as a release before this one wrote it
        connection.execute(mirror.tables["customer"].update().values(default_source_id=""))
    assert {one.id for one in mirror.references.missing(since, [OWNER])} == {"txr_1"}


def test_the_exact_text_reads_back_as_the_value() -> None:
    assert exact_loads('{"a": NaN}')["a"].text == "NaN"
    assert exact_loads("1e400").text == "1e400"
    assert exact_loads("9" * 5000).text == "9" * 5000
