"""Parts of a JSON column that objects came without because they were not asked for: the stored
parts stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import ColumnBatch
from stripe_assets.mirror.dialects.base import Dialect, listed_ids
from stripe_assets.mirror.rows.json_paths import at_path


def keep_parts(
    connection: sa.Connection,
    dialect: Dialect,
    table: sa.Table,
    column_batches: Iterable[ColumnBatch],
) -> None:
    """Puts the stored parts into the values that are about to be written. It reads the rows only
    where some part was not asked for, or was refused."""
    for column_batch in column_batches:
        for column, paths in column_batch.kept.items():
            values = column_batch.columns.get(column, ())
            if any(type(value) is dict for value in values):
                stored = _stored(connection, dialect, table, column, column_batch)
                column_batch.columns[column] = [
                    _with_parts(value, stored.get(key), paths)
                    for key, value in zip(column_batch.keys, values, strict=True)
                ]


def _stored(
    connection: sa.Connection,
    dialect: Dialect,
    table: sa.Table,
    column: str,
    column_batch: ColumnBatch,
) -> dict[tuple[Any, ...], Any]:
    """Primary key → the column's stored value."""
    found: dict[tuple[Any, ...], Any] = {}
    columns = (table.c._account_id, table.c._livemode, table.c.id, table.c[column])
    for some in chunks(list(column_batch.ids)):
        query = sa.select(*columns).where(table.c.id.in_(listed_ids(dialect, some)))
        found |= {tuple(row[:3]): row[3] for row in connection.execute(query)}
    return found


def _with_parts(value: Any, old: Any, paths: list[tuple[str, ...]]) -> Any:
    for path in paths:
        part = at_path(old, path)
        if part is not None and at_path(value, path) is None:
            value = _with_part(value, path, part)
    return value


def _with_part(value: Any, path: tuple[str, ...], part: Any) -> Any:
    """A copy of the value with the part. As it is, where there is no object to put it into."""
    if type(value) is not dict:
        return value
    name, *below = path
    return {**value, name: _with_part(value.get(name), tuple(below), part) if below else part}
