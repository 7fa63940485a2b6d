"""How long Stripe takes to answer, and how many lists are therefore worth reading at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

RECENT = 16
"""How many latencies of an endpoint are kept: as many as it may have requests under way."""
MIN_ANSWERS = 4
"""After this number of answers, an endpoint's latency is known."""
COLD_FACTOR = 4.0
"""Until then it counts as at most this multiple of the latency of the quickest endpoint, because
first answers are slow: caches are cold."""
PAGES_PER_SECOND = 100.0
"""About how many pages of an endpoint one process can read and write in a second. Where Stripe sets
no limit, more lists at once do not read an endpoint faster."""
PAGE_SECONDS = 0.004
"""The least time in which a process parses a page and makes its rows. If answers take no longer, it
is of no use to wait for two at once."""
SLACK = 1.5
"""A factor for the latency: some answers take longer than the quickest."""
LISTS_AHEAD = 3
"""How many lists wait for answers where the rate does not limit the process. The server works
meanwhile, and a transaction has more than one page."""


class Latency:
    """Seconds from a request to its answer, by endpoint. Thread-safe.

    The least of the recent latencies counts. Others are longer because threads wait for each other
    or because the server is busy.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: dict[str, deque[float]] = {}
        self._least: dict[str, float] = {}
        """The least of `_recent`, kept because every thread asks for it before each page."""

    def answered(self, endpoint: str, seconds: float) -> None:
        with self._lock:
            recent = self._recent.setdefault(endpoint, deque(maxlen=RECENT))
            recent.append(seconds)
            self._least[endpoint] = min(recent)

    def of(self, endpoint: str) -> float:
        """Seconds. 0 for an endpoint that has not answered yet."""
        with self._lock:
            least = self._least.get(endpoint, 0.0)
            return (
                least
                if self._is_known(endpoint)
                else min(least, COLD_FACTOR * min(self._least.values(), default=0.0))
            )

    def useful_threads(self) -> int | None:
        """How many threads the slowest endpoint's answers keep busy.

        None while no latency is known.
        """
        with self._lock:
            known = [least for endpoint, least in self._least.items() if self._is_known(endpoint)]
        return 1 + int(max(known) / PAGE_SECONDS) if known else None

    def _is_known(self, endpoint: str) -> bool:
        return len(self._recent.get(endpoint, ())) >= MIN_ANSWERS


def useful_at_once(latency: float, rates: Iterable[float]) -> int:
    """How many lists of an endpoint are worth reading at once: the lists that wait for an answer,
    and one whose page is being processed.

    `latency`: seconds. `rates`: the rates of the account and of the endpoint, in requests a second;
    0 means no limit.
    """
    allowed = min([PAGES_PER_SECOND, *(rate for rate in rates if rate)])
    ahead = LISTS_AHEAD if allowed == PAGES_PER_SECOND else 0
    return 1 + max(int(SLACK * latency * allowed), ahead)
