"""What the mirror needs of a SQL dialect. Each dialect does it in its database's quickest way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner, WholeSublists
from stripe_assets.mirror.columns import ColumnBatch, Row
from stripe_assets.mirror.tables.layout import PRIMARY_KEY, ColumnKind

Columns = Mapping[str, ColumnKind]


class WriteTimes(NamedTuple):
    """The times of one write."""

    synced_at: datetime
    """Now, by this machine's clock."""
    latest: datetime
    """A row that was observed later than this has a wrong time. It never wins."""


class Dialect(Protocol):
    schema: str | None
    """The schema that holds the tables, where the database has schemas."""

    index_where: str
    """SQLAlchemy's name of the option for a partial index."""

    locks_rows: bool
    """Whether a writer locks rows, and not the whole database."""

    refuses_nul: bool
    """Whether text and JSON cannot have the character U+0000."""

    list_items: str
    """SQL for the items of a JSON list, as a table `item`. `{}` stands for the list."""

    item_text: str
    """SQL for the text of such an item."""

    def engine(self, url: sa.URL) -> sa.Engine: ...

    def is_in_memory(self, url: sa.URL) -> bool:
        """Whether the database is in the memory of the process that opens it."""
        ...

    def database_file(self, url: sa.URL) -> Path | None:
        """The file of the database, where it has one that Python can look for."""
        ...

    def version_table_exists(self, connection: sa.Connection) -> bool: ...

    def begin_schema_change(self, connection: sa.Connection) -> None:
        """Waits until no other program changes the schema. The lock ends with the transaction."""
        ...

    def existing_columns(self, connection: sa.Connection) -> dict[str, set[str]]:
        """Table → its columns, for every table of the database."""
        ...

    def has_key(self, column: sa.ColumnElement[object], key: str) -> sa.ColumnElement[bool]:
        """Whether the JSON object in a column has a key, also one whose value is null."""
        ...

    def upsert(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        """Writes observed rows in the order of their primary key. The newest observation wins.

        The batches have the same columns, and no row twice. Returns how many rows were inserted
        or updated. Raises Unkeepable or UnicodeEncodeError where a value is odd: see
        `write.odd_values`. The transaction can go on.
        """
        ...

    def fill(
        self,
        connection: sa.Connection,
        table: str,
        kinds: Columns,
        column_batches: Sequence[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        """Inserts the missing rows, and leaves the others alone. Otherwise as `upsert`."""
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
        """Inserts or replaces rows of one of the mirror's own tables.

        Parameters: keep: a row that the table has already stays as it is.
        Returns how many rows were written.
        """
        ...

    def listed(
        self, columns: Columns, rows: Iterable[Sequence[str | bool | None]]
    ) -> sa.FromClause:
        """Values as a table that a statement can join. Any number of rows is one parameter."""
        ...

    def read_otherwise(
        self, connection: sa.Connection, parent: str, column: str, whole: WholeSublists
    ) -> list[tuple[str, datetime | None]]:
        """Parents whose column has another reading time than `whole`: (id, that time)."""
        ...

    def with_stale_rows(
        self,
        connection: sa.Connection,
        tables: Sequence[str],
        whole: WholeSublists,
        latest: datetime,
    ) -> list[tuple[str, str]]:
        """(Table, parent's id) where the table has rows of the parent that were observed earlier,
        or after `latest`.

        The result is usually empty.
        """
        ...

    def close_sublists(
        self,
        connection: sa.Connection,
        table: str,
        whole: WholeSublists,
        parents: Sequence[str],
        at: datetime,
        times: WriteTimes,
    ) -> int:
        """Makes tombstones of these parents' rows that were last observed before `at`, or after
        `times.latest`.

        Returns how many.
        """
        ...


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def quoted_list(names: Sequence[str]) -> str:
    return ", ".join(map(quoted, names))


def on_conflict(columns: Sequence[str], key: Sequence[str]) -> str:
    """The clause that replaces the given columns of an existing row."""
    changed = [column for column in columns if column not in key]
    assigned = ", ".join(f"{quoted(column)} = excluded.{quoted(column)}" for column in changed)
    return f"ON CONFLICT ({quoted_list(key)}) DO UPDATE SET {assigned}"


@lru_cache(maxsize=4096)
def newest_wins(columns: tuple[str, ...], stored: str, latest: str) -> str:
    """The clause that replaces the given columns of a resource's row, unless the stored is newer.

    Parameters: stored: the name that the stored row has in the statement. latest: SQL for
    `WriteTimes.latest`.
    """
    clause = on_conflict((*columns, "_synced_at"), PRIMARY_KEY)
    is_newest = (
        f'{stored}."_observed_at" IS NULL OR {stored}."_observed_at" <= excluded."_observed_at"'
        f' OR {stored}."_observed_at" > {latest}'
    )
    return f"{clause} WHERE {is_newest}"


def on_conflict_add(table: str, key: Sequence[str], column: str) -> sa.TextClause:
    """The clause that adds the new value of a column to the stored one."""
    added = f"{quoted(column)} = {quoted(table)}.{quoted(column)} + excluded.{quoted(column)}"
    return sa.text(f"ON CONFLICT ({quoted_list(key)}) DO UPDATE SET {added}")


def among_owners(
    dialect: Dialect, table: sa.Table, owners: Iterable[Owner]
) -> sa.ColumnElement[bool]:
    """Whether a row belongs to one of these owners. The database looks that up row by row.

    The databases guess badly how long the list is. As the condition tests for truth (IS TRUE),
    they neither join the list nor search the primary key once for each owner: the statement's
    other conditions decide which rows are read.
    """
    listed = listed_owners(dialect, owners)
    return sa.tuple_(table.c._account_id, table.c._livemode).in_(sa.select(listed)).is_(True)


def keep_first(key: Sequence[str]) -> str:
    """The clause that leaves an existing row alone."""
    return f"ON CONFLICT ({quoted_list(key)}) DO NOTHING"


def listed_ids(dialect: Dialect, ids: Iterable[str]) -> sa.Select[tuple[str]]:
    """Ids for `column.in_(…)`. Any number of ids is one parameter."""
    return sa.select(dialect.listed({"id": "text"}, ((id,) for id in ids)).c.id)


def listed_owners(dialect: Dialect, owners: Iterable[Owner]) -> sa.FromClause:
    """Owners as a table of `account_id` and `mode`."""
    return dialect.listed(
        {"account_id": "text", "mode": "boolean"},
        ((owner.account_id, owner.livemode) for owner in sorted(set(owners))),
    )
