"""How long Stripe takes to answer, and how many lists that makes worth reading at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

RECENT = 16
"""Answers of an endpoint: as many as it may have under way at once."""
FEW, TIMES = 4, 4.0
"""Until it has given so many answers an endpoint counts as at most so many times as slow as the quickest one: caches are cold at first."""
DIGESTED = 100.0
"""Pages a second of an endpoint that one process reads and writes, about: more parts do not make it quicker where Stripe sets no limit."""
PAGE_SECONDS = 0.004
"""In less a process does not parse a page and make its rows: of quicker answers there is no use in waiting for two."""
SLACK = 1.5
"""Times the latency: what some answers take longer than the quickest."""
AHEAD = 3
"""Lists that wait for answers where nothing holds the process up: the server works meanwhile, and a transaction has more than one page."""


class Latency:
    """Thread-safe: seconds from a request to its answer, by endpoint.

    The least of the recent ones counts: threads that wait for each other, and a server that has much to do, make others longer.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: dict[str, deque[float]] = {}
        self._least: dict[str, float] = {}
        """Of the recent ones: it is asked for at every turn of every thread."""

    def answered(self, endpoint: str, seconds: float) -> None:
        with self._lock:
            recent = self._recent.setdefault(endpoint, deque(maxlen=RECENT))
            recent.append(seconds)
            self._least[endpoint] = min(recent)

    def of(self, endpoint: str) -> float:
        """0 of an endpoint that has not answered yet."""
        with self._lock:
            least = self._least.get(endpoint, 0.0)
            return (
                least
                if self._is_known(endpoint)
                else min(least, TIMES * min(self._least.values(), default=0.0))
            )

    def useful_threads(self) -> int | None:
        """As many as the slowest endpoint's answers give work to; None while no endpoint has given FEW."""
        with self._lock:
            known = [least for endpoint, least in self._least.items() if self._is_known(endpoint)]
        return 1 + int(max(known) / PAGE_SECONDS) if known else None

    def _is_known(self, endpoint: str) -> bool:
        return len(self._recent.get(endpoint, ())) >= FEW


def useful_at_once(latency: float, rates: Iterable[float]) -> int:
    """How many lists of an endpoint are worth reading at once: those that wait for answers, and one whose page is being digested.

    `rates`: requests a second that its account and itself are allowed; 0 is no limit.
    """
    allowed = min([DIGESTED, *(rate for rate in rates if rate)])
    return 1 + max(int(SLACK * latency * allowed), AHEAD if allowed == DIGESTED else 0)
