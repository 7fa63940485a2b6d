"""How many requests a client has sent."""

from __future__ import annotations

import threading
from collections import Counter


class RequestCounts:
    """The counts of one client. Thread-safe. Retries count as requests, as they do for Stripe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests = 0
        self.by_endpoint: Counter[str] = Counter()
        self._by_account: Counter[str | None] = Counter()
        self.rate_limited: Counter[str] = Counter()
        """429 answers, by the limiter that Stripe names; `unnamed` where it names none."""

    def count_request(self, endpoint: str, stripe_account: str | None) -> None:
        with self._lock:
            self.requests += 1
            self.by_endpoint[endpoint] += 1
            self._by_account[stripe_account] += 1

    def count_rate_limited(self, limiter: str | None) -> None:
        with self._lock:
            self.rate_limited[limiter or "unnamed"] += 1

    def by_account(self) -> dict[str | None, int]:
        """Requests by the connected account that they were sent for; None is the key's own
        account."""
        with self._lock:
            return dict(self._by_account)
