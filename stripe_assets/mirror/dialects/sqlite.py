"""SQLite's statements: each prepared one writes many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.batch import WholeSublists
from stripe_assets.mirror.columns import ColumnBatch, Row, Rows, Shapes, merged
from stripe_assets.mirror.dialects.base import (
    Columns,
    WriteTimes,
    keep_first,
    newest_wins,
    on_conflict,
    quoted,
)
from stripe_assets.mirror.dialects.column_types import COLUMN_TYPES
from stripe_assets.mirror.dialects.sqlite_engine import sqlite_engine
from stripe_assets.mirror.dialects.sqlite_inserts import LATEST, insert_sql
from stripe_assets.mirror.tables.instant_text import instant_text, instant_texts
from stripe_assets.mirror.tables.json_text import json_text, json_texts
from stripe_assets.mirror.tables.layout import PRIMARY_KEY, ColumnKind
from stripe_assets.mirror.tables.values import decimal_texts

PARAMETERS = 999
"""The most parameters of a statement. Every build of SQLite accepts this number."""
MANY = 50
"""With this number of rows or more, a statement with many rows is worth its preparation."""
STEP = 8
"""A statement has a multiple of this number of rows, or one row.

So there are few different statements: SQLite keeps the prepared ones, each of over 100 kilobytes.
"""
_BIT = {True: 1, False: 0}
"""The driver takes integers as they are. For a boolean it looks for an adapter, which takes ten
times as long."""
_BIND: dict[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "boolean": lambda values: [_BIT.get(value, value) for value in values],
    "json": json_texts,
    "timestamp": instant_texts,
    "numeric": decimal_texts,
}
"""A column's values as SQLite holds them."""


