"""The request budget: never more requests than Stripe allows an account, and each of its endpoints.

Token buckets, one for (account, livemode) and one for each endpoint within it. An account is reached by several keys
and runs: all clients of a process share the budget. Where Stripe allows less than it says, or others use the account too,
its 429s say so: what they name is slowed down, and comes back as requests succeed.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from stripe_assets.stripe_api.bucket import Bucket
from stripe_assets.stripe_api.settings import MAX_RPS_PER_ENDPOINT_VARIABLE, MAX_RPS_VARIABLE, rate

LIVE_RPS, TEST_RPS = 100.0, 25.0
ENDPOINT_RPS = 25.0
SLOW_ENDPOINT_RPS = 20.0
SLOW_ENDPOINTS = ("/v1/files", "/search")
"""Stripe's limits for files and for searches are lower. Matched as the start, or the end, of an endpoint's path."""
LONGEST_WAIT = 1.0
"""Seconds, before what is left to wait is reckoned again."""
ACCOUNTS = 256
"""How many are remembered at least."""


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
        slow = any(
            endpoint == path or endpoint.startswith(f"{path}/") or endpoint.endswith(path)
            for path in SLOW_ENDPOINTS
        )
        return SLOW_ENDPOINT_RPS if slow else ENDPOINT_RPS


@dataclass(slots=True)
class _Account:
    """The buckets of an account in one mode."""

    bucket: Bucket
    parts: int = 1
    """How many processes share its limits."""
    endpoints: dict[str, Bucket] = field(default_factory=dict)

    def buckets(self) -> Iterator[Bucket]:
        yield self.bucket
        yield from self.endpoints.values()


class Budget:
    """Thread-safe. `monotonic` and the stop event's `wait` are all that it knows of time."""

    def __init__(
        self, limits: Limits | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or Limits()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._accounts: dict[tuple[str, bool], _Account] = {}
        self._room = ACCOUNTS
        self.id = uuid4().hex
        """Tells it from other processes' budgets."""
        self.lifted = self._limits.account == 0 and self._limits.endpoint == 0
        """Whether nothing ever waits."""

    def acquire(self, account: str, livemode: bool, endpoint: str, stop: threading.Event) -> bool:
        """Wait until a request may be sent, and count it. False as soon as `stop` is set: do not send it.

        Each that was sent is told to `landed`.
        """
        if stop.is_set():
            return False
        if self.lifted:
            return True
        with self._lock:
            now = self._monotonic()
            ours = self._account(account, livemode, now)
            its = self._endpoint(ours, endpoint, now)
            waiting = _Waiting(ours.bucket, its)
        while True:
            with self._lock:
                seconds = waiting.take(self._monotonic())
            if seconds <= 0:
                return True
            # Not for ever: the rate may rise meanwhile.
            if stop.wait(min(seconds, LONGEST_WAIT)):
                with self._lock:
                    waiting.leave()
                return False

    def landed(
        self,
        account: str,
        livemode: bool,
        endpoint: str,
        *,
        ok: bool = False,
        limiter: str | None = None,
    ) -> None:
        """What became of a request that was sent.

        Parameters: ok: Stripe has answered it; limiter: the `Stripe-Rate-Limited-Reason` of a 429, "" where it has none.
        """
        with self._lock:
            ours = self._accounts.get((account, livemode))
            its = ours.endpoints.get(endpoint) if ours else None
            if ours is None or its is None:
                return
            now = self._monotonic()
            for bucket in (ours.bucket, its):
                bucket.landed()
                if ok:
                    bucket.restore(now)
            if limiter is not None:
                bucket = ours.bucket if limiter.startswith("global") else its
                if limiter.endswith("concurrency"):
                    bucket.lower_cap(now)
                else:
                    bucket.lower(now)

    def share(self, account: str, livemode: bool, parts: int) -> None:
        """How many processes share the account's limits, this one included: each takes an equal part."""
        with self._lock:
            now = self._monotonic()
            ours = self._account(account, livemode, now)
            if ours.parts != parts:
                ours.parts = parts
                for bucket in ours.buckets():
                    bucket.share(parts, now)

    def rate(self, account: str, livemode: bool, endpoint: str | None = None) -> float:
        """Requests a second that an account, or one of its endpoints, gets at present; 0 is no limit."""
        with self._lock:
            now = self._monotonic()
            ours = self._account(account, livemode, now)
            return (ours.bucket if endpoint is None else self._endpoint(ours, endpoint, now)).rate

    def _account(self, account: str, livemode: bool, now: float) -> _Account:
        ours = self._accounts.get((account, livemode))
        if ours is None:
            self._make_room(now)
            ours = self._accounts[account, livemode] = _Account(
                Bucket(self._limits.for_account(livemode), now)
            )
        return ours

    def _endpoint(self, ours: _Account, endpoint: str, now: float) -> Bucket:
        its = ours.endpoints.get(endpoint)
        if its is None:
            its = ours.endpoints[endpoint] = Bucket(
                self._limits.for_endpoint(endpoint), now, ours.parts
            )
        return its

    def _make_room(self, now: float) -> None:
        """A platform's thousands of accounts are read one after another: those that are done are forgotten."""
        if len(self._accounts) >= self._room:
            self._accounts = {
                key: one
                for key, one in self._accounts.items()
                if not all(bucket.is_idle(now) for bucket in one.buckets())
            }
            self._room = 2 * max(ACCOUNTS, len(self._accounts))


class _Waiting:
    """A request in the queue of its endpoint; at the head of that, in its account's.

    So an endpoint has one place in the account's queue, however many wait for it, and none holds what another could use.
    """

    __slots__ = ("_its", "_its_ticket", "_our_ticket", "_ours")

    def __init__(self, ours: Bucket, its: Bucket) -> None:
        self._ours = ours
        self._its = its
        self._its_ticket = its.enter()
        self._our_ticket: int | None = None

    def take(self, now: float) -> float:
        """Takes a token of both buckets, or of none: the seconds to wait before asking again."""
        seconds = self._its.wait(now, self._its_ticket)
        if seconds > 0:
            return seconds
        if self._our_ticket is None:
            self._our_ticket = self._ours.enter()
        seconds = self._ours.wait(now, self._our_ticket)
        if seconds <= 0:
            self._ours.take()
            self._its.take()
        return seconds

    def leave(self) -> None:
        self._its.leave()
        if self._our_ticket is not None:
            self._ours.leave()


def shared_budget(environ: Mapping[str, str] | None = None) -> Budget:
    """The process's budget under the limits that the environment gives. Raises InvalidSetting."""
    return _budget(Limits.from_environment(os.environ if environ is None else environ))


@functools.cache
def _budget(limits: Limits) -> Budget:
    return Budget(limits)
