"""SQLite's journal, taken into the file while the writing goes on: nobody waits for the disk, and little is at stake in a power failure."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing, suppress

import sqlalchemy as sa
from sqlalchemy import event

LARGE = 16 << 20
"""Bytes of the journal from which on it is worth a thread. A small one is taken in when the database is closed."""
PAUSE = 0.5
"""Seconds from the end of one checkpoint to the beginning of the next."""


class Journal:
    """Starts checkpoints of an engine's database, one at a time, in a thread of its own.

    While there are new commits none comes to the end of the journal: it starts anew after the connection's own checkpoint, of which little
    is left to be done then.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._ended = time.monotonic()
        self._thread: threading.Thread | None = None
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "engine_disposed", self._disposed)

    def _commit(self, connection: sa.Connection) -> None:
        with self._lock:
            if (self._thread and self._thread.is_alive()) or time.monotonic() - self._ended < PAUSE or self._size() < LARGE:
                return
            self._thread = threading.Thread(target=self._checkpoint, name="sqlite-journal")
            self._thread.start()

    def _size(self) -> int:
        try:
            return os.path.getsize(f"{self._engine.url.database}-wal")
        except OSError:
            return 0

    def _checkpoint(self) -> None:
        arguments, options = self._engine.dialect.create_connect_args(self._engine.url)
        # A disk that is full, say, is for those to report who write.
        with suppress(sqlite3.Error), closing(self._engine.dialect.connect(*arguments, **options)) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)")
        self._ended = time.monotonic()

    def _disposed(self, engine: sa.Engine) -> None:
        """Whoever closes the last connection leaves one file, without a journal."""
        if self._thread:
            self._thread.join()
