"""The budget slows down after 429s, and becomes quick again. A 429 slows down only the bucket that
it names."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import Budget, Limits, StripeApi, parse_api_key
from stripe_assets_tests.stripe_api.conftest import Say, Script
from stripe_assets_tests.stripe_api.test_budget import Time
from stripe_assets_tests.stripe_api.test_client import LIST, Api

ACCOUNT = ("acct_1", True)
CHARGES, REFUNDS = "/v1/charges", "/v1/refunds"


class Stage:
    """A budget, a clock that moves only while somebody waits, and a server that accepts `limit`
    requests a second for an endpoint."""

    def __init__(self, limit: float = 25.0, limits: Limits | None = None) -> None:
        self.clock = Time()
        self.budget = Budget(limits, monotonic=lambda: self.clock.seconds)
        self.limit = self.tokens = limit
        self.at = self.clock.seconds
        self.taken = self.refused = 0

    def send(self, endpoint: str = CHARGES) -> None:
        assert self.budget.acquire(*ACCOUNT, endpoint, self.clock)

    def limited(self, limiter: str, endpoint: str = CHARGES) -> None:
        self.send(endpoint)
        self.budget.finished(*ACCOUNT, endpoint, limiter=limiter)

    def succeeds(self, seconds: float, endpoint: str = CHARGES) -> None:
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.send(endpoint)
            self.budget.finished(*ACCOUNT, endpoint, ok=True)

    def asked(self, seconds: float) -> None:
        """Sends requests for some seconds. The server counts them in a bucket that holds one
        second's requests."""
        end = self.clock.seconds + seconds
        while self.clock.seconds < end:
            self.send()
            self.tokens = min(self.limit, self.tokens + (self.clock.seconds - self.at) * self.limit)
            self.at = self.clock.seconds
            if self.tokens >= 1:
                self.tokens -= 1
                self.taken += 1
                self.budget.finished(*ACCOUNT, CHARGES, ok=True)
            else:
                self.refused += 1
                self.budget.finished(*ACCOUNT, CHARGES, limiter="endpoint-rate")

    def rates(self) -> tuple[float, float, float]:
        rate = self.budget.rate
        return rate(*ACCOUNT), rate(*ACCOUNT, CHARGES), rate(*ACCOUNT, REFUNDS)


class Impatient(threading.Event):
    """A stop event that is set after fifty waits."""

    def __init__(self, clock: Time) -> None:
        super().__init__()
        self.clock = clock
        self.waits = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.waits += 1
        return self.waits > 50 or self.clock.wait(timeout)


@pytest.mark.parametrize(
    ("limiter", "slowed"),
    [
        ("global-rate", 0),
        ("endpoint-rate", 1),
        ("resource-specific", 1),
        ("", 1),
        ("something-new", 1),
    ],
)
def test_a_429_slows_down_only_the_bucket_that_it_names(limiter: str, slowed: int) -> None:
    stage = Stage()
    before = stage.rates()
    stage.limited(limiter)
    after = stage.rates()
    assert [place for place in range(3) if after[place] < before[place]] == [slowed]
    assert after[slowed] == pytest.approx(before[slowed] * 0.7)


def test_429s_that_come_together_slow_down_only_once() -> None:
    stage = Stage()
    before = stage.rates()[1]
    for _ in range(20):
        stage.send()
    for _ in range(20):
        stage.budget.finished(*ACCOUNT, CHARGES, limiter="endpoint-rate")
    assert stage.rates()[1] == pytest.approx(before * 0.7)
    stage.clock.seconds += 1.1
    stage.limited("endpoint-rate")
    assert stage.rates()[1] == pytest.approx(before * 0.49)


def test_successes_restore_the_rate_within_half_a_minute_and_do_not_exceed_it() -> None:
    stage = Stage()
    before = stage.rates()
    for _ in range(9):
        stage.limited("endpoint-rate")
        stage.clock.seconds += 2
    low = stage.rates()[1]
    assert low < before[1] * 0.1
    stage.succeeds(15)
    assert low < stage.rates()[1] < before[1] * 0.7
    stage.succeeds(15)
    assert stage.rates() == pytest.approx(before)
    stage.succeeds(10)
    assert stage.rates() == pytest.approx(before)


def test_idle_time_alone_does_not_restore_the_rate() -> None:
    stage = Stage()
    stage.limited("endpoint-rate")
    low = stage.rates()[1]
    stage.clock.seconds += 300
    stage.succeeds(0.01)
    assert stage.rates()[1] < low * 1.1


def test_the_number_of_concurrent_requests_is_capped_after_a_refusal_and_grows_again() -> None:
    stage = Stage()
    for _ in range(20):
        stage.send()
    stage.budget.finished(*ACCOUNT, CHARGES, limiter="endpoint-concurrency")  # 19 left, 14 allowed
    for _ in range(5):
        stage.budget.finished(*ACCOUNT, CHARGES)
    impatient = Impatient(stage.clock)
    assert not stage.budget.acquire(*ACCOUNT, CHARGES, impatient), "14 requests are under way"
    stage.send(REFUNDS)
    stage.budget.finished(*ACCOUNT, CHARGES, ok=True)
    stage.send()
    for _ in range(3):  # 14 under way again: each second of success allows one more
        stage.clock.seconds += 1
        stage.budget.finished(*ACCOUNT, CHARGES, ok=True)
        stage.send()
        stage.send()


