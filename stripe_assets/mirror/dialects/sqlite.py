"""SQLite: many rows to a prepared statement; text for what it has no type for."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from stripe_assets.mirror.columns import ColumnBatch, Row, Rows, Shapes, merged
from stripe_assets.mirror.dialects.base import (
    Closing,
    Columns,
    keep_first,
    newest_wins,
    on_conflict,
    quoted,
    quoted_list,
)
from stripe_assets.mirror.tables.json_text import json_text, json_texts, loads
from stripe_assets.mirror.tables.tables import (
    COLUMN_TYPES,
    PRIMARY_KEY,
    ColumnKind,
    instant_text,
    instant_texts,
)
from stripe_assets.mirror.tables.values import decimal_texts

BUSY_SECONDS = 10
CHECKPOINT_PAGES = 16_000
"""Of the journal (64 MB) that are written before it is taken into the file, which waits for the disk: many were written again by then.

So much of the last commits, rows and checkpoints together, can be gone after a power failure; nothing is after a kill. A thread that takes
it in while others write would be quicker, but before 3.51.3 SQLite can lose commits by that: https://sqlite.org/wal.html#walresetbug.
"""
CACHE_KIB = 4_096
"""Of each connection: inner pages of the indexes. More makes neither writing nor counting quicker."""
PARAMETERS = 999
"""Of a statement: what every SQLite takes."""
MANY = 50
"""Rows for which a statement of their own is worth its preparation."""
STEP = 8
"""Statements have a multiple of so many rows, or one: SQLite keeps the prepared ones, each of more than a hundred kilobytes."""
_BIT = {True: 1, False: 0}
"""What the driver takes as it is; for a boolean it would look for an adapter first, ten times as long."""
_BIND: dict[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "boolean": lambda values: [_BIT.get(value, value) for value in values],
    "json": json_texts,
    "timestamp": instant_texts,
    "numeric": decimal_texts,
}
"""A column's values as SQLite holds them."""