class SQLite:
    schema: str | None = None
    index_where = "sqlite_where"
    locks_rows = False
    refuses_nul = False
    list_items = "json_each({}) AS item"
    item_text = "item.value"

    def __init__(self) -> None:
        self._shapes = Shapes()

    def engine(self, url: sa.URL) -> sa.Engine:
        return sqlite_engine(url)

    def is_in_memory(self, url: sa.URL) -> bool:
        name = url.database or ""
        return not name or ":memory:" in name or url.query.get("mode") == "memory"

    def database_file(self, url: sa.URL) -> Path | None:
        name = url.database or ""
        return None if self.is_in_memory(url) or name.startswith("file:") else Path(name)

    def version_table_exists(self, connection: sa.Connection) -> bool:
        found = connection.exec_driver_sql(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_schema_version'"
        )
        return found.first() is not None

    def begin_schema_change(self, connection: sa.Connection) -> None:
        pass  # BEGIN IMMEDIATE has taken the one lock of the database

    def existing_columns(self, connection: sa.Connection) -> dict[str, set[str]]:
        columns: dict[str, set[str]] = {}
        query = (
            "SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c"
            " WHERE t.type = 'table'"
        )
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
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        return self._insert(
            connection,
            table,
            kinds,
            merged(column_batches, _synced_at=times.synced_at),
            newest_wins(column_batches[0].names, quoted(table), LATEST),
            instant_text(times.latest),
        )

    def fill(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        return self._insert(
            connection,
            table,
            kinds,
            merged(column_batches, _synced_at=times.synced_at),
            keep_first(PRIMARY_KEY),
        )

    def _insert(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        columns: Mapping[str, Sequence[Any]],
        conflict: str,
        latest: str | None = None,
    ) -> int:
        """Inserts rows in the order of the primary key, many rows a statement.

        Between two statements other threads have their turn, which costs much.
        """
        if not connection.in_transaction():
            connection.begin()
        # The driver's own cursor: SQLAlchemy would need as much time again for its own work.
        cursor, count = connection.connection.cursor(), len(columns["id"])
        once, varying = self._shapes.of(table, columns) if count >= MANY else ([], list(columns))
        rows = sorted(zip(*(_bound(kinds[name], columns[name]) for name in varying), strict=True))
        names, first = (
            (*once, *varying),
            (latest, *(_bound(kinds[name], columns[name][:1])[0] for name in once)),
        )
        many = max(1, (PARAMETERS - len(first)) // len(varying))
        step, start, written = min(STEP, many), 0, 0
        while count >= MANY and count - start >= step:
            some = rows[start : start + min(many, count - start) // step * step]
            sql = insert_sql(table, names, conflict, once=len(once), rows=len(some))
            written += cursor.execute(sql, (*first, *chain.from_iterable(some))).rowcount
            start += len(some)
        if start < count:
            sql = insert_sql(table, names, conflict, once=len(once))
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
        for column_batch in Rows.of(rows).column_batches:
            conflict = keep_first(key) if keep else on_conflict(column_batch.names, key)
            values = [
                (None, *row)
                for row in zip(
                    *(_bound(kinds[name], column) for name, column in column_batch.columns.items()),
                    strict=True,
                )
            ]
            written += connection.exec_driver_sql(
                insert_sql(table, column_batch.names, conflict), values
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
        self, connection: sa.Connection, parent: str, column: str, whole: WholeSublists
    ) -> list[tuple[str, datetime | None]]:
        statement = (
            f"SELECT id, {quoted(column)} FROM {_CLOSED} CROSS JOIN {quoted(parent)} USING (id)"
            f" WHERE _account_id = ?2 AND _livemode = ?3"
            f" AND {quoted(column)} IS NOT closed.read_at"
        )
        found = connection.exec_driver_sql(
            statement, (_read_at(whole), whole.owner.account_id, whole.owner.livemode)
        )
        return [(id, datetime.fromisoformat(at) if at else None) for id, at in found]

    def with_stale_rows(
        self,
        connection: sa.Connection,
        tables: Sequence[str],
        whole: WholeSublists,
        latest: datetime,
    ) -> list[tuple[str, str]]:
        selects = (
            f"SELECT DISTINCT '{table}', closed.id FROM {_CLOSED}"
            f" CROSS JOIN {quoted(table)} AS child ON child._parent_id = closed.id"
            # With the plus, SQLite uses the index of the parents. With the primary key it would
            # read all rows of the owner.
            " WHERE +child._account_id = ?2 AND +child._livemode = ?3"
            " AND child._parent_object = ?4 AND child._parent_field IS ?5"
            " AND child._deleted_at IS NULL"
            " AND (child._observed_at IS NULL OR child._observed_at < closed.read_at"
            " OR child._observed_at > ?6)"
            for table in tables
        )
        values = (
            _read_at(whole),
            whole.owner.account_id,
            whole.owner.livemode,
            whole.parent_resource,
            whole.field,
            instant_text(latest),
        )
        return [
            (table, id)
            for table, id in connection.exec_driver_sql(" UNION ALL ".join(selects), values)
        ]

    def close_sublists(
        self,
        connection: sa.Connection,
        table: str,
        whole: WholeSublists,
        parents: Sequence[str],
        at: datetime,
        times: WriteTimes,
    ) -> int:
        text, owner = instant_text(at), (whole.owner.account_id, whole.owner.livemode)
        statement = (
            f"UPDATE {quoted(table)} SET _deleted_at = ?, _observed_at = ?, _synced_at = ?"
            " WHERE _parent_id IN (SELECT value FROM json_each(?))"
            " AND _parent_object = ? AND _parent_field IS ?"
            " AND +_account_id = ? AND +_livemode = ?"
            " AND _deleted_at IS NULL"
            " AND (_observed_at IS NULL OR _observed_at < ? OR _observed_at > ?)"
        )
        values = (
            text,
            text,
            instant_text(times.synced_at),
            json_text(parents),
            whole.parent_resource,
            whole.field,
            *owner,
            text,
            instant_text(times.latest),
        )
        return connection.exec_driver_sql(statement, values).rowcount


_CLOSED = "(SELECT key AS id, value AS read_at FROM json_each(?1)) AS closed"


def _read_at(whole: WholeSublists) -> str:
    return json_text({id: instant_text(at) for id, at in whole.read_at.items()})


def _bound(kind: ColumnKind, values: Sequence[Any]) -> Sequence[Any]:
    """A column's values as the driver takes them."""
    bind = _BIND.get(kind)
    return bind(values) if bind else values
