"""The request budget: never more requests than Stripe allows an account, and each of its endpoints.

Token buckets, one for (account, livemode) and one for each endpoint within it. An account is reached by several keys
and runs: all clients of a process share the budget.
"""

from __future__ import annotations

import functools
import math
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stripe_assets.stripe_api.settings import MAX_RPS_PER_ENDPOINT_VARIABLE, MAX_RPS_VARIABLE, rate

LIVE_RPS, TEST_RPS = 100.0, 25.0
ENDPOINT_RPS = 25.0
SLOW_ENDPOINT_RPS = 20.0
SLOW_ENDPOINTS = ("/v1/files", "/search")
"""Stripe's limits for files and for searches are lower. Matched as the start, or the end, of an endpoint's path."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Requests a second; 0 is no limit, None is Stripe's own limit."""

    account: float | None = None
    endpoint: float | None = None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Limits:
        """Raises InvalidSetting."""
        return cls(rate(environ, MAX_RPS_VARIABLE), rate(environ, MAX_RPS_PER_ENDPOINT_VARIABLE))

    def for_account(self, livemode: bool) -> float:
        return self.account if self.account is not None else LIVE_RPS if livemode else TEST_RPS

    def for_endpoint(self, endpoint: str) -> float:
        if self.endpoint is not None:
            return self.endpoint
        slow = any(endpoint == path or endpoint.startswith(f"{path}/") or endpoint.endswith(path) for path in SLOW_ENDPOINTS)
        return SLOW_ENDPOINT_RPS if slow else ENDPOINT_RPS


class Bucket:
    """A token bucket whose every second holds at most `rps` requests: what may come in a burst is taken off the refill."""

    __slots__ = ("_burst", "_interval", "_tokens", "_updated", "turn")

    def __init__(self, rps: float, now: float) -> None:
        spare = math.floor(rps / 20)
        self._interval = 1 / (rps - spare) if rps else 0.0
        self._burst = 1.0 + spare
        self._tokens = 1.0 + spare
        self._updated = now
        self.turn = threading.Lock()
        """Whose turn it is to wait: the rest queue here rather than all wake for each token."""

    def wait(self, now: float) -> float:
        """Seconds until there is a token; 0 when there is one."""
        if not self._interval:
            return 0.0
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._updated) / self._interval)
        self._updated = max(self._updated, now)
        missing = 1.0 - self._tokens
        # A millionth of a token is rounding, and a wait too short for the clock to show it.
        return missing * self._interval if missing > 1e-6 else 0.0

    def take(self) -> None:
        self._tokens -= 1.0


class Budget:
    """Thread-safe. `monotonic` and the stop event's `wait` are all that it knows of time."""

    def __init__(self, limits: Limits | None = None, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits or Limits()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._accounts: dict[tuple[str, bool], Bucket] = {}
        self._endpoints: dict[tuple[str, bool, str], Bucket] = {}
        self._lifted = self._limits.account == 0 and self._limits.endpoint == 0

    def acquire(self, account: str, livemode: bool, endpoint: str, stop: threading.Event) -> bool:
        """Wait until a request may be sent, and count it. False as soon as `stop` is set: do not send it."""
        if stop.is_set():
            return False
        if self._lifted:
            return True
        ours, its = self._buckets(account, livemode, endpoint)
        while not its.turn.acquire(timeout=0.05):
            if stop.is_set():
                return False
        try:
            while (seconds := self._take(ours, its)) > 0:
                if stop.wait(seconds):
                    return False
            return True
        finally:
            its.turn.release()

    def _buckets(self, account: str, livemode: bool, endpoint: str) -> tuple[Bucket, Bucket]:
        owner, route = (account, livemode), (account, livemode, endpoint)
        with self._lock:
            now = self._monotonic()
            if owner not in self._accounts:
                self._accounts[owner] = Bucket(self._limits.for_account(livemode), now)
            if route not in self._endpoints:
                self._endpoints[route] = Bucket(self._limits.for_endpoint(endpoint), now)
            return self._accounts[owner], self._endpoints[route]

    def _take(self, ours: Bucket, its: Bucket) -> float:
        """Take a token of both, or of none: the seconds to wait before asking again."""
        with self._lock:
            now = self._monotonic()
            seconds = max(ours.wait(now), its.wait(now))
            if seconds <= 0:
                ours.take()
                its.take()
            return seconds


def shared_budget(environ: Mapping[str, str] | None = None) -> Budget:
    """The process's budget under the limits that the environment gives. Raises InvalidSetting."""
    return _budget(Limits.from_environment(os.environ if environ is None else environ))


@functools.cache
def _budget(limits: Limits) -> Budget:
    return Budget(limits)
