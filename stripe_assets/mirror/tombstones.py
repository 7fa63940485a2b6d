"""Rows whose objects are gone: no longer in a completely read sublist, or not known to Stripe any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import ClosedSublist, Gone, Owner
from stripe_assets.mirror.dialect import Dialect, listed_ids
from stripe_assets.mirror.tables import Tables, read_at_column


class Tombstones:
    """Makes tombstones within a write's transaction. Nothing that was observed later is touched."""

    def __init__(self, tables: Tables, dialect: Dialect) -> None:
        self._tables = tables
        self._dialect = dialect

    def close(self, connection: sa.Connection, closed: ClosedSublist, now: datetime) -> Counter[str]:
        """Resource → rows that these completely read sublists no longer have."""
        made: Counter[str] = Counter()
        for closing in [closed, *self._read_later(connection, closed)]:
            for name in sorted(closing.targets):
                made[name] += self._dialect.close_sublists(connection, self._tables[name].name, closing, now)
        return made

    def bury(self, connection: sa.Connection, gone: Gone, now: datetime) -> Counter[str]:
        """Resource → rows that were alive and whose objects do not exist.

        What a gone object's sublists held goes with it where no route could tell otherwise; nothing else does.
        """
        made: Counter[str] = Counter()
        for owner, ids in self._owned(gone):
            dead = self._bury_rows(connection, replace(gone, owner=owner, ids=ids), now)
            made[gone.resource] += dead
            for field, targets in self._sublists_without_route(gone.resource):
                parents = self._dead(connection, gone.resource, owner, ids)
                if parents:
                    made += self.close(connection, ClosedSublist(targets, gone.resource, field.name, owner, parents, gone.observed_at), now)
        return made

    def _owned(self, gone: Gone) -> Iterator[tuple[Owner, tuple[str, ...]]]:
        if gone.resource in self._tables.layout.self_owned:
            yield from ((Owner(id, gone.owner.livemode), (id,)) for id in sorted(set(gone.ids)))
        else:
            yield gone.owner, gone.ids

    def _bury_rows(self, connection: sa.Connection, gone: Gone, now: datetime) -> int:
        table, at = self._tables[gone.resource], gone.observed_at
        known = (*self._rows(table, gone.owner, gone.ids), sa.or_(table.c._observed_at.is_(None), table.c._observed_at <= at))
        # A tombstone stays what it is, but an observation from before this one shall not bring it back.
        connection.execute(sa.update(table).where(*known, table.c._deleted_at.is_not(None)).values(_observed_at=at))
        burial = sa.update(table).where(*known, table.c._deleted_at.is_(None))
        return connection.execute(burial.values(_deleted_at=at, _observed_at=at, _synced_at=now)).rowcount

    def _sublists_without_route(self, name: str) -> list[tuple[Field, tuple[str, ...]]]:
        """The sublists of a resource whose items cannot be asked for by themselves, and these items' resources."""
        resources = self._tables.catalog.resources
        found = []
        for field in resources[name].fields:
            if field.kind == "sublist":
                targets = tuple(target for target in field.targets if not (resources[target].retrieve or resources[target].other_retrieves))
                if targets:
                    found.append((field, targets))
        return found

    def _dead(self, connection: sa.Connection, name: str, owner: Owner, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the ids that have no living row: one observed later than the evidence keeps its sublists."""
        table = self._tables[name]
        alive = sa.select(table.c.id).where(*self._rows(table, owner, ids), table.c._deleted_at.is_(None))
        return tuple(sorted(set(ids) - set(connection.scalars(alive))))

    def _rows(self, table: sa.Table, owner: Owner, ids: tuple[str, ...]) -> tuple[sa.ColumnElement[bool], ...]:
        own = (table.c._account_id == owner.account_id, table.c._livemode == owner.livemode)
        return (*own, table.c.id.in_(listed_ids(self._dialect, ids)))

    def _read_later(self, connection: sa.Connection, closed: ClosedSublist) -> list[ClosedSublist]:
        """Closings that the database knows of and that are newer: rows that only this older page had are gone again.

        Notes this closing with the parents that know of none as new; as a rule their own rows brought it already.
        """
        column = read_at_column(closed.field or "")
        parent = self._tables[closed.parent_resource]
        if column not in parent.c:
            return []
        older, newer = [], []
        for id, read_at in self._dialect.read_otherwise(connection, parent.name, column, closed):
            if read_at is None or read_at < closed.observed_at:
                older.append(id)
            else:
                newer.append(replace(closed, parent_ids=(id,), observed_at=read_at))
        if older:
            noted = sa.update(parent).where(*self._rows(parent, closed.owner, tuple(older)))
            connection.execute(noted.values({column: closed.observed_at}))
        return newer
