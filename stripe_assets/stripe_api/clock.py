"""Stripe's clock, as far as the `Date` headers of its answers show it.

Observations are ordered by the time at which their request was sent. These times are compared
between runs and machines, and with the times of events. The local clock may be minutes off, so it
cannot be used. A `Date` is cut to the second: an answer only says that, at some time between the
request's departure and the answer's arrival, Stripe's clock was in that second. With `offset`, the
difference of the two clocks:

    Date - received  <=  offset  <  Date + 1 s - sent

Times are stamped with the lower bound. An observation may be dated a little before it was made,
never after it. So no older observation can replace it, and no later event counts as included in it.

A `Date` can be a proxy's, and wrong by days. So the local clock, which is right to minutes, limits
what is believed:

- A `Date` that differs from the local clock by more than APART is not believed. Until one is
  believed, the local clock counts.
- A later `Date` that jumps ahead moves the clock at most up to the local clock. One that jumps back
  is believed: a time that is a little too early is harmless.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

APART = 600.0
"""Seconds. Two right clocks do not differ by more: a machine's may be minutes off."""
JUMP = 60.0
"""Seconds. Clocks drift apart slowly. A `Date` that differs from all before it by more is a jump:
either it is wrong, or they were."""
SANDBOX_HEADER = "stripe-assets-sandbox"
"""The sandbox's answers have it. Tests move the sandbox's clock, so its `Date` is always right."""


class StripeClock:
    """The clock of one server, shared by its clients.

    Thread-safe. A later request never gets an earlier stamp.

    `monotonic` measures local time, so that changes of the wall clock do not matter. `wall` is used
    until the first `Date`, and limits what is believed of one.
    """

    def __init__(
        self, monotonic: Callable[[], float] = time.monotonic, wall: Callable[[], float] = time.time
    ) -> None:
        self._monotonic = monotonic
        self._wall = wall
        self._lock = threading.Lock()
        self._offset: float | None = None  # the lower bound of Stripe's time minus local time
        self._first: float | None = (
            None  # the offset for requests that were sent before any answer came
        )
        self._sent_blind = float("-inf")
        self._newest = float("-inf")

    def sending(self) -> tuple[float, float | None]:
        """Call it right before a request is sent.

        Returns the local time, and the stamp if the offset is known.
        """
        with self._lock:
            local = self._monotonic()
            if self._offset is None:
                self._sent_blind = max(self._sent_blind, local)
                return local, None
            self._newest = max(self._newest, local + self._offset)
            return local, self._newest

    def received(self, sent: tuple[float, float | None], headers: Mapping[str, str]) -> None:
        """Learns the offset from an answer of Stripe.

        Not for a proxy's answer: a proxy has another clock.
        """
        # In this order, so that the local offset is too small by the moment between the two.
        wall, received = self._wall(), self._monotonic()
        date = _seconds(headers.get("date"))
        # `local` is the offset by which this machine's clock is right.
        local = wall - received
        lowest, highest = (local, local) if date is None else (date - received, date + 1 - sent[0])
        if SANDBOX_HEADER in headers:
            local = lowest
        believed = date is not None and abs(lowest - local) <= APART
        with self._lock:
            if self._offset is None or self._first is None:
                self._offset = self._first = lowest if believed else local
                self._newest = self._sent_blind + self._offset
            elif believed:
                self._offset = self._moved(self._offset, lowest, highest, local)

    def _moved(self, offset: float, lowest: float, highest: float, local: float) -> float:
        """The offset after an answer whose `Date` is believed."""
        if lowest - offset > JUMP:
            return max(offset, min(lowest, local))
        if offset - highest > JUMP:
            self._newest = float("-inf")
            return lowest
        # The clocks drift apart, so the bounds of this answer win over those of earlier ones.
        return min(max(offset, lowest), highest)

    def stamp(self, sent: tuple[float, float | None]) -> datetime:
        """When the request was sent, by Stripe's clock (UTC). Call it after `received`."""
        local, stamped = sent
        if stamped is None:
            with self._lock:
                stamped = local + (
                    self._first if self._first is not None else self._wall() - self._monotonic()
                )
        return datetime.fromtimestamp(stamped, UTC)

    @property
    def is_set(self) -> bool:
        """Whether Stripe has answered."""
        return self._offset is not None

    def now(self) -> datetime:
        """Stripe's time (UTC): a little early, never late.

        The local time until Stripe has answered.
        """
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
