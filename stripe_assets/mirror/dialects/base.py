"""What the mirror asks of a SQL dialect. `sqlite.py` and `postgresql.py` answer, each with what its database is quick at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.columns import ColumnBatch, Row
from stripe_assets.mirror.tables.tables import PRIMARY_KEY, ColumnKind

Columns = Mapping[str, ColumnKind]


@dataclass(frozen=True, slots=True)
class Closing:
    """Sublists of one field that were read to their end."""

    parent_resource: str
    field: str | None
    owner: Owner
    read_at: dict[str, datetime]
    """Parent's id → when the request of the first page was sent: rows that were last observed before are gone."""


class Dialect(Protocol):
    schema: str | None
    """The schema that holds the tables, where the database has schemas."""

    locks_rows: bool
    """Whether a writer locks rows, and not the whole database."""

    list_items: str
    """What a JSON list holds, as a table `item`; `{}` stands for the list."""

    item_text: str
    """An item of it."""

    def engine(self, url: sa.URL) -> sa.Engine: ...

    def version_table_exists(self, connection: sa.Connection) -> bool: ...

    def begin_schema_change(self, connection: sa.Connection) -> None:
        """Waits until no other program changes the schema; the lock ends with the transaction."""
        ...

    def existing_columns(self, connection: sa.Connection) -> dict[str, set[str]]:
        """Table → its columns, of every table that is there."""
        ...

    def has_key(self, column: sa.ColumnElement[object], key: str) -> sa.ColumnElement[bool]:
        """Whether the JSON object in a column has a key, null values included."""
        ...

    def upsert(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        blocks: Sequence[ColumnBatch],
        synced_at: datetime,
    ) -> int:
        """Writes observed rows in the order of their primary key. The blocks have the same columns, and no row twice. Newest wins.

        Returns how many were inserted or updated.
        """
        ...

    def fill(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        blocks: Sequence[ColumnBatch],
        synced_at: datetime,
    ) -> int:
        """Inserts the rows that are missing; otherwise as `upsert`."""
        ...

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
        """Inserts or replaces rows of one of the mirror's own tables; with `keep`, a row that is there stays as it is.

        Returns how many were written.
        """
        ...

    def listed(
        self, columns: Columns, rows: Iterable[Sequence[str | bool | None]]
    ) -> sa.FromClause:
        """Values as a table that a statement can join: one parameter however many there are."""
        ...

    def read_otherwise(
        self, connection: sa.Connection, parent: str, column: str, closing: Closing
    ) -> list[tuple[str, datetime | None]]:
        """Those of the parents whose column does not say that their sublist was last read then, and what it says."""
        ...

    def with_stale_rows(
        self, connection: sa.Connection, tables: Sequence[str], closing: Closing
    ) -> list[tuple[str, str]]:
        """Table, parent: those of the parents that have rows in it which were last observed earlier. Few, as a rule none."""
        ...

    def close_sublists(
        self,
        connection: sa.Connection,
        table: str,
        closing: Closing,
        parents: Sequence[str],
        at: datetime,
        synced_at: datetime,
    ) -> int:
        """Makes tombstones of the rows of these parents that were last observed before `at`. Returns how many."""
        ...


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted_list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def on_conflict(columns: Sequence[str], key: Sequence[str]) -> str:
    """The clause that replaces the present columns."""
    changed = [column for column in columns if column not in key]
    assigned = ", ".join(f"{quoted(column)} = excluded.{quoted(column)}" for column in changed)
    return f"ON CONFLICT ({quoted_list(key)}) DO UPDATE SET {assigned}"


@lru_cache(maxsize=4096)
def newest_wins(columns: tuple[str, ...], stored: str) -> str:
    """The clause that replaces the present columns of a resource's row where the stored one is not newer.

    Parameters: stored: the name under which the statement sees the stored row.
    """
    clause = on_conflict((*columns, "_synced_at"), PRIMARY_KEY)
    return f'{clause} WHERE {stored}."_observed_at" IS NULL OR {stored}."_observed_at" <= excluded."_observed_at"'


def on_conflict_add(table: str, key: Sequence[str], column: str) -> sa.TextClause:
    """The clause that adds to what a row of the table has in the column."""
    added = f"{quoted(column)} = {quoted(table)}.{quoted(column)} + excluded.{quoted(column)}"
    return sa.text(f"ON CONFLICT ({quoted_list(key)}) DO UPDATE SET {added}")


def among_owners(
    dialect: Dialect, table: sa.Table, owners: Iterable[Owner]
) -> sa.ColumnElement[bool]:
    """Whether a row is one of these owners', looked up row by row.

    The databases guess badly how long the list is. As a test for truth they neither join it nor go through the primary key
    once for each owner: the statement's other conditions choose which rows are read.
    """
    listed = listed_owners(dialect, owners)
    return sa.tuple_(table.c._account_id, table.c._livemode).in_(sa.select(listed)).is_(True)


def keep_first(key: Sequence[str]) -> str:
    """The clause that leaves a row that is there alone."""
    return f"ON CONFLICT ({quoted_list(key)}) DO NOTHING"


def listed_ids(dialect: Dialect, ids: Iterable[str]) -> sa.Select[tuple[str]]:
    """What `column.in_(…)` takes: any number of ids as one parameter."""
    return sa.select(dialect.listed({"id": "text"}, ((id,) for id in ids)).c.id)


def listed_owners(dialect: Dialect, owners: Iterable[Owner]) -> sa.FromClause:
    """Owners as a table of `account` and `mode`."""
    return dialect.listed(
        {"account": "text", "mode": "boolean"},
        ((owner.account_id, owner.livemode) for owner in sorted(set(owners))),
    )
