"""One writer for each database: pages come through a bounded queue, and several are committed in
one transaction."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from stripe_assets.mirror import Batch, Mirror, MirrorError, WriteCounts
from stripe_assets.sync.engine.fan_out import Step, checkpoints
from stripe_assets.sync.engine.threads import work_in_batches

ENOUGH_PAGES = 8
"""While so many pages wait to be written, no further page is asked for. The pages that were asked
for before still find room."""
PAGES_PER_TRANSACTION = 16


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """The rows of one page, which are to be written."""

    batch: Batch
    done: Callable[[Exception | None], None]
    """Called when the rows are in the database, or with the error."""
    step: Step | None = None
    """The progress of the fan-out that the page belongs to."""


class WriteSink(Protocol):
    """Where the pages of a run go: to `WriteQueue`, or to memory while one object is synced."""

    def start(self) -> None: ...

    def wait_for_room(self) -> None:
        """Called before a page is asked for. Waits while too many pages are not written."""
        ...

    def put(self, page: PendingWrite) -> None:
        """Calls the page's `done` when the page is kept. It may wait until there is room."""
        ...

    def close(self) -> None: ...


class WriteQueue:
    """Keeps memory bounded: while the database is behind, no page is asked for. A page is done
    after its commit."""

    def __init__(
        self,
        mirror: Mirror,
        *,
        written: Callable[[Sequence[Batch], WriteCounts], None],
        broken: Callable[[Exception], None],
    ) -> None:
        self._mirror = mirror
        self._written = written
        self._broken = broken
        self._queue: deque[PendingWrite | None] = deque()
        self._lock = threading.Lock()
        self._came = threading.Condition(self._lock)
        self._room = threading.Condition(self._lock)
        self._thread = threading.Thread(target=self._work, name="mirror-writer", daemon=True)
        self._failed = False
        self._closed = False

    def start(self) -> None:
        self._thread.start()

    def wait_for_room(self) -> None:
        with self._room:
            self._room.wait_for(lambda: self._closed or len(self._queue) < ENOUGH_PAGES)

    def put(self, page: PendingWrite) -> None:
        """After `close` a page is dropped: the run ended without it."""
        with self._came:
            if not self._closed:
                self._queue.append(page)
                self._came.notify()

    def close(self) -> None:
        """Commits the pages that were put, and ends."""
        with self._lock:
            self._closed = True
            self._queue.append(None)
            self._came.notify()
            self._room.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        work_in_batches()
        while self._write_next():
            pass

    def _write_next(self) -> bool:
        """Returns False after the last pages. Its local names hold no page while it waits."""
        pages, last = self._next()
        try:
            if pages:
                self._commit(pages)
        except Exception as error:  # a bug: without a writer all other threads would wait for ever
            self._failed = True
            self._broken(error)
        return not last

    def _next(self) -> tuple[list[PendingWrite], bool]:
        pages: list[PendingWrite] = []
        with self._came:
            self._came.wait_for(lambda: self._queue)
            while self._queue and len(pages) < PAGES_PER_TRANSACTION:
                entry = self._queue.popleft()
                if entry is None:
                    return pages, True
                pages.append(entry)
            if len(self._queue) < ENOUGH_PAGES:
                self._room.notify_all()
        return pages, False

    def _commit(self, pages: list[PendingWrite]) -> None:
        if self._failed:
            return
        try:
            steps = [page.step for page in pages if page.step]
            reached = [Batch(checkpoints=checkpoints(steps))] if steps else []
            counts = self._mirror.write([*(page.batch for page in pages), *reached])
        except MirrorError as error:
            if error.refused_values:
                self._apart(pages, error)
            else:
                # The database is gone, locked or full. No page can be written: the run ends.
                self._failed = True
                self._broken(error)
        except Exception as error:
            self._apart(pages, error)
        else:
            self._written([page.batch for page in pages], counts)
            for page in pages:
                page.done(None)

    def _apart(self, pages: list[PendingWrite], error: Exception) -> None:
        """One of these pages cannot be written. Each is written alone, so that the others are."""
        if len(pages) == 1:
            pages[0].done(error)
            return
        for page in pages:
            self._commit([page])
