"""Rows whose objects are gone: a whole sublist no longer has them, or Stripe does not know them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Gone, Owner, WholeSublists
from stripe_assets.mirror.dialects.base import Dialect, WriteTimes, listed_ids
from stripe_assets.mirror.tables.layout import read_at_column
from stripe_assets.mirror.tables.resource_tables import Tables


class Tombstones:
    """Makes tombstones within a write's transaction. Rows that were observed later stay."""

    def __init__(self, tables: Tables, dialect: Dialect) -> None:
        self._tables = tables
        self._dialect = dialect

    def close(
        self,
        connection: sa.Connection,
        closed: Iterable[WholeSublists],
        times: WriteTimes,
        lost: Collection[str] | None = None,
    ) -> Counter[str]:
        """Makes tombstones of the rows that these whole sublists no longer have.

        Parameters: lost: models of which this write had a row that was older than the stored one;
        None where the write has no rows.
        Returns resource → tombstones.
        """
        made: Counter[str] = Counter()
        for whole in _together(closed):
            if not whole.with_parents or lost is None or whole.parent_resource in lost:
                self._note(connection, whole, times.latest)
            tables = {self._tables[name].name: name for name in sorted(whole.targets)}
            stale: dict[str, list[tuple[str, datetime]]] = {}
            for table, id in self._dialect.with_stale_rows(
                connection, list(tables), whole, times.latest
            ):
                stale.setdefault(table, []).append((id, whole.read_at[id]))
            for table in sorted(stale):
                for at, parents in _by_time(stale[table]):
                    made[tables[table]] += self._dialect.close_sublists(
                        connection, table, whole, parents, at, times
                    )
        return made

    def mark_deleted(
        self, connection: sa.Connection, gone: Gone, times: WriteTimes
    ) -> Counter[str]:
        """Makes tombstones of the live rows whose objects do not exist.

        The items of such an object's sublists go with it where no route returns them. No other row
        does. Returns resource → tombstones.
        """
        made: Counter[str] = Counter()
        for owner, ids in self._owned(gone):
            dead = self._mark_rows(connection, replace(gone, owner=owner, ids=ids), times)
            made[gone.resource] += dead
            for field, targets in self._sublists_without_route(gone.resource):
                parents = self._dead(connection, gone.resource, owner, ids)
                if parents:
                    read_at = dict.fromkeys(parents, gone.observed_at)
                    empty = WholeSublists(targets, gone.resource, field.name, owner, read_at)
                    made += self.close(connection, [empty], times)
        return made

    def _owned(self, gone: Gone) -> Iterator[tuple[Owner, tuple[str, ...]]]:
        if gone.resource in self._tables.layout.self_owned:
            yield from ((Owner(id, gone.owner.livemode), (id,)) for id in sorted(set(gone.ids)))
        else:
            yield gone.owner, gone.ids

    def _mark_rows(self, connection: sa.Connection, gone: Gone, times: WriteTimes) -> int:
        table, at = self._tables[gone.resource], gone.observed_at
        observed, deleted = table.c._observed_at, table.c._deleted_at
        known = (
            *self._rows(table, gone.owner, gone.ids),
            sa.or_(observed.is_(None), observed <= at, observed > times.latest),
        )
        # A tombstone stays a tombstone: an observation older than this answer must not revive it.
        connection.execute(
            sa.update(table)
            .where(*known, deleted.is_not(None))
            .values(_observed_at=at, _deleted_at=sa.case((deleted > at, at), else_=deleted))
        )
        marked = sa.update(table).where(*known, deleted.is_(None))
        return connection.execute(
            marked.values(_deleted_at=at, _observed_at=at, _synced_at=times.synced_at)
        ).rowcount

    def _sublists_without_route(self, name: str) -> list[tuple[Field, tuple[str, ...]]]:
        """The sublists of a resource whose items no route returns, and these items' resources."""
        resources = self._tables.catalog.resources
        found = []
        for field in resources[name].fields:
            if field.kind == "sublist":
                targets = tuple(
                    target
                    for target in field.targets
                    if not (resources[target].retrieve or resources[target].other_retrieves)
                )
                if targets:
                    found.append((field, targets))
        return found

    def _dead(
        self, connection: sa.Connection, name: str, owner: Owner, ids: tuple[str, ...]
    ) -> tuple[str, ...]:
        """The ids that have no live row.

        An object whose row was observed later than the evidence keeps its sublists.
        """
        table = self._tables[name]
        alive = sa.select(table.c.id).where(
            *self._rows(table, owner, ids), table.c._deleted_at.is_(None)
        )
        return tuple(sorted(set(ids) - set(connection.scalars(alive))))

    def _rows(
        self, table: sa.Table, owner: Owner, ids: tuple[str, ...]
    ) -> tuple[sa.ColumnElement[bool], ...]:
        own = (table.c._account_id == owner.account_id, table.c._livemode == owner.livemode)
        return (*own, table.c.id.in_(listed_ids(self._dialect, ids)))

    def _note(self, connection: sa.Connection, whole: WholeSublists, latest: datetime) -> None:
        """Stores the reading time in the parents that have no newer one.

        Usually the parents' own rows have brought it already. A newer time of a parent
        counts: rows that only this older page had are gone again.
        """
        column = read_at_column(whole.field or "")
        parent = self._tables[whole.parent_resource]
        if column not in parent.c:
            return
        older = []
        for id, read_at in self._dialect.read_otherwise(connection, parent.name, column, whole):
            if read_at is None or not whole.read_at[id] <= read_at <= latest:
                older.append((id, whole.read_at[id]))
            else:
                whole.read_at[id] = read_at
        for at, ids in _by_time(older):
            noted = sa.update(parent).where(*self._rows(parent, whole.owner, ids))
            connection.execute(noted.values({column: at}))


def _together(closed: Iterable[WholeSublists]) -> list[WholeSublists]:
    """The sublists of one field and owner together, in the same order for every writer.

    Where a sublist was read twice, the later reading counts.
    """
    groups: dict[tuple[str, str, Owner, tuple[str, ...], bool], WholeSublists] = {}
    for one in closed:
        key = (one.parent_resource, one.field or "", one.owner, one.targets, one.with_parents)
        read_at = groups.setdefault(key, replace(one, read_at={})).read_at
        for id, at in one.read_at.items():
            if id not in read_at or read_at[id] < at:
                read_at[id] = at
    return [groups[key] for key in sorted(groups)]


def _by_time(parents: Iterable[tuple[str, datetime]]) -> list[tuple[datetime, tuple[str, ...]]]:
    groups: dict[datetime, list[str]] = {}
    for id, at in parents:
        groups.setdefault(at, []).append(id)
    return [(at, tuple(sorted(groups[at]))) for at in sorted(groups)]
