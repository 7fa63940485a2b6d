"""Many rows in one write: equal columns, values that a database could misread, writers' order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, Owner, flatten
from stripe_assets.mirror.columns import Rows, Shapes
from stripe_assets.mirror.write.upsert import _newest, _once
from stripe_assets_tests.mirror.small import OWNER, at, flat
from stripe_assets_tests.stored import stored_object

MANY = 120
TEXTS = (
    "\\N",
    "\\",
    "a\tb",
    "a\nb\r\nc",
    "\\.",
    "\\u0000",
    "'",
    '"',
    "",
    "Zoë 🎉",
    "{}",
    "null",
    "\u2028",
)
NUMBERS = (0, -1, 2**63 - 1, -(2**63), 1e300, 0.1, True, None)


def _customers(**fields: Any) -> list[dict[str, Any]]:
    return [{"id": f"cus_{number:03}", "object": "customer", **fields} for number in range(MANY)]


@pytest.fixture
def owner(request: pytest.FixtureRequest) -> Owner:
    return Owner(f"acct_{request.node.name}", True)


def _write(
    mirror: Mirror, name: str, owner: Owner, objects: list[dict[str, Any]], observed_at: datetime
) -> None:
    mirror.write(
        [flatten(catalog(), name, objects, owner, observed_at, api_version=catalog().api_version)]
    )


def _equal(mirror: Mirror, name: str, owner: Owner, objects: list[dict[str, Any]]) -> None:
    back = mirror.rows.read_many(name, owner, [one["id"] for one in objects])
    for one in objects:
        assert {field: back[one["id"]].get(field) for field in one} == one


def test_values_that_look_like_other_types_come_back(real_mirror: Mirror, owner: Owner) -> None:
    objects = _customers(metadata={})
    for number, one in enumerate(objects):
        one["name"] = TEXTS[number % len(TEXTS)]
        one["metadata"] = {
            "text": TEXTS[(number + 1) % len(TEXTS)],
            "number": NUMBERS[number % len(NUMBERS)],
        }
        one["created"] = number - 60
        one["delinquent"] = (True, False, None)[number % 3]
        one["balance"] = (0, -5, 2**63 - 1, None)[number % 4]
    _write(real_mirror, "customer", owner, objects, at(1))
    _equal(real_mirror, "customer", owner, objects)


def test_decimals_and_floats_come_back(real_mirror: Mirror, owner: Owner) -> None:
    decimals = ("0.000000000001", "1.10", "100", "-0.5", None)
    objects = [
        {
            "id": f"price_{number:03}",
            "object": "price",
            "unit_amount_decimal": decimals[number % len(decimals)],
        }
        for number in range(MANY)
    ]
    _write(real_mirror, "price", owner, objects, at(1))
    _equal(real_mirror, "price", owner, objects)


def test_a_value_that_all_rows_share_replaces_the_stored_values(
    real_mirror: Mirror, owner: Owner
) -> None:
    """Nulls are not handed over, and have to arrive all the same."""
    states: list[dict[str, Any]] = [
        {
            "name": "one",
            "balance": 7,
            "created": 1_700_000_000,
            "delinquent": True,
            "address": {"city": "a\\b\n"},
            "metadata": {},
        },
        {
            "name": "\\N",
            "balance": 0,
            "created": 0,
            "delinquent": False,
            "address": {},
            "metadata": {"a": "b"},
        },
        {
            "name": None,
            "balance": None,
            "created": None,
            "delinquent": None,
            "address": None,
            "metadata": None,
        },
    ]
    for minute, state in enumerate(states):
        objects = _customers(**state)
        _write(real_mirror, "customer", owner, objects, at(minute))
        _equal(real_mirror, "customer", owner, objects)
    _write(real_mirror, "customer", owner, _customers(**states[0]), at(1))
    _equal(real_mirror, "customer", owner, _customers(**states[2]))


def test_absent_fields_of_many_rows_leave_their_columns_alone(
    real_mirror: Mirror, owner: Owner
) -> None:
    _write(real_mirror, "customer", owner, _customers(name="kept", email="old@example.com"), at(1))
    _write(real_mirror, "customer", owner, _customers(email=None), at(2))
    _equal(real_mirror, "customer", owner, _customers(name="kept", email=None))


def test_one_of_many_texts_has_a_nul(real_mirror: Mirror, owner: Owner) -> None:
    objects = _customers(name="plain")
    objects[7]["name"] = "a\0b"
    objects[9]["metadata"] = {"deep": ["\0"]}
    _write(real_mirror, "customer", owner, objects, at(1))
    back = real_mirror.rows.read_many("customer", owner, ["cus_006", "cus_007", "cus_009"])
    assert back["cus_006"]["name"] == "plain"
    assert back["cus_007"]["name"] in ("a\0b", "a\ufffdb") and back["cus_009"]["metadata"][
        "deep"
    ] in (["\0"], ["\ufffd"])
    alike = _customers(name="a\0b")
    _write(real_mirror, "customer", owner, alike, at(2))
    assert stored_object(real_mirror, "customer", owner, "cus_003")["name"] in ("a\0b", "a\ufffdb")  # type: ignore[index]


def test_the_newest_row_of_a_repeated_id_counts(mirror: Mirror) -> None:
    new = flat(
        "customer",
        *({"id": f"cus_{number}", "name": "new"} for number in range(MANY)),
        observed_at=at(2),
    )
    old = flat(
        "customer",
        *({"id": f"cus_{number}", "name": "old"} for number in range(MANY)),
        observed_at=at(1),
    )
    same = flat(
        "customer",
        {"id": "cus_3", "name": "first"},
        {"id": "cus_3", "name": "last"},
        observed_at=at(3),
    )
    counts = mirror.write([old, new, same, old])
    assert counts.rows["customer"] == MANY
    names = {
        id: one["name"]
        for id, one in mirror.rows.read_many("customer", OWNER, ["cus_1", "cus_3"]).items()
    }
    assert names == {"cus_1": "new", "cus_3": "last"}


@pytest.mark.parametrize("count", [2, 60])
def test_equal_values_of_different_types_come_back(
    real_mirror: Mirror, owner: Owner, count: int
) -> None:
    prices = [
        {
            "id": f"price_{number}",
            "object": "price",
            "unit_amount_decimal": decimal,
            "recurring": {"interval_count": one},
        }
        for number, (decimal, one) in enumerate([("12.50", True), *[("12.5", 1)] * (count - 1)])
    ]
    _write(real_mirror, "price", owner, prices, at(1))
    back = real_mirror.rows.read_many("price", owner, ["price_0", "price_1"]).values()
    assert {
        (one["unit_amount_decimal"], repr(one["recurring"]["interval_count"])) for one in back
    } == {("12.50", "True"), ("12.5", "1")}


def test_the_last_copy_of_an_object_in_a_page_counts() -> None:
    rows = flat(
        "customer",
        {"id": "cus_1", "name": "1"},
        {"id": "cus_1", "name": "2", "brand_new": 1},
        {"id": "cus_1", "name": "3"},
    )
    assert [row["name"] for row in rows.rows["customer"]] == ["3"]


class _Interrupted(dict[str, list[int]]):
    """Columns that another thread's write interrupts each time: one more column differs there."""

    def __init__(self, shapes: Shapes) -> None:
        super().__init__({f"column_{number}": [1, 1] for number in range(9)})
        self._shapes = shapes
        self._passages = 0
        self.threads: list[threading.Thread] = []

    def __iter__(self) -> Iterator[str]:
        seen = dict(self.items()) | {f"column_{self._passages}": [1, 2]}
        self._passages += 1
        self.threads.append(threading.Thread(target=self._shapes.of, args=("table", seen)))
        self.threads[-1].start()
        self.threads[-1].join(0.1)
        return super().__iter__()


