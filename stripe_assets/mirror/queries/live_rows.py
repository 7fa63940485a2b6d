"""Live rows: how many there are, and which a run has to read again. A tombstone is not one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import listed_ids
from stripe_assets.mirror.latest import LatestTime
from stripe_assets.mirror.queries.counts import live_row_counts
from stripe_assets.mirror.tables.layout import INCLUDED_AT
from stripe_assets.mirror.tables.resource_tables import Tables, is_unsettled
from stripe_assets.mirror.transactions import Transactions

_ROWS_A_FETCH = 10_000


class LiveRows:
    """Questions about the live rows of models. Each takes one statement or a few."""

    def __init__(self, transactions: Transactions, tables: Tables, latest: LatestTime) -> None:
        self._transactions = transactions
        self._tables = tables
        self._latest = latest

    def count(self, resource: str, owner: Owner | None = None) -> int:
        """Live rows of a resource. For all owners by default."""
        return self.counts(None if owner is None else [owner], [resource])[resource]

    def counts(
        self, owners: Iterable[Owner] | None = None, resources: Iterable[str] | None = None
    ) -> dict[str, int]:
        """Resource → live rows of these owners together. None means all owners, all resources."""
        found = dict.fromkeys(self._tables if resources is None else resources, 0)
        wanted = None if owners is None else set(owners)
        with self._transactions.connection() as connection:
            for name, owner, rows in live_row_counts(connection, self._tables, found):
                if wanted is None or owner in wanted:
                    found[name] += rows
        return found

    def counts_by_owner(self, resource: str, owners: Iterable[Owner]) -> dict[Owner, int]:
        """Owner → live rows of a resource. An owner that has no row is left out."""
        with self._transactions.connection() as connection:
            found = {
                owner: rows
                for _, owner, rows in live_row_counts(connection, self._tables, [resource])
            }
        return {owner: found[owner] for owner in owners if owner in found}

    def counts_of_all(self) -> dict[tuple[Owner, str], int]:
        """(Owner, resource) → live rows. A pair that has no row is left out."""
        with self._transactions.connection() as connection:
            counted = live_row_counts(connection, self._tables, self._tables)
            return {(owner, name): rows for name, owner, rows in counted}

    def created_in_live_mode(self, resource: str, since: datetime) -> dict[Owner, int]:
        """Owner → live-mode rows created since then. An owner without such a row is left out."""
        table = self._tables[resource].c
        owner = (table._account_id, table._livemode)
        query = sa.select(*owner, sa.func.count()).where(
            table._livemode, table._deleted_at.is_(None), table.created >= since
        )
        with self._transactions.connection() as connection:
            return {
                Owner(account_id, mode): number
                for account_id, mode, number in connection.execute(query.group_by(*owner))
            }

    def unlisted(
        self,
        resource: str,
        owner: Owner,
        before: datetime,
        asked_before: datetime,
        columns: Iterable[str] = (),
    ) -> list[Row]:
        """Rows that a sweep did not return: their ids and these columns.

        Parameters: before: when the sweep began. asked_before: rows that were found to exist since
        then, though no list returned them, are left out.
        Rows that were only embedded in other objects are left out too.
        """
        table = self._tables[resource]
        found = table.c._unlisted_at
        not_asked = sa.or_(found.is_(None), found < asked_before, found > self._latest())
        query = self._live(resource, owner, dict.fromkeys(["id", *columns])).where(
            self._is_stale(table, before), not_asked
        )
        return self._read(query.order_by(table.c.id))

    def not_in_full(
        self,
        resource: str,
        owner: Owner,
        listed: datetime,
        before: datetime,
        missed: Collection[str],
    ) -> dict[str, bool]:
        """Rows that a list has returned since `listed`, and that were not read in full since
        `before`, or could not be (`missed`): id → whether they ever were.

        See `Resource.retrieved_in_full`.
        """
        table = self._tables[resource]
        read_at = table.c[INCLUDED_AT]
        wanted = sa.or_(read_at.is_(None), read_at < before, table.c.id.in_(missed))
        query = self._live(resource, owner, ["id", INCLUDED_AT]).where(
            wanted, table.c._observed_at >= listed
        )
        rows = self._read(query.order_by(table.c.id))
        return {row["id"]: row[INCLUDED_AT] is not None for row in rows}

    def unsettled(self, resource: str, owner: Owner) -> list[Row]:
        """Rows that will still change without an event (`Resource.not_final_when`).

        Each has `id`, and `created` where the resource has that.
        """
        declared = self._tables.catalog.resources[resource]
        if declared.not_final_when is None:
            return []
        table = self._tables[resource]
        columns = [name for name in ("id", "created") if name in table.c]
        query = self._live(resource, owner, columns).where(is_unsettled(table, declared))
        return self._read(query.order_by(table.c.id))

    def stale_children(
        self, resource: str, owner: Owner, parent: str, parent_ids: Iterable[str], before: datetime
    ) -> list[Row]:
        """Rows in the nested lists of these parents that were last observed before then.

        Each has `id` and `_parent_id`.
        """
        table = self._tables[resource]
        query = self._live(resource, owner, ["id", "_parent_id"]).where(
            table.c._parent_object == parent, self._is_stale(table, before)
        )
        query = query.where(table.c._unlisted_at.is_(None))
        found: list[Row] = []
        with self._transactions.connection() as connection:
            for some in chunks(parent_ids):
                of_some = table.c._parent_id.in_(listed_ids(self._transactions.dialect, some))
                rows = connection.execute(query.where(of_some)).mappings()
                found += [dict(row) for row in rows]
        return found

    def newest_created(self, resource: str, owner: Owner) -> datetime | None:
        """When the newest row was created, by Stripe's clock. None where there is no row."""
        table = self._tables[resource].c
        query = sa.select(sa.func.max(table.created)).where(
            table._account_id == owner.account_id, table._livemode == owner.livemode
        )
        with self._transactions.connection() as connection:
            return connection.scalar(query)

    def created_between(
        self, resource: str, owner: Owner, first: datetime, last: datetime
    ) -> Iterator[datetime]:
        """Yields, in order, when the rows of this range were created, both ends included.

        The database is read in parts while the caller iterates.
        """
        created = self._tables[resource].c.created
        query = (
            self._live(resource, owner, ["created"])
            .where(created >= first, created <= last)
            .order_by(created)
        )
        with self._transactions.connection() as connection:
            yield from connection.execution_options(yield_per=_ROWS_A_FETCH).scalars(query)

    def _is_stale(self, table: sa.Table, before: datetime) -> sa.ColumnElement[bool]:
        """Whether a row was last observed before then, or has a time of the future."""
        observed_at = table.c._observed_at
        return sa.or_(observed_at < before, observed_at > self._latest())

    def _read(self, query: sa.Select) -> list[Row]:
        with self._transactions.connection() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _live(self, resource: str, owner: Owner, columns: Iterable[str]) -> sa.Select:
        table = self._tables[resource]
        query = sa.select(*(table.c[column] for column in columns))
        return query.where(
            table.c._account_id == owner.account_id,
            table.c._livemode == owner.livemode,
            table.c._deleted_at.is_(None),
        )
