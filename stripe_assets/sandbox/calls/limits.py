"""Stripe's rate limits, as token buckets: an account's, and an endpoint's within it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from stripe_assets.sandbox.calls.errors import ApiError

GLOBAL = {True: 100.0, False: 25.0}
"""Requests a second by livemode."""
ENDPOINT = 25.0
SLOW = 20.0
"""Files and Search."""


@dataclass(slots=True)
class Bucket:
    rate: float
    tokens: float
    at: float

    def take(self, now: float) -> bool:
        self.tokens = min(self.rate, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class Limits:
    enabled: bool = False
    per_account: float | None = None
    """Overrides `GLOBAL`."""
    per_endpoint: float | None = None
    buckets: dict[tuple[str, ...], Bucket] = field(default_factory=dict)

    def check(self, account: str, livemode: bool, endpoint: str) -> None:
        """Raises ApiError (429) with Stripe's reason."""
        if not self.enabled:
            return
        own = self.per_account or GLOBAL[livemode]
        endpoint_rate = self.per_endpoint or (SLOW if "/files" in endpoint or endpoint.endswith("/search") else ENDPOINT)
        if not self._take((account, str(livemode)), own):
            raise _limited("global-rate")
        if not self._take((account, str(livemode), endpoint), endpoint_rate):
            raise _limited("endpoint-rate")

    def _take(self, key: tuple[str, ...], rate: float) -> bool:
        now = time.monotonic()
        bucket = self.buckets.get(key)
        if bucket is None or bucket.rate != rate:
            bucket = self.buckets[key] = Bucket(rate, rate, now)
        return bucket.take(now)


def _limited(reason: str) -> ApiError:
    return ApiError(
        429,
        "Request rate limit exceeded. Slow down and send it again.",
        code="rate_limit",
        headers={"Stripe-Rate-Limited-Reason": reason, "Stripe-Should-Retry": "true"},
    )