def test_concurrent_writers_leave_no_column_out() -> None:
    shapes = Shapes()
    columns = _Interrupted(shapes)
    once, varying = shapes.of("table", columns)
    assert sorted([*once, *varying]) == sorted(columns.keys())
    for thread in columns.threads:
        thread.join()
    assert len(columns.threads) > 1


def test_rows_of_different_columns_go_to_different_blocks() -> None:
    batch = flat(
        "customer",
        {"id": "cus_1", "name": "a"},
        {"id": "cus_2"},
        {"id": "cus_3", "name": "b"},
        {"id": "cus_4", "deleted": True},
    )
    assert [list(block.ids) for block in batch.rows["customer"].column_batches] == [
        ["cus_1", "cus_3"],
        ["cus_2"],
        ["cus_4"],
    ]
    stub = batch.rows["customer"].column_batches[2]
    assert "_extra" not in stub.columns and "name" not in stub.columns


def test_a_page_has_open_and_whole_sublists(mirror: Mirror) -> None:
    whole = {"object": "list", "data": [{"id": "il_1", "object": "line_item"}], "has_more": False}
    cut = {"object": "list", "data": [{"id": "il_2", "object": "line_item"}], "has_more": True}
    batch = flat(
        "invoice",
        {"id": "in_1", "lines": whole},
        {"id": "in_2", "lines": cut},
        {"id": "in_3", "lines": None},
    )
    read_at = {row["id"]: row.get("_lines_read_at") for row in batch.rows["invoice"]}
    assert read_at["in_1"] is not None and read_at["in_2"] is None and read_at["in_3"] is None
    mirror.write([batch])
    assert mirror.live_rows.count("line_item") == 2


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3)), min_size=1, max_size=30))
def test_each_row_once_and_the_newest(observations: list[tuple[int, int]]) -> None:
    rows = [
        {
            "_account_id": "acct_1",
            "_livemode": True,
            "id": f"id_{id}",
            "_observed_at": at(minute),
            "n": number,
        }
        for number, (id, minute) in enumerate(observations)
    ]
    blocks = Rows.of(rows[:10]).column_batches + Rows.of(rows[10:]).column_batches
    kept = {row["id"]: row["n"] for block in _once(blocks, _newest) for row in block}
    wanted: dict[str, tuple[datetime, int]] = {}
    for row in rows:
        wanted[row["id"]] = max(
            wanted.get(row["id"], (at(-1), -1)), (row["_observed_at"], row["n"])
        )
    assert kept == {id: number for id, (_, number) in wanted.items()}
