"""The order in which results are handed to Dagster."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stripe_assets.orchestration.result_order import ResultOrder

CHAIN = {"account": [], "customer": ["account"], "invoice": ["customer"], "line_item": ["invoice"]}


def test_a_result_waits_for_its_upstreams() -> None:
    order = ResultOrder(CHAIN)
    assert list(order.finish("invoice", 3)) == []
    assert list(order.finish("customer", 2)) == []
    assert list(order.finish("account", 1)) == [1, 2, 3]
    assert list(order.finish("line_item", 4)) == [4]


def test_a_result_does_not_wait_for_upstreams_that_are_not_selected() -> None:
    order = ResultOrder({"invoice": ["customer"]})
    assert list(order.finish("invoice", 1)) == [1]


def test_a_failed_model_releases_what_depends_on_it() -> None:
    order = ResultOrder(CHAIN)
    list(order.finish("account", 1))
    assert list(order.finish("invoice", 3)) == []
    assert list(order.fail("customer")) == [3]


def test_a_failed_model_does_not_overtake_its_own_upstreams() -> None:
    order = ResultOrder(CHAIN)
    assert list(order.finish("invoice", 3)) == []
    assert list(order.fail("customer")) == [3]
    assert list(order.finish("account", 1)) == [1]


def test_results_that_are_held_until_the_end_come_upstreams_first() -> None:
    order = ResultOrder(CHAIN)
    list(order.finish("line_item", 4))
    list(order.finish("customer", 2))
    assert list(order.rest()) == [2, 4]
    assert list(order.rest()) == []


@st.composite
def runs(draw: st.DrawFn) -> tuple[dict[str, list[str]], list[str], set[str], int]:
    names = [f"m{i}" for i in range(draw(st.integers(1, 9)))]
    graph = {
        name: draw(st.lists(st.sampled_from(names[:i]), unique=True)) if i else []
        for i, name in enumerate(names)
    }
    return (
        graph,
        draw(st.permutations(names)),
        draw(st.sets(st.sampled_from(names))),
        draw(st.integers(0, len(names))),
    )


@given(runs())
def test_every_finished_model_is_reported_once_and_none_before_a_reported_upstream(
    run: tuple[dict[str, list[str]], list[str], set[str], int],
) -> None:
    graph, finishing, failing, ended_after = run
    order = ResultOrder(graph)
    reported: list[str] = []
    for model in finishing[:ended_after]:
        reported.extend(order.fail(model) if model in failing else order.finish(model, model))
    reported.extend(order.rest())
    assert sorted(reported) == sorted(set(finishing[:ended_after]) - failing)
    for position, model in enumerate(reported):
        assert not set(graph[model]) & set(reported[position:])
