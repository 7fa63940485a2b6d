"""Credentials that earlier releases stored are taken out of the rows that have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa

from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror.migrate.pages import has_value, pages
from stripe_assets.mirror.rows.json_paths import without_path
from stripe_assets.mirror.tables.layout import PRIMARY_KEY
from stripe_assets.mirror.tables.resource_tables import Tables

Path = tuple[str, ...]


def purge_secrets(
    connection: sa.Connection, tables: Tables, existing: Mapping[str, set[str]]
) -> None:
    """`existing`: the columns that the tables had before this start."""
    for name, resource in tables.catalog.resources.items():
        table, paths = tables[name], resource.purged
        if table.name not in existing:
            continue
        for column in {path[0] for path in paths} & existing[table.name]:
            if column in table.c:
                below = [path[1:] for path in paths if path[0] == column]
                _rewrite(connection, table, column, below)
            else:  # the whole field is a secret: the catalog has no column for it any more
                old = sa.table(table.name, sa.column(column), schema=table.schema)
                some = sa.column(column).is_not(None)
                connection.execute(sa.update(old).where(some).values({column: None}))
        if paths:
            _purge_events(connection, tables, name, paths)


def _purge_events(
    connection: sa.Connection, tables: Tables, name: str, paths: Iterable[Path]
) -> None:
    """Events hold the object as it was."""
    types = [one.name for one in tables.catalog.events.values() if name in one.objects]
    if types and EVENT in tables:
        events = tables[EVENT]
        below = [(state, *path) for path in paths for state in ("object", "previous_attributes")]
        _rewrite(connection, events, "data", below, events.c.type.in_(types))


def _rewrite(
    connection: sa.Connection,
    table: sa.Table,
    column: str,
    paths: Sequence[Path],
    *where: sa.ColumnElement[bool],
) -> None:
    """Takes the values at these paths out of a column with JSON."""
    found = sa.or_(*(has_value(table.c[column], path[-1]) for path in paths))
    columns = (table.c[name] for name in (*PRIMARY_KEY, column))
    query = sa.select(*columns).where(*where, found)
    for rows in pages(connection, table, query):
        for row in rows:
            value = row[column]
            for path in paths:
                value = without_path(value, path)
            if value != row[column]:
                same = (table.c[name] == row[name] for name in PRIMARY_KEY)
                connection.execute(sa.update(table).where(*same).values({column: value}))
