"""What a run reports: the result of each model, and its progress."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror import AVAILABLE, Availability, Batch, Hole, Rows, WriteCounts

HOLES_SHOWN = 20
TOUCHED_KEPT = 5_000
"""Ids of written rows that are kept for each model."""


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One model of one API key after a run.

    `rows_written` counts the rows that were inserted or whose state was renewed. `rows_in_mirror`
    counts the rows that are there now, without tombstones. `requests` counts what was sent to
    Stripe for the model. `seconds` is the time from its first request to its last commit.

    `status`: `ok`: all was read that Stripe shows. `unavailable`: Stripe shows nothing.
    `incomplete`: something could not be read; a later run asks for it again. `failed`: the model
    was not read to its end. `error` says what this run could not read; an incomplete model without
    one has something that is not due yet.
    """

    model: str
    alias: str
    status: Literal["ok", "unavailable", "incomplete", "failed"]
    rows_written: int
    rows_in_mirror: int
    requests: int
    seconds: float
    availability: Availability = AVAILABLE
    error: str | None = None
    missing: tuple[Hole, ...] = ()
    """What this run could not read: the first HOLES_SHOWN."""


class RunProgress:
    """Live counts of a run. Its threads write them; who shows them reads them."""

    def __init__(self, requests: Callable[[], int] = int) -> None:
        """`requests` returns how many were sent to Stripe, with the retries."""
        self._requests = requests
        self._started = time.monotonic()

    @property
    def requests(self) -> int:
        return self._requests()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started


class Progress(RunProgress):
    """Live counts of a sync."""

    def __init__(self, requests: Callable[[], int] = int) -> None:
        super().__init__(requests)
        self._lock = threading.Lock()
        self.models_total = 0
        self.models_done = 0
        self.objects = 0
        self.rows: Counter[str] = Counter()
        self.tombstones: Counter[str] = Counter()
        self.events = 0
        """Events that were new to the ledger."""
        self.touched: dict[str, set[str] | None] = {}
        """Model → ids of the rows that were written. None: there are too many to keep."""

    def begin(self, models_total: int) -> None:
        self._started = time.monotonic()
        self.models_total = models_total

    def written(self, batches: Sequence[Batch], counts: WriteCounts) -> None:
        with self._lock:
            self.objects += sum(batch.objects for batch in batches)
            self.rows.update(counts.rows)
            self.tombstones.update(counts.tombstones)
            self.events += counts.events
            for batch in batches:
                for rows_of in (batch.rows, batch.fills):
                    for model, rows in rows_of.items():
                        self._touch(model, rows)

    def _touch(self, model: str, rows: Rows) -> None:
        ids = self.touched.setdefault(model, set())
        if ids is not None:
            ids.update(rows.ids)
            if len(ids) > TOUCHED_KEPT:
                self.touched[model] = None

    def changed(self) -> Counter[str]:
        """Returns model → rows that were written or found deleted. Of the events only the new ones
        count: the others were only listed again."""
        found = self.rows + self.tombstones
        found[EVENT] = self.events
        return +found

    def model_done(self) -> None:
        with self._lock:
            self.models_done += 1

    def line(self) -> str:
        seconds = max(self.seconds, 0.001)
        return (
            f"{self.models_done}/{self.models_total} models, {self.objects:,} objects "
            f"({self.objects / seconds:,.0f}/s), {self.requests:,} requests, {seconds:,.0f} s"
        )
