"""How many lists are worth reading at once: the time of an answer and the allowed rate decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from stripe_assets.stripe_api import Budget, Limits, StripeApi
from stripe_assets.stripe_api.latency import MIN_ANSWERS, RECENT, Latency, useful_at_once
from stripe_assets_tests.stripe_api.conftest import Say, Script


@pytest.mark.parametrize(
    ("latency", "rates", "useful"),
    [
        (0.0, [0, 0], 4),
        (0.005, [0, 0], 4),
        (0.005, [98, 24.5], 1),
        (0.03, [0, 0], 5),
        (0.2, [98, 24.5], 8),
        (0.2, [24.5, 24.5], 8),
        (0.2, [98, 0], 30),
        (0.2, [980, 980], 31),
        (0.3, [98, 24.5], 12),
        (0.3, [98, 2], 1),
    ],
)
def test_slow_answers_and_a_high_rate_make_more_lists_useful_at_once(
    latency: float, rates: list[float], useful: int
) -> None:
    assert useful_at_once(latency, rates) == useful


def test_the_quickest_of_the_last_answers_counts() -> None:
    latency = Latency()
    assert latency.of("/v1/invoices") == 0
    for seconds in [0.01] + [0.3] * (RECENT - 2) + [0.2]:
        latency.answered("/v1/invoices", seconds)
    assert latency.of("/v1/invoices") == 0.01
    latency.answered("/v1/invoices", 0.3)
    assert latency.of("/v1/invoices") == 0.2


def test_an_endpoints_first_answers_are_compared_with_the_others() -> None:
    latency = Latency()
    latency.answered("/v1/account", 0.01)
    for _ in range(MIN_ANSWERS - 1):
        latency.answered("/v1/invoices", 0.5)
        assert latency.of("/v1/invoices") == 0.04
    latency.answered("/v1/invoices", 0.5)
    assert latency.of("/v1/invoices") == 0.5


def test_waits_for_the_budget_and_errors_do_not_count_as_latency(
    stripe: Script, api: Callable[..., StripeApi]
) -> None:
    stripe.says(*[Say(delay=0.1)] * MIN_ANSWERS, Say(500), Say())
    client = api()
    for _ in range(MIN_ANSWERS):
        client.get("/v1/invoices/in_1", endpoint="/v1/invoices/{id}")
    assert client.useful_at_once("/v1/invoices/{id}") >= 16
    client.budget = Budget(Limits(account=1, endpoint=0))
    assert client.useful_at_once("/v1/invoices/{id}", "acct_1") < 16
    client.budget = Budget(Limits(account=20, endpoint=20))
    for _ in range(MIN_ANSWERS):
        client.get("/v1/charges")
    assert client.counts.by_endpoint["/v1/charges"] == MIN_ANSWERS + 1
    assert client._latency.of("/v1/charges") < 0.1


def test_useful_threads_are_limited_only_where_latency_is_known_and_no_rate_is_kept(
    stripe: Script, api: Callable[..., StripeApi]
) -> None:
    client = api(budget=Budget(Limits(account=0, endpoint=0)))
    stripe.says(*[Say(delay=0.05)] * MIN_ANSWERS)
    assert client.useful_threads() is None, "the latency is not known yet"
    for _ in range(MIN_ANSWERS):
        client.get("/v1/account")
    assert (client.useful_threads() or 0) > 12
    client.budget = Budget(Limits(account=0, endpoint=25))
    assert client.useful_threads() is None


def test_the_slowest_endpoint_decides_how_many_threads_are_useful() -> None:
    latency = Latency()
    for endpoint, seconds, threads in (
        ("/v1/account", 0.001, 1),
        ("/v1/charges", 0.009, 3),
        ("/v1/refunds", 0.003, 3),
        ("/v1/events", 0.2, 51),
    ):
        for _ in range(MIN_ANSWERS):
            latency.answered(endpoint, seconds)
        assert latency.useful_threads() == threads
