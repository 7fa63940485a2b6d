"""References that point at nothing in the mirror. The database finds them in one pass a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from stripe_assets.mirror.batch import ObjectRef, Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.dialects.base import Dialect, quoted
from stripe_assets.mirror.dialects.column_types import COLUMN_TYPES
from stripe_assets.mirror.queries.presence import present
from stripe_assets.mirror.queries.reference_columns import ReferenceColumn, reference_columns
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.transactions import Transactions

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog
    from stripe_assets.catalog.model import Resource

ROWS_PER_FETCH = 2_000
_EVERY_ROW = "LIMIT 9223372036854775807"
"""Keeps a subquery apart. So the database computes its expressions once a row."""
_FIRST_ROW = "LIMIT 1 OFFSET 0"
"""Does the same within EXISTS. There PostgreSQL ignores a LIMIT without OFFSET, and may join the
whole target for each row."""


def open_references(
    transactions: Transactions,
    tables: Tables,
    since: datetime,
    owners: Sequence[Owner],
    resources: Mapping[str, Collection[str] | None] | None = None,
    *,
    at_once: int = 1,
) -> set[ObjectRef]:
    """See `References.missing`.

    Parameters: at_once: how many tables are read at the same time, each with its own connection.
    """
    ids_of = dict.fromkeys(tables) if resources is None else resources

    def of(name: str) -> set[ObjectRef]:
        found: set[ObjectRef] = set()
        ids, columns = ids_of[name], reference_columns(tables.catalog, name)
        with transactions.connection() as connection:
            for some in [None] if ids is None else chunks(ids):
                for rows in _open_rows(
                    connection, tables, transactions.dialect, name, since, owners, some
                ):
                    wanted = {
                        ref
                        for row in rows
                        for column in columns
                        for ref in column.refs(tables.catalog, row, owners[0])
                    }
                    found |= wanted - found - present(connection, tables, wanted - found)
        return found

    with ThreadPoolExecutor(at_once) as pool:
        return set[ObjectRef]().union(
            *pool.map(of, (name for name in ids_of if reference_columns(tables.catalog, name)))
        )


def _open_rows(
    connection: sa.Connection,
    tables: Tables,
    dialect: Dialect,
    name: str,
    since: datetime,
    owners: Sequence[Owner],
    ids: Sequence[str] | None,
) -> Iterator[Sequence[Mapping[Any, Any]]]:
    """Yields rows with open references, in parts.

    A row has its columns with open references and the columns that complete them. Others are null.
    Equal rows come once: most rows refer to the same objects.
    """
    query = _query(tables.catalog, dialect, name, ids is None)
    values = {
        "accounts": [owner.account_id for owner in owners],
        "livemode": owners[0].livemode,
        "platform": owners[0].account_id,
    }
    which = {"since": since} if ids is None else {"ids": ids}
    yield from (
        connection.execute(query, values | which, execution_options={"yield_per": ROWS_PER_FETCH})
        .mappings()
        .partitions()
    )


@lru_cache(maxsize=512)
def _query(catalog: Catalog, dialect: Dialect, name: str, whole: bool) -> sa.TextualSelect:
    """The statement, as text: SQLAlchemy has nothing to compile, and makes no tables for it.

    Parameters: whole: for all rows that were written since a time; there is no index for that.
    Otherwise for rows by their ids.
    """
    every = reference_columns(catalog, name)
    conditions: dict[str, list[str]] = {}
    for reading in every:
        for column in reading.columns:
            conditions.setdefault(column, []).append(_is_open(catalog, dialect, reading))
    del conditions["_account_id"]
    picked = "".join(
        f", CASE WHEN {' OR '.join(some)} THEN referring.{quoted(column)} END AS {quoted(column)}"
        for column, some in conditions.items()
    )
    is_open = " OR ".join(f"each.{quoted(one.column)} IS NOT NULL" for one in every)
    text = (
        f"SELECT DISTINCT * FROM (SELECT referring._account_id{picked}"
        f" FROM {_qualified(dialect, catalog[name])} AS referring"
        " WHERE referring._account_id IN :accounts AND referring._livemode = :livemode"
        f" AND {'referring._synced_at >= :since' if whole else 'referring.id IN :ids'}"
        f" {_EVERY_ROW}) AS each WHERE {is_open}"
    )
    lists = {reading.column for reading in every if reading.field.kind == "references"}
    columns = (
        sa.column(column, COLUMN_TYPES["json" if column in lists else "text"])
        for column in ("_account_id", *conditions)
    )
    which = (
        sa.bindparam("since", type_=COLUMN_TYPES["timestamp"])
        if whole
        else sa.bindparam("ids", expanding=True)
    )
    livemode = sa.bindparam("livemode", type_=COLUMN_TYPES["boolean"])
    return (
        sa.text(text)
        .bindparams(sa.bindparam("accounts", expanding=True), livemode, which)
        .columns(*columns)
    )


def _is_open(catalog: Catalog, dialect: Dialect, reading: ReferenceColumn) -> str:
    """SQL: whether the column refers to an object that none of its targets' tables has.

    The objects are looked up by their primary keys.
    """
    column, one = f"referring.{quoted(reading.column)}", reading.field.kind == "reference"
    id = column if one else dialect.item_text
    named = f"referring.{quoted(reading.owner_column)}" if reading.owner_column else id
    owner = {"own": "referring._account_id", "platform": ":platform"}.get(
        reading.field.owner, named
    )
    nowhere = " AND ".join(
        f"NOT EXISTS (SELECT 1 FROM {_qualified(dialect, target)} AS target"
        f" WHERE target._account_id = {id if target.rows_are_accounts else owner}"
        " AND target._livemode = referring._livemode"
        f" AND target.id = {id}{'' if one else f' {_FIRST_ROW}'})"
        for target in (catalog[name] for name in reading.field.targets if name in catalog.resources)
    )
    if one:
        return f"({column} IS NOT NULL AND {column} <> '' AND {nowhere})"
    # NULL <> '[]' is not false, so the database would still take the list apart. IS NOT NULL comes
    # first for that reason.
    items = dialect.list_items.format(column)
    return (
        f"({column} IS NOT NULL AND {column} <> '[]'"
        f" AND EXISTS (SELECT 1 FROM {items} WHERE {id} <> '' AND {nowhere}))"
    )


def _qualified(dialect: Dialect, resource: Resource) -> str:
    return (
        f"{quoted(dialect.schema)}.{quoted(resource.table)}"
        if dialect.schema
        else quoted(resource.table)
    )
