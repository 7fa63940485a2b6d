"""Batches → statements. Rows of one table with the same columns go together. Each id goes once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import attrgetter, itemgetter

import sqlalchemy as sa

from stripe_assets.mirror.batch import Batch, Link, WriteCounts
from stripe_assets.mirror.columns import ColumnBatch, Row, Rows
from stripe_assets.mirror.dialects.base import Columns, Dialect, WriteTimes, listed_ids
from stripe_assets.mirror.latest import LatestTime
from stripe_assets.mirror.tables.layout import PARENT_COLUMNS, PRIMARY_KEY
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.tables.values import Unkeepable
from stripe_assets.mirror.write.hole_rows import write_holes
from stripe_assets.mirror.write.kept_parts import keep_parts
from stripe_assets.mirror.write.ledger_entries import ledger_row
from stripe_assets.mirror.write.odd_values import OddValues
from stripe_assets.mirror.write.tombstones import Tombstones

_key = itemgetter(*PRIMARY_KEY)

WriteRows = Callable[[sa.Connection, str, Columns, Sequence[ColumnBatch], WriteTimes], int]
"""`Dialect.upsert` or `Dialect.fill`."""

CHECKPOINT_KEY = tuple(OWN_COLUMNS["_checkpoint"][0])
LEDGER_COLUMNS: Columns = {**OWN_COLUMNS["_event_ledger"][0], **OWN_COLUMNS["_event_ledger"][1]}
CHECKPOINT_COLUMNS: Columns = {**OWN_COLUMNS["_checkpoint"][0], **OWN_COLUMNS["_checkpoint"][1]}


class Upserter:
    """Writes batches through a dialect."""

    def __init__(self, tables: Tables, dialect: Dialect, latest: LatestTime | None = None) -> None:
        self._tables = tables
        self._dialect = dialect
        self._latest = latest or LatestTime()
        self._tombstones = Tombstones(tables, dialect)
        self._layouts: dict[str, tuple[str, Columns]] = {}
        children, resources = tables.layout.children, tables.catalog.resources
        self._twice_listed = {
            name
            for name in children
            if any(route.parent is None for route in resources[name].routes)
        }

    def write(self, connection: sa.Connection, batches: Sequence[Batch]) -> WriteCounts:
        """Writes the batches within the connection's transaction."""
        # By this machine's clock: readers of `_synced_at` have it too. The database's may differ.
        now = datetime.now(UTC)
        for observed_at in _observed(batches):
            self._latest.learn(observed_at)
        times = WriteTimes(now, self._latest())
        rows: Counter[str] = Counter()
        fills: Counter[str] = Counter()
        tombstones: Counter[str] = Counter()
        lost: set[str] = set()
        # Every writer has one order of tables, and of ids in each statement. So two writers seldom
        # wait for each other.
        for name in sorted({name for batch in batches for name in batch.rows}):
            keep_parts(connection, self._dialect, self._tables[name], _of(name, batches))
            for column_batches in _groups(batch.rows.get(name) for batch in batches):
                once = _once(column_batches, _newest)
                written = self._write_rows(self._dialect.upsert, connection, name, once, times)
                rows[name] += written
                if written < sum(map(len, once)):
                    lost.add(name)
        for name in sorted({name for batch in batches for name in batch.fills}):
            for column_batches in _groups(batch.fills.get(name) for batch in batches):
                once = _once(column_batches, _first)
                fills[name] += self._write_rows(self._dialect.fill, connection, name, once, times)
        for name in sorted({name for batch in batches for name in batch.rows} & self._twice_listed):
            placed = [one for one in _of(name, batches) if "_parent_id" in one.columns]
            self._place(connection, name, placed)
        for link in sorted(
            (link for batch in batches for link in batch.links),
            key=attrgetter("resource", "owner", "value", "ids"),
        ):
            self._link(connection, link)
        tombstones += self._tombstones.close(
            connection, (closed for batch in batches for closed in batch.closed), times, lost
        )
        for gone in sorted(
            (gone for batch in batches for gone in batch.gone),
            key=attrgetter("resource", "owner", "ids"),
        ):
            tombstones += self._tombstones.mark_deleted(connection, gone, times)
        self._write_checkpoints(connection, batches)
        write_holes(connection, self._dialect, self._tables.own["_hole"], batches, now)
        events = self._enter(connection, batches, now)
        return WriteCounts(+rows, +fills, +tombstones, events)

    def _write_rows(
        self,
        write: WriteRows,
        connection: sa.Connection,
        name: str,
        column_batches: list[ColumnBatch],
        times: WriteTimes,
    ) -> int:
        """Upserts or fills rows. Where the database refuses a value, it gets the nearest one."""
        table, kinds = self._layout(name)
        try:
            return write(connection, table, kinds, column_batches, times)
        except (Unkeepable, UnicodeEncodeError):
            resource = self._tables.catalog.resources[name]
            odd = OddValues(resource, kinds, refuses_nul=self._dialect.refuses_nul)
            return write(connection, table, kinds, odd.replaced(column_batches), times)

    def _place(
        self, connection: sa.Connection, name: str, column_batches: Sequence[ColumnBatch]
    ) -> None:
        """Stores the parent of rows whose stored state has none.

        Another list returned such a row later than this page did, and did not name its parent.
        """
        if not column_batches:
            return
        table, columns = self._tables[name], (*PRIMARY_KEY, *PARENT_COLUMNS)
        kinds = self._layout(name)[1]
        rows = (
            row
            for column_batch in column_batches
            for row in zip(*(column_batch.columns[column] for column in columns), strict=True)
        )
        listed = self._dialect.listed({column: kinds[column] for column in columns}, rows)
        connection.execute(
            sa.update(table)
            .where(
                *(table.c[column] == listed.c[column] for column in PRIMARY_KEY),
                table.c._parent_id.is_(None),
            )
            .values({column: listed.c[column] for column in PARENT_COLUMNS})
        )

    def _link(self, connection: sa.Connection, link: Link) -> None:
        table = self._tables[link.resource]
        connection.execute(
            sa.update(table)
            .where(
                table.c._account_id == link.owner.account_id,
                table.c._livemode == link.owner.livemode,
            )
            .where(
                table.c.id.in_(listed_ids(self._dialect, link.ids)),
                table.c[link.column].is_distinct_from(link.value),
            )
            .values({link.column: link.value})
        )

    def _layout(self, name: str) -> tuple[str, Columns]:
        layout = self._layouts.get(name)
        if layout is None:
            resource = self._tables.catalog.resources[name]
            layout = self._layouts[name] = (resource.table, self._tables.layout.columns(resource))
        return layout

    def _write_checkpoints(self, connection: sa.Connection, batches: Sequence[Batch]) -> None:
        last = {}
        for batch in batches:
            for point in batch.checkpoints:
                last[(point.owner, point.resource, point.key)] = point
        rows: list[Row] = [
            {
                "_account_id": point.owner.account_id,
                "_livemode": point.owner.livemode,
                "resource": point.resource,
                "key": point.key,
                "cursor": list(point.cursor) or None,
                "done": point.done,
            }
            for _, point in sorted(last.items(), key=itemgetter(0))
        ]
        if rows:
            self._dialect.put(connection, "_checkpoint", CHECKPOINT_KEY, CHECKPOINT_COLUMNS, rows)

    def _enter(self, connection: sa.Connection, batches: Sequence[Batch], now: datetime) -> int:
        """Enters the events that the ledger does not have. Returns how many."""
        entries = {entry.key: entry for batch in batches for entry in batch.ledger}
        rows = [ledger_row(entry, now) for _, entry in sorted(entries.items(), key=itemgetter(0))]
        return self._dialect.put(
            connection, "_event_ledger", PRIMARY_KEY, LEDGER_COLUMNS, rows, keep=True
        )


