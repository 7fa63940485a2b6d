"""A token bucket with a queue.

Its rate falls with 429s and rises again with successful requests.
"""

from __future__ import annotations

MARGIN = 0.98
"""The part of the limit that is used. Stripe counts requests as they arrive, and they do not arrive
as evenly as they leave."""
DECREASE = 0.7
"""The factor by which a 429 lowers the rate or the cap."""
QUIET_SECONDS = 1.0
"""429s within this time count as one: they answer requests that were under way when the first one
came."""
FLOOR = 0.05
"""The lowest rate, as a part of the limit."""
RESTORE_SECONDS = 30.0
"""How long the rate takes from zero to the limit while requests succeed."""
POLL_SECONDS = 0.02
"""How often the first in the queue checks whether a request under way has ended."""


class Bucket:
    """The rate of an account or of an endpoint.

    Not thread-safe: the budget locks. Times are seconds by the budget's clock.

    It lets at most `limit` requests through in any second. The refill uses MARGIN of the limit; the
    rest is the burst, so that a thread that wakes late loses nothing. If Stripe refuses requests
    because too many are under way, the bucket also caps the number of requests under way.
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
        """`limit`: requests a second, 0 for no limit. `parts`: how many processes share it."""
        self._limit = limit
        self._parts = parts
        self._factor = 1.0
        # How many requests may be under way. None: Stripe has not refused any for their number.
        self._cap: float | None = None
        self._tokens = self._burst
        self._updated = self._raised_at = now
        self._lowered_at = now - QUIET_SECONDS
        self._tickets = self._served = 0
        self.in_flight = 0
        """Requests under way: sent and not answered yet."""

    @property
    def rate(self) -> float:
        """Requests a second that it lets through at present. 0 means no limit."""
        return self._limit / self._parts * MARGIN * self._factor

    @property
    def _burst(self) -> float:
        return max(1.0, self._limit / self._parts * (1 - MARGIN) + 0.99)

    def enter(self) -> int:
        """Joins the queue.

        Returns the ticket for `wait`; `take` or `leave` ends the place in the queue.
        """
        self._tickets += 1
        return self._tickets

    def leave(self) -> None:
        """Leaves the queue without a request."""
        self._served += 1

    def wait(self, now: float, ticket: int) -> float:
        """Seconds until it is the ticket's turn, at the present rate. 0: it is its turn."""
        if not self._limit:
            return 0.0
        self._refill(now)
        ahead = max(0, ticket - self._served - 1)
        missing = 1.0 + ahead - self._tokens
        # Less than a millionth of a token is a rounding error, and a wait too short for the clock.
        seconds = missing / self.rate if missing > 1e-6 else 0.0
        if self._cap is not None and self.in_flight >= int(self._cap):
            return max(seconds, POLL_SECONDS * (1 + ahead))
        return seconds

    def take(self) -> None:
        """Takes a token, for the first in the queue. Its request is sent now."""
        self._tokens -= 1.0
        self._served += 1
        self.in_flight += 1

    def finished(self) -> None:
        """A request has been answered or has failed."""
        self.in_flight = max(0, self.in_flight - 1)

    def share(self, parts: int, now: float) -> None:
        """Sets how many processes share the limit."""
        self._refill(now)
        self._parts = max(1, parts)

    def lower(self, now: float) -> None:
        """Lowers the rate: Stripe said that there were too many requests a second."""
        if self._limit and self._is_new(now):
            self._refill(now)
            self._factor = max(FLOOR, self._factor * DECREASE)
            self._tokens = min(self._tokens, 0.0)

    def lower_cap(self, now: float) -> None:
        """Lowers the cap: Stripe said that too many requests were under way."""
        if self._limit and self._is_new(now):
            # The refused request has finished, but it was one of those under way.
            self._cap = max(
                1.0, min(self._cap or self.in_flight + 1, self.in_flight + 1) * DECREASE
            )

    def restore(self, now: float) -> None:
        """Raises rate and cap: a request has succeeded."""
        if self._factor == 1.0 and self._cap is None:
            return
        # Idle time counts as one second at most: no request has shown that the rate is fine.
        gained = min(now - self._raised_at, 1.0)
        self._raised_at = now
        self._refill(now)
        self._factor = min(1.0, self._factor + gained / RESTORE_SECONDS)
        if self._cap is not None:
            self._cap += gained

    def is_idle(self, now: float) -> bool:
        """Whether it is in the state of a new bucket."""
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
