"""The text of PostgreSQL's INSERT statements, made once for each table and set of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from stripe_assets.mirror.dialects.base import Columns, newest_wins, quoted, quoted_list
from stripe_assets.mirror.dialects.column_text import LISTED
from stripe_assets.mirror.tables.layout import SCHEMA, ColumnKind

_TYPE: Mapping[ColumnKind, str] = {
    "text": "text",
    "bigint": "bigint",
    "double": "double precision",
    "boolean": "boolean",
    "numeric": "numeric",
    "timestamp": "timestamptz",
    "json": "jsonb",
}
LATEST = "%s::timestamptz"
Typed = tuple[tuple[str, str], ...]
"""Columns and their types."""


def qualified(table: str) -> str:
    return f"{SCHEMA}.{quoted(table)}"


def typed_columns(names: Iterable[str], kinds: Columns) -> Typed:
    return tuple((column, _TYPE[kinds[column]]) for column in names)


@lru_cache(maxsize=4096)
def document(typed: Typed) -> str:
    """A JSON document, the statement's parameter, as a table `page`."""
    columns = ", ".join(f"{quoted(column)} {kind}" for column, kind in typed)
    return f"json_to_recordset(%s::json) AS page({columns})"


@lru_cache(maxsize=4096)
def insert_sql(table: str, typed: Typed) -> str:
    """Inserts the rows of a document. Its parameters: when they were synced, and the document."""
    columns = quoted_list([column for column, _ in typed])
    return (
        f'INSERT INTO {qualified(table)} AS stored ({columns}, "_synced_at")'
        f" SELECT {columns}, %s::timestamptz FROM {document(typed)}"
    )


@lru_cache(maxsize=256)
def upsert_by_columns(table: str, names: tuple[str, ...], once: Typed, varying: Typed) -> str:
    """Upserts rows that come column by column.

    Parameters: once: columns that have one value for all rows. varying: the other columns.
    The statement's parameters: the values of `once`, when the rows were synced, the texts of
    `varying`, then `WriteTimes.latest`.
    """
    columns = quoted_list([name for name, _ in varying])
    picked = [
        *(f"page.{quoted(name)}::{kind}" for name, kind in varying),
        *(f"%s::{kind}" for _, kind in once),
    ]
    inserted = quoted_list([name for name, _ in (*varying, *once)])
    return (
        f'INSERT INTO {qualified(table)} AS stored ({inserted}, "_synced_at")'
        f" SELECT {', '.join(picked)}, %s::timestamptz"
        f" FROM unnest({', '.join([LISTED] * len(varying))}) AS page ({columns})"
        f" {newest_wins(names, 'stored', LATEST)}"
    )