class SQLite:
    schema: str | None = None
    locks_rows = False
    list_items = "json_each({}) AS item"
    item_text = "item.value"

    def __init__(self) -> None:
        self._shapes = Shapes()

    def engine(self, url: sa.URL) -> sa.Engine:
        in_memory = url.database in (None, "", ":memory:")
        if not in_memory and not str(url.database).startswith("file:"):
            _make_private(str(url.database))
        engine = sa.create_engine(
            url.set(drivername="sqlite+pysqlite"),
            json_serializer=json_text,
            json_deserializer=loads,
            hide_parameters=True,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
            # Each connection has a cache of its own: the one that was used last is used again.
            **({"poolclass": StaticPool} if in_memory else {"pool_use_lifo": True}),
        )
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
        return engine

    def version_table_exists(self, connection: sa.Connection) -> bool:
        found = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_schema_version'"
        )
        return found.first() is not None

    def begin_schema_change(self, connection: sa.Connection) -> None:
        pass  # BEGIN IMMEDIATE has the one lock that there is

    def existing_columns(self, connection: sa.Connection) -> dict[str, set[str]]:
        columns: dict[str, set[str]] = {}
        query = "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
        for table, column in connection.exec_driver_sql(query):
            columns.setdefault(table, set()).add(column)
        return columns

    def has_key(self, column: sa.ColumnElement[object], key: str) -> sa.ColumnElement[bool]:
        return sa.func.json_type(column, f'$."{key}"').is_not(None)

    def upsert(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        blocks: Sequence[ColumnBatch],
        synced_at: datetime,
    ) -> int:
        return self._insert(
            connection,
            table,
            kinds,
            merged(blocks, _synced_at=synced_at),
            newest_wins(blocks[0].names, quoted(table)),
        )

    def fill(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        blocks: Sequence[ColumnBatch],
        synced_at: datetime,
    ) -> int:
        return self._insert(
            connection, table, kinds, merged(blocks, _synced_at=synced_at), keep_first(PRIMARY_KEY)
        )

    def _insert(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        columns: Mapping[str, Sequence[Any]],
        conflict: str,
    ) -> int:
        """In the order of the primary key, many rows to a statement: between two of them other threads have their turn, which is dear."""
        if not connection.in_transaction():
            connection.begin()
        cursor, count = (
            connection.connection.cursor(),
            len(columns["id"]),
        )  # the driver's: what SQLAlchemy does besides takes as long again
        once, varying = self._shapes.of(table, columns) if count >= MANY else ([], list(columns))
        rows = sorted(zip(*(_bound(kinds[name], columns[name]) for name in varying), strict=True))
        names, first = (
            (*once, *varying),
            tuple(_bound(kinds[name], columns[name][:1])[0] for name in once),
        )
        many = max(1, (PARAMETERS - len(once)) // len(varying))
        step, start, written = min(STEP, many), 0, 0
        while count >= MANY and count - start >= step:
            some = rows[start : start + min(many, count - start) // step * step]
            sql = _insert_sql(table, names, conflict, once=len(once), rows=len(some))
            written += cursor.execute(sql, (*first, *chain.from_iterable(some))).rowcount
            start += len(some)
        if start < count:
            sql = _insert_sql(table, names, conflict, once=len(once))
            written += cursor.executemany(sql, [(*first, *row) for row in rows[start:]]).rowcount
        return written

    def put(
        self,
        connection: sa.Connection,
        table: str,
        key: Sequence[str],
        kinds: Columns,
        rows: Sequence[Row],
        *,
        keep: bool = False,
    ) -> int:
        written = 0
        for block in Rows.of(rows).blocks:
            conflict = keep_first(key) if keep else on_conflict(block.names, key)
            values = list(
                zip(
                    *(_bound(kinds[name], column) for name, column in block.columns.items()),
                    strict=True,
                )
            )
            written += connection.exec_driver_sql(
                _insert_sql(table, block.names, conflict), values
            ).rowcount
        return written

    def listed(
        self, columns: Columns, rows: Iterable[Sequence[str | bool | None]]
    ) -> sa.FromClause:
        each = sa.func.json_each(sa.literal(json_text(list(rows)), sa.Text())).table_valued(
            "value", name="page"
        )
        picked = (
            sa.func.json_extract(
                each.c.value, sa.literal_column(f"'$[{place}]'"), type_=COLUMN_TYPES[kind]
            ).label(name)
            for place, (name, kind) in enumerate(columns.items())
        )
        return sa.select(*picked).subquery("listed")

    def read_otherwise(
        self, connection: sa.Connection, parent: str, column: str, closing: Closing
    ) -> list[tuple[str, datetime | None]]:
        statement = (
            f"SELECT id, {quoted(column)} FROM {_CLOSED} CROSS JOIN {quoted(parent)} USING (id)"
            f" WHERE _account_id = ?2 AND _livemode = ?3 AND {quoted(column)} IS NOT closed.read_at"
        )
        found = connection.exec_driver_sql(
            statement, (_read_at(closing), closing.owner.account_id, closing.owner.livemode)
        )
        return [(id, datetime.fromisoformat(at) if at else None) for id, at in found]

    def with_stale_rows(
        self, connection: sa.Connection, tables: Sequence[str], closing: Closing
    ) -> list[tuple[str, str]]:
        selects = (
            f"SELECT DISTINCT '{table}', closed.id FROM {_CLOSED} CROSS JOIN {quoted(table)} AS child ON child._parent_id = closed.id"
            # With its plus the owner does not lead to the primary key, where all of its rows would be read: the parents do.
            " WHERE +child._account_id = ?2 AND +child._livemode = ?3 AND child._parent_object = ?4 AND child._parent_field IS ?5"
            " AND child._deleted_at IS NULL AND (child._observed_at IS NULL OR child._observed_at < closed.read_at)"
            for table in tables
        )
        values = (
            _read_at(closing),
            closing.owner.account_id,
            closing.owner.livemode,
            closing.parent_resource,
            closing.field,
        )
        return [
            (table, id)
            for table, id in connection.exec_driver_sql(" UNION ALL ".join(selects), values)
        ]

    def close_sublists(
        self,
        connection: sa.Connection,
        table: str,
        closing: Closing,
        parents: Sequence[str],
        at: datetime,
        synced_at: datetime,
    ) -> int:
        text, owner = instant_text(at), (closing.owner.account_id, closing.owner.livemode)
        statement = (
            f"UPDATE {quoted(table)} SET _deleted_at = ?, _observed_at = ?, _synced_at = ?"
            " WHERE _parent_id IN (SELECT value FROM json_each(?)) AND _parent_object = ? AND _parent_field IS ?"
            " AND +_account_id = ? AND +_livemode = ? AND _deleted_at IS NULL AND (_observed_at IS NULL OR _observed_at < ?)"
        )
        values = (
            text,
            text,
            instant_text(synced_at),
            json_text(parents),
            closing.parent_resource,
            closing.field,
            *owner,
            text,
        )
        return connection.exec_driver_sql(statement, values).rowcount


_CLOSED = "(SELECT key AS id, value AS read_at FROM json_each(?1)) AS closed"


def _read_at(closing: Closing) -> str:
    return json_text({id: instant_text(at) for id, at in closing.read_at.items()})


def _make_private(path: str) -> None:
    """Makes the file where there is none. It holds customers' data: SQLite would let everyone read it. Its journals take its mode."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        pass  # opening it fails too, and says why


def _on_connect(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = (
        None  # the driver would begin by itself, and only at the first write
    )
    cursor = connection.cursor()
    _use_write_ahead_log(cursor)
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.close()


def _use_write_ahead_log(cursor: sqlite3.Cursor) -> None:
    """SQLite does not wait for another program when a new file changes its journal: programs that start together would fail."""
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
    # A transaction that turns from reading to writing midway fails at once when another has written: writers say so first.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bound(kind: ColumnKind, values: Sequence[Any]) -> Sequence[Any]:
    """A column's values as the driver takes them."""
    bind = _BIND.get(kind)
    return bind(values) if bind else values


@lru_cache(maxsize=256)
def _insert_sql(
    table: str, names: tuple[str, ...], conflict: str, *, once: int = 0, rows: int = 1
) -> str:
    """`once`: so many columns, the first of them, have one value for all rows."""
    width = len(names) - once
    same = [f"?{number}" for number in range(1, once + 1)]
    starts = range(once + 1, once + 1 + width * rows, width)
    values = ", ".join(
        f"({', '.join([*same, *(f'?{number}' for number in range(start, start + width))])})"
        for start in starts
    )
    return f"INSERT INTO {quoted(table)} ({quoted_list(names)}) VALUES {values} {conflict}"
