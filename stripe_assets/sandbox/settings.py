"""The options that a sandbox starts with."""

from __future__ import annotations

import time
from dataclasses import dataclass

DAY = 86_400
"""Seconds."""


def today() -> int:
    """The last midnight (UTC), in Unix seconds."""
    now = int(time.time())
    return now - now % DAY


@dataclass(frozen=True, slots=True)
class Settings:
    port: int = 12111
    """0 takes a free port."""
    seed: int = 1
    now: int | None = None
    """The sandbox's time at its start, in Unix seconds. None is the last midnight (UTC).

    Two sandboxes with the same `seed` and the same `now` give the same bytes.
    """
    rate_limits: bool = False
    """Answer 429 above Stripe's limits: 25 requests a second for each endpoint; for an account
    25 in test mode and 100 in live mode."""
    latency: float = 0.0
    """Seconds that each answer waits."""
    only: tuple[str, ...] = ()
    """Know only URLs with these prefixes. Empty: all URLs."""
    customers: int = 0
    """How many customers to add, for benchmarks."""
    invoices: int = 0
    """How many invoices with one line each to add, for benchmarks."""
    more: tuple[str, ...] = ()
    """`RESOURCE=N`: add N objects of any other resource."""
    enlarge: str = "sk_test_sandbox"
    """The key whose account and mode get the added objects."""
    empty: bool = False
    """Only the accounts, without their business: quick to read in full."""
