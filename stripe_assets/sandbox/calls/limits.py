"""Stripe's rate limits as token buckets: one for an account, and one for each of its endpoints."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from stripe_assets.sandbox.calls.errors import ApiError

GLOBAL = {True: 100.0, False: 25.0}
"""Requests a second of one account, by livemode."""
ENDPOINT = 25.0
"""Requests a second of one endpoint."""
SLOW = 20.0
"""Requests a second of the Files and Search endpoints."""


@dataclass(slots=True)
class Bucket:
    rate: float
    """Tokens a second, and the most tokens that the bucket holds."""
    tokens: float
    at: float
    """When `tokens` was counted, in seconds of the monotonic clock."""

    def take(self, now: float) -> bool:
        """Takes one token. Returns False where none is left."""
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
    """Replaces `GLOBAL`."""
    per_endpoint: float | None = None
    """Replaces `ENDPOINT` and `SLOW`."""
    buckets: dict[tuple[str, ...], Bucket] = field(default_factory=dict)

    def check(self, account: str, livemode: bool, endpoint: str) -> None:
        """Raises ApiError (429) with Stripe's reason. `endpoint` is the method and the route."""
        if not self.enabled:
            return
        if not self._take((account, str(livemode)), self.per_account or GLOBAL[livemode]):
            raise _limited("global-rate")
        is_slow = "/files" in endpoint or endpoint.endswith("/search")
        rate = self.per_endpoint or (SLOW if is_slow else ENDPOINT)
        if not self._take((account, str(livemode), endpoint), rate):
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
