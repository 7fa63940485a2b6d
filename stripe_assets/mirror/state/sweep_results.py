"""What the last finished sweeps could read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from stripe_assets.mirror.availability import AVAILABLE, Availability
from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.dialects.base import among_owners
from stripe_assets.mirror.state.sweep_records import (
    SweepKey,
    SweepStatus,
    availability_of,
    key_of,
)
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.transactions import Transactions

_KEY = tuple(OWN_COLUMNS["_sweep"][0])


class SweepResults:
    """The results in the `_sweep` table."""

    def __init__(self, transactions: Transactions, sweep: sa.Table) -> None:
        self._transactions = transactions
        self._table = sweep

    def refusals(self, owners: Iterable[Owner]) -> dict[SweepKey, Availability]:
        """(Owner, resource) → what its last finished sweep could read, where that is not all."""
        table = self._table
        query = sa.select(*(table.c[name] for name in _KEY), table.c.availability).where(
            table.c.availability != str(AVAILABLE)
        )
        query = query.where(among_owners(self._transactions.dialect, table, owners))
        with self._transactions.connection() as connection:
            rows = connection.execute(query).mappings()
            return {key_of(row): Availability.parse(row["availability"]) for row in rows}

    def set_availability(self, resource: str, said: Mapping[Owner, Availability]) -> None:
        """Stores what can be read of a resource, without a sweep of it: a hole was filled or left.

        No statement where nothing is said.
        """
        sweep = self._table
        statement = (
            sa.update(sweep)
            .where(
                sweep.c._account_id == sa.bindparam("account_id"),
                sweep.c._livemode == sa.bindparam("mode"),
                sweep.c.resource == resource,
            )
            .values(availability=sa.bindparam("text"))
        )
        rows = [
            {"account_id": owner.account_id, "mode": owner.livemode, "text": str(availability)}
            for owner, availability in sorted(said.items(), key=lambda item: item[0])
        ]
        if rows:
            self._transactions.change(lambda connection: connection.execute(statement, rows))

    def statuses(self) -> list[SweepStatus]:
        """The state of each (owner, resource) that was ever swept, in the order of the key."""
        query = sa.select(self._table).order_by(*self._table.primary_key)
        with self._transactions.connection() as connection:
            return [
                SweepStatus(
                    *key_of(row),
                    row["unfinished"],
                    row["started_at"],
                    row["last_started_at"],
                    row["last_finished_at"],
                    row["rows"],
                    row["requests"],
                    availability_of(row),
                )
                for row in connection.execute(query).mappings()
            ]
