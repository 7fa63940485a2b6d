"""Which processes use an account at present. They share its rate limits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.dialects.base import Columns, among_owners
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.transactions import Transactions

_KEY = tuple(OWN_COLUMNS["_lease"][0])
_COLUMNS: Columns = {**OWN_COLUMNS["_lease"][0], **OWN_COLUMNS["_lease"][1]}


class Leases:
    """The `_lease` table.

    Its times are by the machines' clocks. A lease lasts far longer than these clocks differ.
    """

    def __init__(self, transactions: Transactions, table: sa.Table) -> None:
        self._transactions = transactions
        self._table = table

    def renew(
        self, run_id: str, process: str, owners: Collection[Owner], now: datetime, until: datetime
    ) -> dict[Owner, int]:
        """Notes that a run of this process uses these accounts until then.

        Returns how many processes use each of the accounts, this one included.
        """

        def work(connection: sa.Connection) -> dict[Owner, int]:
            self._put(connection, run_id, process, owners, until)
            return self._processes(connection, owners, now)

        return self._transactions.change(work)

    def release(self, run_id: str, now: datetime) -> None:
        """Deletes the leases of a run that has ended, and the expired ones of killed runs."""
        table = self._table
        released = sa.delete(table).where((table.c.run_id == run_id) | (table.c.expires_at < now))
        self._transactions.change(lambda connection: connection.execute(released))

    def _put(
        self,
        connection: sa.Connection,
        run_id: str,
        process: str,
        owners: Collection[Owner],
        until: datetime,
    ) -> None:
        rows = [
            {
                "_account_id": owner.account_id,
                "_livemode": owner.livemode,
                "run_id": run_id,
                "process": process,
                "expires_at": until,
            }
            for owner in sorted(set(owners))
        ]
        self._transactions.dialect.put(connection, "_lease", _KEY, _COLUMNS, rows)

    def _processes(
        self, connection: sa.Connection, owners: Collection[Owner], now: datetime
    ) -> dict[Owner, int]:
        """Account → processes that use it. An account that no process uses is left out."""
        table, dialect = self._table, self._transactions.dialect
        owner = (table.c._account_id, table.c._livemode)
        query = sa.select(*owner, sa.func.count(table.c.process.distinct())).group_by(*owner)
        query = query.where(table.c.expires_at > now, among_owners(dialect, table, owners))
        return {
            Owner(account_id, livemode): count
            for account_id, livemode, count in connection.execute(query)
        }
