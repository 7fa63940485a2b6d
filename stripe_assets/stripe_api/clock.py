"""Stripe's clock, as far as the `Date` headers of its answers show it.

Observations are ordered by when their request was sent, and are compared over runs and machines and with the times of
events: the local clock, which may be minutes off, will not do. A `Date` is cut to the second, so each answer only says
that Stripe's clock was somewhere in that second between the request's departure and the answer's arrival. With
`offset` the difference of the two clocks:

    Date - received  <=  offset  <  Date + 1 s - sent

Times are stamped with the lower bound: an observation may be dated a little before it was made, never after, so that
nothing older can replace it and no later event is taken for included.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_JUMP = 60.0
"""Seconds that an answer must contradict all before it by, until the clock goes back: one absurd `Date` is forgotten."""


class StripeClock:
    """One for each server, shared by its clients: later sends never get earlier stamps.

    `monotonic` measures local time (changes of the wall clock do not matter), `wall` serves until the first `Date`.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._lock = threading.Lock()
        self._offset: float | None = None  # the lower bound: add it to local time
        self._first: float | None = None  # what the requests get that left before any answer came
        self._sent_blind = float("-inf")
        self._newest = float("-inf")

    def sending(self) -> tuple[float, float | None]:
        """To call right before a request leaves: the local time, and the stamp if it can be told already."""
        with self._lock:
            local = self._monotonic()
            if self._offset is None:
                self._sent_blind = max(self._sent_blind, local)
                return local, None
            self._newest = max(self._newest, local + self._offset)
            return local, self._newest

    def received(self, sent: tuple[float, float | None], headers: Mapping[str, str]) -> None:
        """Learn from an answer of Stripe's (not from a proxy's, whose clock is another one)."""
        received = self._monotonic()
        date = _seconds(headers.get("date"))
        if date is None:
            return
        lowest, highest = date - received, date + 1 - sent[0]
        with self._lock:
            if self._offset is None or self._first is None:
                self._offset = self._first = lowest
                self._newest = self._sent_blind + lowest
                return
            if self._offset - highest > _JUMP:
                self._newest = float("-inf")
            # The clocks drift apart: what this answer shows is newer than what the earlier ones did.
            self._offset = min(max(self._offset, lowest), highest)

    def stamp(self, sent: tuple[float, float | None]) -> datetime:
        """When that request was sent, by Stripe's clock (UTC). To call after its answer was `received`."""
        local, stamped = sent
        if stamped is None:
            with self._lock:
                stamped = local + (
                    self._first if self._first is not None else self._wall() - self._monotonic()
                )
        return datetime.fromtimestamp(stamped, UTC)

    @property
    def is_set(self) -> bool:
        """Whether Stripe has answered yet: until then it is the local clock."""
        return self._offset is not None

    def now(self) -> datetime:
        """Stripe's time (UTC), rather too early than too late; the local clock's until Stripe has answered."""
        with self._lock:
            if self._offset is None:
                return datetime.fromtimestamp(self._wall(), UTC)
            self._newest = max(
                self._newest, self._monotonic() + self._offset
            )  # no later request is stamped earlier
            return datetime.fromtimestamp(self._newest, UTC)


@functools.lru_cache(maxsize=16)
def _seconds(date: str | None) -> float | None:
    if not date:
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None
