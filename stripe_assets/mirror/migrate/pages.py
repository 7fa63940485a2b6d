"""Rows of a table, a page at a time: a migration must not keep a whole table in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from stripe_assets.mirror.tables.layout import PRIMARY_KEY

PAGE = 500


def has_value(column: sa.ColumnElement[object], name: str) -> sa.ColumnElement[bool]:
    """Whether JSON has text, or an object, under this name. PostgreSQL writes a space before it."""
    text = sa.cast(column, sa.Text())
    starts = (f'"{name}":{space}{first}' for space in ("", " ") for first in ('"', "{"))
    return sa.or_(*(text.contains(start, autoescape=True) for start in starts))


def pages(
    connection: sa.Connection, table: sa.Table, query: sa.Select[tuple[object, ...]]
) -> Iterator[Sequence[sa.RowMapping]]:
    """Yields the rows of a query, in the order of the primary key. It must select the key's
    columns. The caller may change the rows of a page."""
    key = sa.tuple_(*(table.c[column] for column in PRIMARY_KEY))
    query = query.order_by(*(table.c[column] for column in PRIMARY_KEY)).limit(PAGE)
    last = None
    while rows := (
        connection.execute(query if last is None else query.where(key > last)).mappings().all()
    ):
        yield rows
        last = sa.tuple_(
            *(sa.literal(rows[-1][column], table.c[column].type) for column in PRIMARY_KEY)
        )
