"""How SQLite is opened: its write-ahead log, its caches, and when a transaction takes the lock."""

from __future__ import annotations

import os
import sqlite3
import time

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from stripe_assets.mirror.tables.json_text import json_text, loads

BUSY_SECONDS = 10
CHECKPOINT_PAGES = 16_000
"""Pages of the journal (64 MB) that are written before SQLite copies them into the file.

The copying waits for the disk. With so many pages, many of them were written several times by then.
After a power failure so much of the last commits can be lost, rows and checkpoints together.
Nothing is lost when a process is killed.
A thread that copies while others write would be quicker. But before 3.51.3 SQLite can lose commits
by that: https://sqlite.org/wal.html#walresetbug.
"""
CACHE_KIB = 4_096
"""The cache of each connection, for the inner pages of the indexes.

A larger cache makes neither writing nor counting quicker.
"""


def sqlite_engine(url: sa.URL) -> sa.Engine:
    in_memory = url.database in (None, "", ":memory:")
    if not in_memory and not str(url.database).startswith("file:"):
        _make_private(str(url.database))
    engine = sa.create_engine(
        url.set(drivername="sqlite+pysqlite"),
        json_serializer=json_text,
        json_deserializer=loads,
        hide_parameters=True,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        # Each connection has its own cache. So the connection that was used last is used again.
        **({"poolclass": StaticPool} if in_memory else {"pool_use_lifo": True}),
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _make_private(path: str) -> None:
    """Creates the file if it does not exist. Only its owner can read it: it has customers' data.

    SQLite would let everyone read it. The journals get the mode of the file.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        pass  # SQLite fails to open the file too, and says why


def _on_connect(connection: sqlite3.Connection, record: object) -> None:
    # Otherwise the driver begins transactions by itself, and only at the first write.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.close()


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """Sets the journal's mode, and waits for other programs that set it.

    SQLite itself does not wait when the journal of a new file changes. So programs that start
    together would fail.
    """
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _on_begin(connection: sa.Connection) -> None:
    # A transaction that reads first and writes later fails at once when another one has written
    # meanwhile. So a writer takes the lock at its beginning.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
