"""What a sandbox is started with."""

from __future__ import annotations

import time
from dataclasses import dataclass

DAY = 86_400


def today() -> int:
    """The last midnight (UTC), in Unix seconds."""
    now = int(time.time())
    return now - now % DAY


@dataclass(frozen=True, slots=True)
class Settings:
    port: int = 12111
    """0 takes a free one."""
    seed: int = 1
    now: int | None = None
    """The sandbox's clock at its start, in Unix seconds; None is the last midnight. Same seed and same now: same bytes."""
    rate_limits: bool = False
    """Answer 429 above Stripe's limits: 25 requests a second and endpoint; an account's 25 (test) or 100 (live)."""
    latency: float = 0.0
    """Seconds that each answer waits."""
    only: tuple[str, ...] = ()
    """Know only URLs with these prefixes. Empty: all."""
    customers: int = 0
    """More customers (and as below, invoices, with a line each), for benchmarks."""
    invoices: int = 0
    more: tuple[str, ...] = ()
    """`RESOURCE=N`: so many more of any other resource."""
    enlarge: str = "sk_test_sandbox"
    """The key whose account and mode get them."""
    empty: bool = False
    """The accounts alone, without any business: quick to read in full."""
