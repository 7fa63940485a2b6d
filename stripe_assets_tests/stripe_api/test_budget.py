from __future__ import annotations

import threading
import time

import pytest

from stripe_assets.stripe_api import Budget, InvalidSetting, Limits, shared_budget


class Time(threading.Event):
    """A stop event. Time passes only while somebody waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 100.0

    def wait(self, timeout: float | None = None) -> bool:
        self.seconds += timeout or 0
        return self.is_set()


def sent_at(limits: Limits, requests: list[tuple[str, bool, str]]) -> list[float]:
    clock = Time()
    budget = Budget(limits, monotonic=lambda: clock.seconds)
    times = []
    for request in requests:
        assert budget.acquire(*request, clock)
        times.append(clock.seconds)
    return times


def busiest_second(times: list[float]) -> int:
    return max(sum(start <= other < start + 1 - 1e-4 for other in times) for start in times)


@pytest.mark.parametrize(("livemode", "limit"), [(True, 100), (False, 25)])
def test_no_second_has_more_requests_than_an_account_may_send(livemode: bool, limit: int) -> None:
    times = sent_at(Limits(), [("acct_1", livemode, f"/v1/list{n % 20}") for n in range(500)])
    assert busiest_second(times) <= limit
    assert 500 / (times[-1] - times[0]) > 0.97 * limit


@pytest.mark.parametrize(
    ("endpoint", "limit"),
    [
        ("/v1/charges", 25),
        ("/v1/files", 20),
        ("/v1/files/{id}", 20),
        ("/v1/file_links", 25),
        ("/v1/charges/search", 20),
    ],
)
def test_no_second_has_more_requests_than_an_endpoint_allows(endpoint: str, limit: int) -> None:
    times = sent_at(Limits(), [("acct_1", True, endpoint) for _ in range(200)])
    assert limit * 0.9 < busiest_second(times) <= limit


def test_idle_time_allows_no_more_requests_than_the_burst() -> None:
    clock = Time()
    budget = Budget(monotonic=lambda: clock.seconds)
    budget.acquire("acct_1", True, "/v1/charges", clock)
    clock.seconds += 3600
    times = []
    for _ in range(60):
        budget.acquire("acct_1", True, "/v1/charges", clock)
        times.append(clock.seconds)
    assert busiest_second(times) <= 25


def test_endpoints_accounts_and_modes_do_not_wait_for_each_other() -> None:
    clock = Time()
    budget = Budget(monotonic=lambda: clock.seconds)
    for _ in range(100):
        budget.acquire("acct_1", True, "/v1/charges", clock)
    before = clock.seconds
    for other in (
        ("acct_1", True, "/v1/refunds"),
        ("acct_2", True, "/v1/charges"),
        ("acct_1", False, "/v1/charges"),
    ):
        budget.acquire(*other, clock)
    assert clock.seconds == before


def test_the_limits_of_the_environment_are_kept() -> None:
    environ = {"STRIPE_ASSETS_MAX_RPS": "3", "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0"}
    times = sent_at(Limits.from_environment(environ), [("acct_1", True, "/v1/charges")] * 31)
    assert busiest_second(times) == 3
    assert times[-1] - times[0] == pytest.approx(10, rel=0.03)


def test_zero_lifts_a_limit_and_costs_nothing() -> None:
    budget, stop = Budget(Limits(account=0, endpoint=0)), threading.Event()
    start = time.perf_counter()
    for _ in range(20_000):
        budget.acquire("acct_1", True, "/v1/charges", stop)
    assert time.perf_counter() - start < 0.2


@pytest.mark.parametrize("text", ["fast", "-1", "nan", "inf", "1,5"])
@pytest.mark.parametrize(
    "variable", ["STRIPE_ASSETS_MAX_RPS", "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT"]
)
def test_an_invalid_rate_is_one_clear_error(variable: str, text: str) -> None:
    with pytest.raises(InvalidSetting, match=f"{variable}='{text}'"):
        shared_budget({variable: text})


def test_a_process_has_one_budget_for_the_same_limits() -> None:
    assert shared_budget({}) is shared_budget({"STRIPE_ASSETS_MAX_RPS": " "})
    assert shared_budget({}) is not shared_budget({"STRIPE_ASSETS_MAX_RPS": "7"})


def test_the_stop_event_ends_every_wait_at_once() -> None:
    budget, stop = Budget(Limits(account=0.01)), threading.Event()
    assert budget.acquire("acct_1", True, "/v1/charges", stop)
    given: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda n=n: given.append(budget.acquire("acct_1", True, f"/v1/{n % 2}", stop))
        )
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    start = time.monotonic()
    stop.set()
    for thread in threads:
        thread.join(2)
    assert given == [False] * 6
    assert time.monotonic() - start < 0.2


def test_many_threads_together_keep_the_limit() -> None:
    budget, stop, times = Budget(Limits(account=200, endpoint=40)), threading.Event(), []

    def work(n: int) -> None:
        for _ in range(6):
            budget.acquire("acct_1", True, f"/v1/{n % 3}", stop)
            times.append((f"/v1/{n % 3}", time.monotonic()))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(24)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each endpoint gets 48 requests, at 39 a second.
    assert time.monotonic() - start > 1.0
    assert len(times) == 144
