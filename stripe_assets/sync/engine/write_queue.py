"""One writer per database: pages come through a bounded queue and are committed several to a transaction."""

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
"""While so many wait to be written, no further page is asked for. Those under way then still find room."""
PAGES_PER_TRANSACTION = 16


@dataclass(frozen=True, slots=True)
class PendingWrite:
    """What one request brought, and whom to tell when it is in the database (or why it is not)."""

    batch: Batch
    done: Callable[[Exception | None], None]
    step: Step | None = None
    """What it is to the fan-out that it belongs to."""


class WriteSink(Protocol):
    """Where the pages of a run go."""

    def start(self) -> None: ...

    def wait_for_room(self) -> None:
        """Before a page is asked for: as long as those that came before are too many."""
        ...

    def put(self, page: PendingWrite) -> None:
        """Tells the page's `done` when the page is kept; it may wait until there is room."""
        ...

    def close(self) -> None: ...


class WriteQueue:
    """WriteSink wait while the database is behind, before they are asked for: memory does not grow. A page is acknowledged after its commit."""

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
        """After `close` a page is dropped: the run has ended without it."""
        with self._came:
            if not self._closed:
                self._queue.append(page)
                self._came.notify()

    def close(self) -> None:
        """Commits what was put and ends."""
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
        """False after the last pages. These are not kept while the next ones are waited for."""
        pages, last = self._next()
        try:
            if pages:
                self._commit(pages)
        except Exception as error:  # a bug: without a writer every other thread would wait for ever
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
                # The database itself is gone, locked or full: nothing more can be written, the run ends.
                self._failed = True
                self._broken(error)
        except Exception as error:
            self._apart(pages, error)
        else:
            self._written([page.batch for page in pages], counts)
            for page in pages:
                page.done(None)

    def _apart(self, pages: list[PendingWrite], error: Exception) -> None:
        """Something in one of these pages cannot be written: the others must not suffer for it."""
        if len(pages) == 1:
            pages[0].done(error)
            return
        for page in pages:
            self._commit([page])
