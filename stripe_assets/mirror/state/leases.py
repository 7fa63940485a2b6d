"""Which processes use an account at present: they share its rate limits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.dialects.base import Columns, Dialect, among_owners
from stripe_assets.mirror.tables.tables import OWN_COLUMNS

_KEY = tuple(OWN_COLUMNS["_lease"][0])
_COLUMNS: Columns = {**OWN_COLUMNS["_lease"][0], **OWN_COLUMNS["_lease"][1]}


class Leases:
    """The `_lease` table. Times are by the machines' clocks, which a lease outlasts by far more than they differ."""

    def __init__(self, table: sa.Table, dialect: Dialect) -> None:
        self._table = table
        self._dialect = dialect

    def renew(
        self,
        connection: sa.Connection,
        run_id: str,
        process: str,
        owners: Iterable[Owner],
        until: datetime,
    ) -> None:
        """A run of this process uses these accounts until then."""
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
        self._dialect.put(connection, "_lease", _KEY, _COLUMNS, rows)

    def processes(
        self, connection: sa.Connection, owners: Iterable[Owner], now: datetime
    ) -> dict[Owner, int]:
        """How many processes use each of these accounts; those that nobody uses are left out."""
        table = self._table
        owner = (table.c._account_id, table.c._livemode)
        query = sa.select(*owner, sa.func.count(table.c.process.distinct())).group_by(*owner)
        query = query.where(table.c.expires_at > now, among_owners(self._dialect, table, owners))
        return {
            Owner(account_id, livemode): count
            for account_id, livemode, count in connection.execute(query)
        }

    def release(self, connection: sa.Connection, run_id: str, now: datetime) -> None:
        """The run has ended. What runs that were killed have left goes too."""
        table = self._table
        connection.execute(
            sa.delete(table).where((table.c.run_id == run_id) | (table.c.expires_at < now))
        )
