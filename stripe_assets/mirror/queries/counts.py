"""How many live rows the models' tables have. A tombstone is not a live row."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.tables.resource_tables import Tables

MODELS_PER_QUERY = 100
"""SQLite joins at most 500 SELECTs."""


def live_row_counts(
    connection: sa.Connection, tables: Tables, names: Collection[str]
) -> Iterator[tuple[str, Owner, int]]:
    """Yields model, owner and rows, for every owner that has rows.

    The owners are not parameters: a platform can have more accounts than a statement can take.
    """
    for some in chunks(names, MODELS_PER_QUERY):
        for name, account_id, livemode, rows in connection.execute(
            sa.union_all(*(_query(tables[name], name) for name in some))
        ):
            yield name, Owner(account_id, livemode), rows


def _query(table: sa.Table, name: str) -> sa.Select:
    owner = (table.c._account_id, table.c._livemode)
    query = sa.select(sa.literal_column(f"'{name}'"), *owner, sa.func.count()).select_from(table)
    return query.where(table.c._deleted_at.is_(None)).group_by(*owner)