def test_the_concurrent_requests_of_an_account_are_capped_across_its_endpoints() -> None:
    budget, stop = Budget(), threading.Event()
    for endpoint in (CHARGES, REFUNDS) * 5:
        budget.acquire(*ACCOUNT, endpoint, stop)
    budget.finished(*ACCOUNT, CHARGES, limiter="global-concurrency")  # 9 left, 7 allowed
    given: list[bool] = []
    waiting = threading.Thread(
        target=lambda: given.append(budget.acquire(*ACCOUNT, "/v1/payouts", stop)), daemon=True
    )
    waiting.start()
    waiting.join(0.1)
    assert waiting.is_alive()
    for _ in range(3):
        budget.finished(*ACCOUNT, REFUNDS)
    waiting.join(5)
    assert given == [True]


def test_with_half_the_usual_limit_most_requests_are_answered() -> None:
    stage = Stage(limit=12)
    stage.asked(120)
    assert stage.taken > 0.8 * 12 * 120
    assert stage.refused < 0.05 * stage.taken


def test_with_the_usual_limit_no_request_is_refused() -> None:
    stage = Stage(limit=25)
    stage.asked(60)
    assert stage.refused == 0
    assert stage.taken > 0.97 * 25 * 60


def test_processes_that_share_an_account_get_equal_shares() -> None:
    stage = Stage()
    alone = stage.rates()
    stage.budget.share(*ACCOUNT, 4)
    stage.send("/v1/payouts")
    assert stage.rates() == pytest.approx([rate / 4 for rate in alone])
    assert stage.budget.rate(*ACCOUNT, "/v1/payouts") == pytest.approx(alone[1] / 4)
    assert stage.budget.rate("acct_2", True) == alone[0]
    stage.budget.share(*ACCOUNT, 1)
    assert stage.rates() == pytest.approx(alone)


def test_a_tiny_share_still_allows_single_requests() -> None:
    stage = Stage(limits=Limits(account=2))
    stage.budget.share(*ACCOUNT, 10)
    before = stage.clock.seconds
    for _ in range(3):
        stage.send()
    assert stage.clock.seconds - before == pytest.approx(10, rel=0.05)


def test_without_limits_a_429_slows_down_nothing() -> None:
    stage = Stage(limits=Limits(account=0, endpoint=0))
    stage.limited("global-rate")
    stage.limited("endpoint-concurrency")
    stage.send()
    assert stage.rates() == (0, 0, 0)


def test_accounts_that_are_done_are_forgotten() -> None:
    clock = Time()
    budget = Budget(monotonic=lambda: clock.seconds)
    for number in range(5_000):
        budget.acquire(f"acct_{number}", True, CHARGES, clock)
        budget.finished(f"acct_{number}", True, CHARGES, ok=True)
        clock.seconds += 1
    assert len(budget._accounts) < 1_000


def test_the_client_passes_the_limiter_of_a_429_to_the_budget(stripe: Script, api: Api) -> None:
    noted: list[tuple[bool, str | None]] = []

    class Noting(Budget):
        def finished(
            self,
            account: str,
            livemode: bool,
            endpoint: str,
            *,
            ok: bool = False,
            limiter: str | None = None,
        ) -> None:
            noted.append((ok, limiter))

    stripe.says(
        Say(429, {"error": {"code": "rate_limit"}}, {"Stripe-Rate-Limited-Reason": "global-rate"}),
        Say(429, {"error": {"code": "rate_limit"}}),
        Say(429, {"error": {"code": "lock_timeout"}}),
        Say(500),
        Say(drop=True),
        Say(body=LIST),
    )
    api(budget=Noting()).get("/v1/charges")
    assert noted == [
        (False, "global-rate"),
        (False, ""),
        (False, None),
        (False, None),
        (False, None),
        (True, None),
    ]


def test_no_request_fails_under_the_limits_of_the_sandbox() -> None:
    """Two clients that do not share a budget ask for twice the rate that the endpoint allows."""
    with Sandbox(rate_limits=True, empty=True) as sandbox, ThreadPoolExecutor(24) as pool:
        key = parse_api_key("acme", "sk_live_sandbox", account_id="acct_1")
        alone = StripeApi(key, base=sandbox.base, budget=Budget())
        others = [
            StripeApi(key, base=sandbox.base, budget=Budget(), max_retries=20) for _ in range(2)
        ]
        list(pool.map(lambda _: alone.get("/v1/coupons"), range(40)))
        assert sum(alone.counts.rate_limited.values()) <= 1
        list(pool.map(lambda n: others[n % 2].get("/v1/products"), range(100)))
        limited = sum(
            (api.counts.rate_limited for api in others), start=type(alone.counts.rate_limited)()
        )
        assert set(limited) <= {"endpoint-rate"}
        assert limited.total() < 100
