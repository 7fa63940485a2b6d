"""A run's events in its log, when every one of them is wanted there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from stripe_assets.sync import EventReport

LINES_AT_ONCE = 100
SECONDS_AT_MOST = 1.0


def event_line(report: EventReport) -> str:
    did = f": {report.did}" if report.did else ""
    return f"{report.id} {report.type} of {report.created:%Y-%m-%d %H:%M:%S}, {report.account_id}: {report.state}{did}"


class EventLog:
    """Takes reports from any thread, and logs them many at once: a line of Dagster's log costs more than the event itself."""

    def __init__(self, log: Callable[[str], object]) -> None:
        self._log = log
        self._lines: list[str] = []
        self._logged = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, report: EventReport) -> None:
        with self._lock:
            self._lines.append(event_line(report))
            if report.trace:
                self._lines.append(report.trace.rstrip())
            if (
                len(self._lines) >= LINES_AT_ONCE
                or time.monotonic() - self._logged >= SECONDS_AT_MOST
            ):
                self._flush()

    def flush(self) -> None:
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        self._logged = time.monotonic()
        if lines:
            self._log("\n".join(lines))
