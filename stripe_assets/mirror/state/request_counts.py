"""How many requests were sent for each account and day: Stripe allots an account so many."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.dialects.base import Dialect, on_conflict_add
from stripe_assets.mirror.tables.tables import OWN_COLUMNS

_KEY = tuple(OWN_COLUMNS["_read_count"][0])


class Reads:
    """The `_read_count` table. A day is one of UTC, as ISO text."""

    def __init__(self, table: sa.Table, dialect: Dialect) -> None:
        self._table = table
        self._dialect = dialect

    def add(self, connection: sa.Connection, requests: Mapping[Owner, int], now: datetime) -> None:
        """Adds to what is counted, whoever else adds at the same time."""
        # In one order, so that two programs wait for each other and not in a circle. Text, which both databases' JSON holds exactly.
        counted = [
            (owner.account_id, owner.livemode, str(number))
            for owner, number in sorted(requests.items())
            if number
        ]
        if not counted:
            return
        listed = self._dialect.listed(
            {"account": "text", "mode": "boolean", "number": "text"}, counted
        )
        rows = sa.select(
            listed.c.account,
            listed.c.mode,
            sa.literal(_day(now)),
            sa.cast(listed.c.number, sa.BigInteger()),
        )
        # SQLite would take ON CONFLICT for a join's condition without a WHERE before it.
        rows = rows.where(sa.true()).suffix_with(
            on_conflict_add(self._table.name, _KEY, "requests")
        )
        connection.execute(sa.insert(self._table).from_select([*_KEY, "requests"], rows))

    def since(self, connection: sa.Connection, begin: datetime) -> dict[Owner, int]:
        """The requests for each account from that day on."""
        table = self._table
        owner = (table.c._account_id, table.c._livemode)
        query = (
            sa.select(*owner, sa.func.sum(table.c.requests))
            .where(table.c.day >= _day(begin))
            .group_by(*owner)
        )
        return {
            Owner(account_id, livemode): int(number)
            for account_id, livemode, number in connection.execute(query)
        }


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
