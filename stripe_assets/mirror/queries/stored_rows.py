"""Rows by their keys: read back as API objects, compared with a new state, locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror.batch import Batch, EventKey, Owner, WriteCounts
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row, Rows
from stripe_assets.mirror.dialects.base import listed_ids, listed_owners
from stripe_assets.mirror.rows.rebuild import ObjectReader
from stripe_assets.mirror.tables.layout import PRIMARY_KEY
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.transactions import Transactions

Write = Callable[[sa.Connection, Sequence[Batch]], WriteCounts]


class StoredRows:
    """The rows of the models' tables, tombstones included."""

    def __init__(self, transactions: Transactions, tables: Tables, write: Write) -> None:
        """Parameters: write: `Upserter.write`."""
        self._transactions = transactions
        self._tables = tables
        self._write = write
        self._reader = ObjectReader(tables)

    def read_many(
        self, resource: str, owner: Owner, ids: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """Id → the object of its row as the API would send it, in a few statements.

        An id that has no row is left out.
        """
        with self._transactions.connection() as connection:
            return self._reader.read(connection, resource, owner, ids)

    def read_events(self, keys: Sequence[EventKey]) -> dict[EventKey, dict[str, Any]]:
        """Key → event as the API sent it. An event that has no row is left out."""
        ids: dict[Owner, list[str]] = {}
        for owner, id in keys:
            ids.setdefault(owner, []).append(id)
        read = {owner: self.read_many(EVENT, owner, some) for owner, some in ids.items()}
        return {(owner, id): obj for owner, objects in read.items() for id, obj in objects.items()}

    def owners_of_events(self, ids: Iterable[str], owners: Iterable[Owner]) -> dict[str, Owner]:
        """Event's id → the one of these owners whose list had the event.

        An event that has no row is left out.
        """
        dialect = self._transactions.dialect
        table, listed = self._tables[EVENT], listed_owners(dialect, owners)
        query = sa.select(table.c.id, table.c._account_id, table.c._livemode)
        query = query.where(
            table.c._account_id == listed.c.account_id, table.c._livemode == listed.c.mode
        )
        found: dict[str, Owner] = {}
        with self._transactions.connection() as connection:
            for some in chunks(ids):  # each id is looked up with each owner
                for id, account_id, mode in connection.execute(
                    query.where(table.c.id.in_(listed_ids(dialect, some)))
                ):
                    found[id] = Owner(account_id, mode)
        return found

    def stored(
        self, resource: str, row: Row, connection: sa.Connection | None = None
    ) -> Row | None:
        """The stored state of a row: its columns, and when its nested lists were read.

        None where there is no row of this primary key.
        """
        with self._transactions.connection(connection) as connection:
            return self._stored(connection, resource, row)

    def claim(self, connection: sa.Connection, resource: str, row: Row) -> Row | None:
        """If the table does not have the row, inserts it and returns None.

        Otherwise returns the stored row. It stays locked until the transaction ends.
        """
        written = self._write(connection, [Batch(fills={resource: Rows.of([row])})])
        if written.fills.get(resource):
            return None
        return self._stored(connection, resource, row, lock=True)

    def lock(self, connection: sa.Connection, batches: Iterable[Batch]) -> None:
        """Locks the stored rows that these batches will change. Every writer locks in this order.

        A transaction that claims a row takes these locks first.
        """
        if not self._transactions.dialect.locks_rows:
            return
        ids: dict[tuple[str, Owner], set[str]] = {}
        for name, rows in (
            entry
            for batch in batches
            for some in (batch.rows, batch.fills)
            for entry in some.items()
        ):
            for account_id, livemode, id in rows.keys:
                ids.setdefault((name, Owner(account_id, livemode)), set()).add(id)
        for (name, owner), some in sorted(ids.items()):
            table = self._tables[name]
            own = (table.c._account_id == owner.account_id, table.c._livemode == owner.livemode)
            query = (
                sa.select(table.c.id)
                .where(*own, table.c.id.in_(sorted(some)))
                .order_by(table.c.id)
                .with_for_update()
            )
            connection.execute(query)

    def _stored(
        self, connection: sa.Connection, resource: str, row: Row, *, lock: bool = False
    ) -> Row | None:
        table = self._tables[resource]
        columns = dict.fromkeys(
            [*row, *(column.name for column in table.c if column.name.endswith("_read_at"))]
        )
        query = sa.select(*(table.c[column] for column in columns)).where(
            *(table.c[column] == row[column] for column in PRIMARY_KEY)
        )
        found = connection.execute(query.with_for_update() if lock else query).mappings().first()
        return dict(found) if found else None
