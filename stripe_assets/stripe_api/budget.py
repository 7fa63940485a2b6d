"""The rate budget: no more requests than Stripe allows an account, and each endpoint of the
account.

It has one token bucket for each (account, livemode), and one for each endpoint of it. Several keys
and runs may reach one account, so all clients of a process share a budget. Where Stripe allows less
than it documents, or other programs use the account too, Stripe answers 429 and names the limiter.
The budget then slows down the account or the endpoint, and raises the rate again as requests
succeed.
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from stripe_assets.catalog.limits import account_rate, endpoint_rate
from stripe_assets.stripe_api.bucket import Bucket
from stripe_assets.stripe_api.settings import MAX_RPS_PER_ENDPOINT_VARIABLE, MAX_RPS_VARIABLE, rate

LONGEST_WAIT = 1.0
"""Seconds. After this time the rest of a wait is computed again."""
ACCOUNTS = 256
"""The budget keeps the buckets of at least this many accounts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The user's limits, in requests a second. 0 means no limit, None means Stripe's limit."""

    account: float | None = None
    """For all requests of an account in one mode."""
    endpoint: float | None = None
    """For one endpoint of an account."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Limits:
        """Raises InvalidSetting."""
        return cls(rate(environ, MAX_RPS_VARIABLE), rate(environ, MAX_RPS_PER_ENDPOINT_VARIABLE))

    def for_account(self, livemode: bool) -> float:
        return account_rate(livemode) if self.account is None else self.account

    def for_endpoint(self, endpoint: str) -> float:
        return endpoint_rate(endpoint) if self.endpoint is None else self.endpoint


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
    """Thread-safe.

    It takes the time from `monotonic`, and waits only by the stop event's `wait`.
    """

    def __init__(
        self, limits: Limits | None = None, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits or Limits()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._accounts: dict[tuple[str, bool], _Account] = {}
        self._room = ACCOUNTS
        self.id = uuid4().hex
        """Unique: distinguishes this budget from the budgets of other processes."""
        self.lifted = self._limits.account == 0 and self._limits.endpoint == 0
        """Whether both limits are lifted, so that no request ever waits."""

    def acquire(self, account: str, livemode: bool, endpoint: str, stop: threading.Event) -> bool:
        """Waits until a request may be sent, and takes it from the budget.

        True: send the request, and call `finished` after it. False: `stop` is set; do not send it.
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
            # Not longer, because the rate may rise meanwhile.
            if stop.wait(min(seconds, LONGEST_WAIT)):
                with self._lock:
                    waiting.leave()
                return False

    def finished(
        self,
        account: str,
        livemode: bool,
        endpoint: str,
        *,
        ok: bool = False,
        limiter: str | None = None,
    ) -> None:
        """Ends a request that was sent, and adapts the rates to its result.

        Parameters: ok: Stripe has answered it. limiter: the `Stripe-Rate-Limited-Reason` of a 429,
        "" for a 429 without one, None for every other result.
        """
        with self._lock:
            ours = self._accounts.get((account, livemode))
            its = ours.endpoints.get(endpoint) if ours else None
            if ours is None or its is None:
                return
            now = self._monotonic()
            for bucket in (ours.bucket, its):
                bucket.finished()
                if ok:
                    bucket.restore(now)
            if limiter is not None:
                bucket = ours.bucket if limiter.startswith("global") else its
                if limiter.endswith("concurrency"):
                    bucket.lower_cap(now)
                else:
                    bucket.lower(now)

    def share(self, account: str, livemode: bool, parts: int) -> None:
        """Sets how many processes, with this one, share the account's limits.

        Each takes an equal part.
        """
        with self._lock:
            now = self._monotonic()
            ours = self._account(account, livemode, now)
            if ours.parts != parts:
                ours.parts = parts
                for bucket in ours.buckets():
                    bucket.share(parts, now)

    def rate(self, account: str, livemode: bool, endpoint: str | None = None) -> float:
        """The present rate of an account, or of one of its endpoints, in requests a second.

        0 means no limit.
        """
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
        """Removes the buckets of idle accounts.

        A run reads the thousands of accounts of a platform one after another.
        """
        if len(self._accounts) >= self._room:
            self._accounts = {
                key: one
                for key, one in self._accounts.items()
                if not all(bucket.is_idle(now) for bucket in one.buckets())
            }
            self._room = 2 * max(ACCOUNTS, len(self._accounts))


class _Waiting:
    """A request that waits: first in the queue of its endpoint, then, as the first there, in the
    queue of its account.

    So each endpoint has one place in the account's queue, however many of its requests wait, and no
    request holds a token that another one could use.
    """

    __slots__ = ("_its", "_its_ticket", "_our_ticket", "_ours")

    def __init__(self, ours: Bucket, its: Bucket) -> None:
        self._ours = ours
        self._its = its
        self._its_ticket = its.enter()
        self._our_ticket: int | None = None

    def take(self, now: float) -> float:
        """Takes a token from both buckets and returns 0, or takes none and returns the seconds to
        wait before the next try."""
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
    """The budget that all clients of this process share, with the limits of the environment.

    Raises InvalidSetting.
    """
    return _budget(Limits.from_environment(os.environ if environ is None else environ))


@functools.cache
def _budget(limits: Limits) -> Budget:
    return Budget(limits)