def _of(name: str, batches: Iterable[Batch]) -> Iterator[ColumnBatch]:
    """The column batches of one resource."""
    for batch in batches:
        if rows := batch.rows.get(name):
            yield from rows.column_batches


def _observed(batches: Iterable[Batch]) -> Iterator[datetime]:
    """When the rows of batches were observed. The rows of a column batch have one time."""
    for batch in batches:
        for rows in batch.rows.values():
            for column_batch in rows.column_batches:
                yield from column_batch.columns["_observed_at"][:1]


def _groups(some: Iterable[Rows | None]) -> list[list[ColumnBatch]]:
    """The column_batches, those with the same columns together."""
    groups: dict[tuple[str, ...], list[ColumnBatch]] = {}
    for rows in some:
        for column_batch in rows.column_batches if rows else ():
            groups.setdefault(column_batch.names, []).append(column_batch)
    return list(groups.values())


def _once(
    column_batches: list[ColumnBatch], better: Callable[[Row, Row], bool]
) -> list[ColumnBatch]:
    """The column_batches with each row once. A later row replaces an earlier one that is worse."""
    count = sum(map(len, column_batches))
    if len(set(chain.from_iterable(column_batch.ids for column_batch in column_batches))) == count:
        return column_batches
    kept: dict[tuple[str, bool, str], Row] = {}
    for column_batch in column_batches:
        for row in column_batch:
            other = kept.setdefault(_key(row), row)
            if other is not row and better(row, other):
                kept[_key(row)] = row
    return Rows.of(kept.values()).column_batches


def _newest(row: Row, other: Row) -> bool:
    """Whether a later row was observed later, or at the same time."""
    return row["_observed_at"] >= other["_observed_at"]


def _first(row: Row, other: Row) -> bool:
    return False
