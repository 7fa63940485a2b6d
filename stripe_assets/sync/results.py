"""What a run says of itself: the result of each model, and its progress while it goes on."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror import Batch, Rows, WriteCounts

AVAILABLE = "available"
TOUCHED_KEPT = 5_000


def wholly_refused(availability: str) -> bool:
    """Whether a sweep that said this could read nothing of what Stripe lists."""
    return availability != AVAILABLE and not availability.startswith(
        ("partly:", "not listed:", "on demand:")
    )


@dataclass(frozen=True, slots=True)
class ModelResult:
    """One model of one API key after a run.

    `rows_written` counts rows that were inserted or whose state was renewed, `rows_in_mirror` those that are there now
    (tombstones apart), `requests` what was sent to Stripe for it, `seconds` the time from its first request to its last
    commit. `availability` is `"available"`, or Stripe's reason for what could not be read: with `partly:` before it where
    something could, `not listed:` or `on demand:` where no list is there to be read.
    """

    model: str
    alias: str
    status: Literal["ok", "unavailable", "failed"]
    rows_written: int
    rows_in_mirror: int
    requests: int
    seconds: float
    availability: str = AVAILABLE
    error: str | None = None


class Progress:
    """Live counts of a run; written by its threads, read by whoever shows them."""

    def __init__(self, requests: Callable[[], int] = int) -> None:
        """`requests` tells how many were sent to Stripe, retries included."""
        self._requests = requests
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self.models_total = 0
        self.models_done = 0
        self.objects = 0
        self.rows: Counter[str] = Counter()
        self.tombstones: Counter[str] = Counter()
        self.events = 0
        """Those that were new to the ledger."""
        self.touched: dict[str, set[str] | None] = {}
        """The ids of the rows that were written, by model; None where they are too many to be kept."""

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
        """Model → rows that were written or found deleted. Of the events only those that are new: the others were but listed again."""
        found = self.rows + self.tombstones
        found[EVENT] = self.events
        return +found

    def model_done(self) -> None:
        with self._lock:
            self.models_done += 1

    @property
    def requests(self) -> int:
        return self._requests()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def line(self) -> str:
        seconds = max(self.seconds, 0.001)
        return (
            f"{self.models_done}/{self.models_total} models, {self.objects:,} objects "
            f"({self.objects / seconds:,.0f}/s), {self.requests:,} requests, {seconds:,.0f} s"
        )
