"""The latest time at which a row can have been observed.

A later time comes from a wrong clock, of a proxy for instance. A row with such a time does not win
against any observation, so a mirror that has such rows mends itself.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

ALLOWANCE = timedelta(minutes=5)
"""How far a time may be ahead of this process's clock: clocks of machines differ a little."""


class LatestTime:
    """Follows this machine's clock; and Stripe's, where the written rows show that it is ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def learn(self, observed_at: datetime) -> None:
        """`observed_at`: when a request of this process was sent, by Stripe's clock."""
        ahead = observed_at - datetime.now(UTC)
        if ahead > self._ahead:
            self._ahead = ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead + ALLOWANCE
