"""Stripe's events in a run's log: a line for each event that the run processed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from stripe_assets.sync import EventReport

LINES_AT_ONCE = 100
SECONDS_AT_MOST = 1.0


def event_lines(report: EventReport) -> list[str]:
    """Returns what was done about an event, and the traceback where it failed."""
    did = f": {report.did}" if report.did else ""
    line = (
        f"{report.id} {report.type} of {report.created:%Y-%m-%d %H:%M:%S}, "
        f"{report.account_id}: {report.state}{did}"
    )
    return [line, report.trace.rstrip()] if report.trace else [line]


class StripeEventLog:
    """Takes reports from any thread and logs many of them in one entry.

    A log entry of Dagster's costs more time than the processing of an event.
    """

    def __init__(self, log: Callable[[str], object]) -> None:
        self._log = log
        self._lines: list[str] = []
        self._logged = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, report: EventReport) -> None:
        with self._lock:
            self._lines += event_lines(report)
            seconds = time.monotonic() - self._logged
            if len(self._lines) >= LINES_AT_ONCE or seconds >= SECONDS_AT_MOST:
                self._flush()

    def flush(self) -> None:
        """Logs the lines that wait."""
        with self._lock:
            self._flush()

    def _flush(self) -> None:
        lines, self._lines = self._lines, []
        self._logged = time.monotonic()
        if lines:
            self._log("\n".join(lines))
