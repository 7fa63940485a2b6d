"""Rows that a run has to look at again: not listed any more, not settled yet, changed by an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Dialect, listed_ids, listed_owners
from stripe_assets.mirror.tables.tables import Tables, is_unsettled

EVENTS = "event"
_IDS_A_QUERY = 500  # each is looked for with each owner
_ROWS_A_FETCH = 10_000


class Candidates:
    """Questions about live rows, each a statement or a few."""

    def __init__(self, tables: Tables, dialect: Dialect) -> None:
        self._tables = tables
        self._dialect = dialect

    def unlisted(
        self,
        connection: sa.Connection,
        resource: str,
        owner: Owner,
        before: datetime,
        asked_before: datetime,
        columns: Iterable[str],
    ) -> list[Row]:
        table = self._tables[resource]
        not_asked = sa.or_(table.c._unlisted_at.is_(None), table.c._unlisted_at < asked_before)
        query = self._live(resource, owner, dict.fromkeys(["id", *columns])).where(
            table.c._observed_at < before, not_asked
        )
        return [dict(row) for row in connection.execute(query.order_by(table.c.id)).mappings()]

    def unsettled(self, connection: sa.Connection, resource: str, owner: Owner) -> list[Row]:
        told = self._tables.catalog.resources[resource]
        if told.not_final_when is None:
            return []
        table = self._tables[resource]
        columns = [name for name in ("id", "created") if name in table.c]
        query = self._live(resource, owner, columns).where(is_unsettled(table, told))
        return [dict(row) for row in connection.execute(query.order_by(table.c.id)).mappings()]

    def below(
        self,
        connection: sa.Connection,
        resource: str,
        owner: Owner,
        parent: str,
        parent_ids: Iterable[str],
        before: datetime,
    ) -> list[Row]:
        table = self._tables[resource]
        query = self._live(resource, owner, ["id", "_parent_id"]).where(
            table.c._parent_object == parent, table.c._observed_at < before
        )
        query = query.where(table.c._unlisted_at.is_(None))
        found: list[Row] = []
        for some in chunks(parent_ids, _IDS_A_QUERY):
            rows = connection.execute(
                query.where(table.c._parent_id.in_(listed_ids(self._dialect, some)))
            ).mappings()
            found += [dict(row) for row in rows]
        return found

    def newest(self, connection: sa.Connection, resource: str, owner: Owner) -> datetime | None:
        created = self._tables[resource].c
        query = sa.select(sa.func.max(created.created)).where(
            created._account_id == owner.account_id, created._livemode == owner.livemode
        )
        return connection.scalar(query)

    def created_between(
        self,
        connection: sa.Connection,
        resource: str,
        owner: Owner,
        first: datetime,
        last: datetime,
    ) -> Iterator[datetime]:
        created = self._tables[resource].c.created
        query = (
            self._live(resource, owner, ["created"])
            .where(created >= first, created <= last)
            .order_by(created)
        )
        yield from connection.execution_options(yield_per=_ROWS_A_FETCH).scalars(query)

    def owner_of_events(
        self, connection: sa.Connection, ids: Iterable[str], owners: Iterable[Owner]
    ) -> dict[str, Owner]:
        table, listed = self._tables[EVENTS], listed_owners(self._dialect, owners)
        query = sa.select(table.c.id, table.c._account_id, table.c._livemode)
        query = query.where(
            table.c._account_id == listed.c.account, table.c._livemode == listed.c.mode
        )
        found: dict[str, Owner] = {}
        for some in chunks(ids, _IDS_A_QUERY):
            for id, account_id, mode in connection.execute(
                query.where(table.c.id.in_(listed_ids(self._dialect, some)))
            ):
                found[id] = Owner(account_id, mode)
        return found

    def _live(self, resource: str, owner: Owner, columns: Iterable[str]) -> sa.Select:
        table = self._tables[resource]
        query = sa.select(*(table.c[column] for column in columns))
        return query.where(
            table.c._account_id == owner.account_id,
            table.c._livemode == owner.livemode,
            table.c._deleted_at.is_(None),
        )


def by_owner(keys: Sequence[tuple[Owner, str]]) -> dict[Owner, list[str]]:
    """Owner → its ids."""
    grouped: dict[Owner, list[str]] = {}
    for owner, id in keys:
        grouped.setdefault(owner, []).append(id)
    return grouped
