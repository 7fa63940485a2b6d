"""PostgreSQL's statements. Few rows go to the server as one JSON document, many column by column.

Either way there is one prepared statement for each set of columns, for any number of rows, and
almost no work for Python. But most of the server's work is to parse the document. Columns, each as
one text, take the server half of that time when there are many rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from stripe_assets.mirror.batch import WholeSublists
from stripe_assets.mirror.columns import ColumnBatch, Row, Shapes, merged
from stripe_assets.mirror.dialects.base import (
    Columns,
    WriteTimes,
    keep_first,
    newest_wins,
    on_conflict,
    quoted,
    quoted_list,
)
from stripe_assets.mirror.dialects.column_text import column_text
from stripe_assets.mirror.dialects.column_types import COLUMN_TYPES
from stripe_assets.mirror.dialects.postgresql_documents import document_of, without_nul
from stripe_assets.mirror.dialects.postgresql_inserts import (
    LATEST,
    document,
    insert_sql,
    qualified,
    typed_columns,
    upsert_by_columns,
)
from stripe_assets.mirror.tables.json_text import json_text, loads
from stripe_assets.mirror.tables.layout import PRIMARY_KEY, SCHEMA, ColumnKind

_LOCK = 0x73747269706561
"""ASCII "stripea". Another program is not likely to use this number."""
MANY = 50
"""With this number of rows or more, rows go to the server column by column."""


class PostgreSQL:
    schema: str | None = SCHEMA
    index_where = "postgresql_where"
    locks_rows = True
    refuses_nul = True
    list_items = "jsonb_path_query({}, '$[*]') AS item (value)"
    item_text = "(item.value #>> '{}')"

    def __init__(self) -> None:
        self._shapes = Shapes()

    def engine(self, url: sa.URL) -> sa.Engine:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            json_serializer=json_text,
            json_deserializer=loads,
            hide_parameters=True,
            pool_pre_ping=True,
            # Each connection prepares its own statements. So the one that was used last is used
            # again.
            pool_use_lifo=True,
            connect_args={
                "connect_timeout": 10,
                "client_encoding": "utf8",
                "application_name": "stripe_assets",
            },
        )

    def is_in_memory(self, url: sa.URL) -> bool:
        return False

    def database_file(self, url: sa.URL) -> Path | None:
        return None

    def version_table_exists(self, connection: sa.Connection) -> bool:
        return (
            connection.exec_driver_sql(f"SELECT to_regclass('{SCHEMA}._schema_version')").scalar()
            is not None
        )

    def begin_schema_change(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        # CREATE SCHEMA IF NOT EXISTS needs the right to create a schema even where it exists.
        if connection.exec_driver_sql(f"SELECT to_regnamespace('{SCHEMA}')").scalar() is None:
            connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")

    def existing_columns(self, connection: sa.Connection) -> dict[str, set[str]]:
        columns: dict[str, set[str]] = {}
        query = (
            "SELECT table_name, column_name FROM information_schema.columns"
            f" WHERE table_schema = '{SCHEMA}'"
        )
        for table, column in connection.exec_driver_sql(query):
            columns.setdefault(table, set()).add(column)
        return columns

    def has_key(self, column: sa.ColumnElement[object], key: str) -> sa.ColumnElement[bool]:
        return column.op("?")(key)

    def upsert(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        if sum(map(len, column_batches)) >= MANY:
            written = self._by_columns(connection, table, kinds, column_batches, times)
            if written is not None:
                return written
        typed = typed_columns(column_batches[0].names, kinds)
        insert = insert_sql(table, typed)
        conflict = newest_wins(column_batches[0].names, "stored", LATEST)
        values = (times.synced_at, document_of(column_batches), times.latest)
        return connection.exec_driver_sql(f"{insert} {conflict}", values).rowcount

    def _by_columns(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int | None:
        """Upserts rows in the order of their primary key.

        None where a text has a character that a column's text cannot hold: a document can.
        """
        columns = merged(column_batches)
        once, varying = self._shapes.of(table, columns)
        keys = list(zip(*(columns[name] for name in PRIMARY_KEY), strict=True))
        in_order = itemgetter(*sorted(range(len(keys)), key=keys.__getitem__))
        texts = [column_text(kinds[name], in_order(columns[name])) for name in varying]
        if None in texts or any(
            column_text(kinds[name], columns[name][:1]) is None for name in once
        ):
            return None
        statement = upsert_by_columns(
            table, tuple(columns), typed_columns(once, kinds), typed_columns(varying, kinds)
        )
        values = (_value(kinds[name], columns[name][0]) for name in once)
        every = (*values, times.synced_at, *texts, times.latest)
        return connection.exec_driver_sql(statement, every).rowcount

    def fill(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        typed = typed_columns(column_batches[0].names, kinds)
        insert = f"{insert_sql(table, typed)} {keep_first(PRIMARY_KEY)}"
        values = (times.synced_at, document_of(column_batches))
        return connection.exec_driver_sql(insert, values).rowcount

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
        if not rows:
            return 0
        typed = typed_columns(rows[0], kinds)
        columns = [column for column, _ in typed]
        names, conflict = (
            quoted_list(columns),
            keep_first(key) if keep else on_conflict(columns, key),
        )
        insert = f"INSERT INTO {qualified(table)} ({names}) SELECT {names} FROM {document(typed)}"
        values = (without_nul(json_text(rows)),)
        return connection.exec_driver_sql(f"{insert} {conflict}", values).rowcount

    def listed(
        self, columns: Columns, rows: Iterable[Sequence[str | bool | None]]
    ) -> sa.FromClause:
        document = without_nul(json_text([dict(zip(columns, row, strict=True)) for row in rows]))
        typed = [sa.column(name, COLUMN_TYPES[kind]) for name, kind in columns.items()]
        values = sa.func.json_to_recordset(sa.cast(sa.literal(document, sa.Text()), JSON))
        return values.table_valued(*typed).render_derived(name="listed", with_types=True)

    def read_otherwise(
        self, connection: sa.Connection, parent: str, column: str, whole: WholeSublists
    ) -> list[tuple[str, datetime | None]]:
        statement = (
            f"SELECT found.id, found.read_at FROM {_CLOSED} AS closed CROSS JOIN LATERAL"
            f" (SELECT id, {quoted(column)} AS read_at FROM {qualified(parent)}"
            " WHERE _account_id = %s AND _livemode = %s AND id = closed.id OFFSET 0) AS found"
            " WHERE found.read_at IS DISTINCT FROM closed.read_at"
        )
        found = connection.exec_driver_sql(
            statement, (_read_at(whole), whole.owner.account_id, whole.owner.livemode)
        )
        return [(id, at) for id, at in found]

    def with_stale_rows(
        self,
        connection: sa.Connection,
        tables: Sequence[str],
        whole: WholeSublists,
        latest: datetime,
    ) -> list[tuple[str, str]]:
        # Parent by parent: the planner knows nothing of a table that is being filled, and would
        # read all of it.
        selects = [
            f"SELECT DISTINCT '{table}', closed.id FROM closed CROSS JOIN LATERAL"
            f" (SELECT * FROM {qualified(table)} WHERE _parent_id = closed.id OFFSET 0) AS stored"
            f" WHERE {_STALE} < closed.read_at OR stored._observed_at > %s)"
            for table in tables
        ]
        which = (
            whole.parent_resource,
            whole.field,
            whole.owner.account_id,
            whole.owner.livemode,
            latest,
        )
        statement = f"WITH closed AS {_CLOSED} {' UNION ALL '.join(selects)}"
        return [
            (table, id)
            for table, id in connection.exec_driver_sql(
                statement, (_read_at(whole), *which * len(tables))
            )
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
        statement = (
            f"UPDATE {qualified(table)} AS stored"
            " SET _deleted_at = %s, _observed_at = %s, _synced_at = %s"
            " WHERE stored._parent_id = ANY(ARRAY(SELECT json_array_elements_text(%s::json)))"
            f" AND {_STALE} < %s OR stored._observed_at > %s)"
        )
        owner = (whole.owner.account_id, whole.owner.livemode)
        values = (
            at,
            at,
            times.synced_at,
            json_text(parents),
            whole.parent_resource,
            whole.field,
            *owner,
            at,
            times.latest,
        )
        return connection.exec_driver_sql(statement, values).rowcount


_CLOSED = "(SELECT key AS id, value::timestamptz AS read_at FROM json_each_text(%s::json))"
_STALE = (
    "stored._parent_object = %s AND stored._parent_field IS NOT DISTINCT FROM %s::text"
    " AND stored._account_id = %s AND stored._livemode = %s AND stored._deleted_at IS NULL"
    " AND (stored._observed_at IS NULL OR stored._observed_at"
)


def _read_at(whole: WholeSublists) -> str:
    return json_text(whole.read_at)


def _value(kind: ColumnKind, value: Any) -> Any:
    return json_text(value) if kind == "json" and value is not None else value
