"""A token bucket with a queue, whose rate gives way to 429s and comes back with successes."""

from __future__ import annotations

MARGIN = 0.98
"""Of the limit: requests that left evenly do not arrive evenly, and Stripe counts them as they arrive."""
DECREASE = 0.7
QUIET_SECONDS = 1.0
"""429s within this time are of one congestion: those that were under way when the first one came."""
FLOOR = 0.05
"""Of the limit: the least that a bucket comes down to."""
RESTORE_SECONDS = 30.0
"""From nothing back to the limit, while requests succeed."""
POLL_SECONDS = 0.02
"""How often the next in the queue looks whether a request under way has ended."""


class Bucket:
    """Not thread-safe: its budget locks. Times are seconds by the budget's clock.

    A second holds at most `limit` requests: the margin that the refill leaves is what may come at once, so that a thread that
    wakes late loses nothing. Where requests under way are refused for their number, that is capped as well.
    """

    __slots__ = (
        "_cap",
        "_factor",
        "_limit",
        "_lowered_at",
        "_parts",
        "_raised_at",
        "_served",
        "_tickets",
        "_tokens",
        "_updated",
        "in_flight",
    )

    def __init__(self, limit: float, now: float, parts: int = 1) -> None:
        """`limit`: requests a second, 0 for none; `parts`: how many share it."""
        self._limit = limit
        self._parts = parts
        self._factor = 1.0
        self._cap: float | None = None
        self._tokens = self._burst
        self._updated = self._raised_at = now
        self._lowered_at = now - QUIET_SECONDS
        self._tickets = self._served = 0
        self.in_flight = 0
        """Requests that were sent and not answered yet."""

    @property
    def rate(self) -> float:
        """Requests a second that it lets through now; 0 is no limit."""
        return self._limit / self._parts * MARGIN * self._factor

    @property
    def cap(self) -> int | None:
        """Requests that may be under way; None where no number was refused."""
        return None if self._cap is None else int(self._cap)

    @property
    def _burst(self) -> float:
        return max(1.0, self._limit / self._parts * (1 - MARGIN) + 0.99)

    def enter(self) -> int:
        """Queues up. Returns the ticket, which `take` or `leave` gives back."""
        self._tickets += 1
        return self._tickets

    def leave(self) -> None:
        self._served += 1

    def wait(self, now: float, ticket: int) -> float:
        """Seconds until it is the ticket's turn as things are; 0 when it is."""
        if not self._limit:
            return 0.0
        self._refill(now)
        ahead = max(0, ticket - self._served - 1)
        missing = 1.0 + ahead - self._tokens
        # A millionth of a token is rounding, and a wait too short for the clock to show it.
        seconds = missing / self.rate if missing > 1e-6 else 0.0
        if self._cap is not None and self.in_flight >= int(self._cap):
            return max(seconds, POLL_SECONDS * (1 + ahead))
        return seconds

    def take(self) -> None:
        """The ticket's request is sent."""
        self._tokens -= 1.0
        self._served += 1
        self.in_flight += 1

    def landed(self) -> None:
        """A request is answered, or lost."""
        self.in_flight = max(0, self.in_flight - 1)

    def share(self, parts: int, now: float) -> None:
        """How many share the limit from now on."""
        self._refill(now)
        self._parts = max(1, parts)

    def lower(self, now: float) -> None:
        """Too many requests a second, says Stripe."""
        if self._limit and self._is_new(now):
            self._refill(now)
            self._factor = max(FLOOR, self._factor * DECREASE)
            self._tokens = min(self._tokens, 0.0)

    def lower_cap(self, now: float) -> None:
        """Too many requests under way, says Stripe."""
        if self._limit and self._is_new(now):
            # The refused one has landed, but it was one of them.
            self._cap = max(
                1.0, min(self._cap or self.in_flight + 1, self.in_flight + 1) * DECREASE
            )

    def restore(self, now: float) -> None:
        """A request has succeeded."""
        if self._factor == 1.0 and self._cap is None:
            return
        # An idle time restores no more than a second's worth: nobody has tried.
        gained = min(now - self._raised_at, 1.0)
        self._raised_at = now
        self._refill(now)
        self._factor = min(1.0, self._factor + gained / RESTORE_SECONDS)
        if self._cap is not None:
            self._cap += gained

    def is_idle(self, now: float) -> bool:
        """Whether it is as good as a new one."""
        return (
            self._tickets == self._served
            and not self.in_flight
            and now - self._updated > 2 * RESTORE_SECONDS
        )

    def _is_new(self, now: float) -> bool:
        if now - self._lowered_at < QUIET_SECONDS:
            return False
        self._lowered_at = self._raised_at = now
        return True

    def _refill(self, now: float) -> None:
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._updated) * self.rate)
        self._updated = max(self._updated, now)
