"""The newest observation wins, whatever the order in which observations are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_assets.mirror import Batch, Mirror, Owner
from stripe_assets_tests.mirror.small import CATALOG, OWNER, at, flat, write
from stripe_assets_tests.stored import stored_object


def test_an_older_observation_changes_nothing(mirror: Mirror) -> None:
    assert write(mirror, "customer", {"id": "cus_1", "name": "new"}, observed_at=at(5)).rows == {
        "customer": 1
    }
    assert write(mirror, "customer", {"id": "cus_1", "name": "old"}, observed_at=at(4)).rows == {}
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["name"] == "new"


def test_the_later_write_of_the_same_time_stays(mirror: Mirror) -> None:
    write(mirror, "customer", {"id": "cus_1", "name": "first"})
    write(mirror, "customer", {"id": "cus_1", "name": "second"})
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["name"] == "second"


def test_an_id_twice_in_a_write_keeps_its_newest(mirror: Mirror) -> None:
    counts = mirror.write(
        [
            flat("customer", {"id": "cus_1", "name": "old"}, observed_at=at(1)),
            flat(
                "customer",
                {"id": "cus_1", "name": "newest"},
                {"id": "cus_2", "name": "other"},
                observed_at=at(3),
            ),
            flat("customer", {"id": "cus_1", "name": "middle"}, observed_at=at(2)),
        ]
    )
    assert counts.rows == {"customer": 2}
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and customer["name"] == "newest"


def test_an_absent_field_is_left_alone_and_a_null_is_null(mirror: Mirror) -> None:
    write(
        mirror,
        "customer",
        {"id": "cus_1", "name": "Ada", "currency": "eur", "metadata": {"a": "b"}},
        observed_at=at(1),
    )
    write(mirror, "customer", {"id": "cus_1", "name": None}, observed_at=at(2))
    customer = stored_object(mirror, "customer", OWNER, "cus_1")
    assert customer and (customer["name"], customer["currency"], customer["metadata"]) == (
        None,
        "eur",
        {"a": "b"},
    )


def test_accounts_and_modes_have_separate_rows(mirror: Mirror) -> None:
    owners = [Owner("acct_a", False), Owner("acct_a", True), Owner("acct_b", False)]
    mirror.write(
        [flat("customer", {"id": "cus_1", "name": str(owner)}, owner=owner) for owner in owners]
    )
    for owner in owners:
        customer = stored_object(mirror, "customer", owner, "cus_1")
        assert customer and customer["name"] == str(owner)
    assert (
        mirror.live_rows.count("customer") == 3
        and mirror.live_rows.count("customer", owners[1]) == 1
    )


_Observation = st.fixed_dictionaries(
    {"id": st.sampled_from(["cus_1", "cus_2"])},
    optional={
        "name": st.sampled_from(["a", "b", None]),
        "balance": st.integers(0, 3),
        "deleted": st.just(True),
    },
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(observations=st.lists(_Observation, min_size=1, max_size=6), data=st.data())
def test_any_order_and_any_batching_ends_with_the_newest_state(
    observations: list[dict[str, Any]], data: Any, tmp_path: Path
) -> None:
    batches = [
        flat("customer", obj, observed_at=at(minute)) for minute, obj in enumerate(observations)
    ]
    shuffled = data.draw(st.permutations(batches))
    newest = {obj["id"]: obj for obj in observations}
    with Mirror.open("sqlite://", catalog=CATALOG) as mirror:
        while shuffled:
            count = data.draw(st.integers(1, len(shuffled)))
            mirror.write(shuffled[:count])
            shuffled = shuffled[count:]
        _is_newest(mirror, newest)


def _is_newest(mirror: Mirror, newest: dict[str, dict[str, Any]]) -> None:
    for id, obj in newest.items():
        row = stored_object(mirror, "customer", OWNER, id)
        assert row is not None
        assert row.get("deleted", False) == obj.get("deleted", False)
        assert all(row[name] == value for name, value in obj.items())


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_orders_of_pages_with_sublists(mirror: Mirror, order: tuple[int, ...]) -> None:
    def invoice(minute: int, *ids: str) -> Batch:
        data = [{"id": id, "object": "line_item", "amount": minute} for id in ids]
        shell = {"object": "list", "data": data, "has_more": False}
        return flat(
            "invoice", {"id": "in_1", "total": minute, "lines": shell}, observed_at=at(minute)
        )

    pages = [invoice(0, "il_1", "il_2"), invoice(1, "il_2"), invoice(2, "il_2", "il_3")]
    for index in order:
        mirror.write([pages[index]])
    back = stored_object(mirror, "invoice", OWNER, "in_1")
    assert back and back["total"] == 2
    assert [(line["id"], line["amount"]) for line in back["lines"]["data"]] == [
        ("il_2", 2),
        ("il_3", 2),
    ]
