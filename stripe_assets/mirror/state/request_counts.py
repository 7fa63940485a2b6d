"""How many requests were sent for each account and day. Stripe limits an account's requests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy import event

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.dialects.base import on_conflict_add
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.transactions import Transactions

_KEY = tuple(OWN_COLUMNS["_read_count"][0])


class RequestCounts:
    """The `_read_count` table. A day is a day of UTC, written as ISO text."""

    def __init__(self, transactions: Transactions, table: sa.Table) -> None:
        self._transactions = transactions
        self._table = table

    def add(
        self, requests: Mapping[Owner, int], now: datetime, connection: sa.Connection | None = None
    ) -> None:
        """Adds requests that were sent for accounts to those of the day.

        With `connection`, the counts are written when the transaction there is committed. So no
        other program waits for an account's count while that transaction lasts.
        """

        def work(connection: sa.Connection) -> None:
            self._add(connection, requests, now)

        if not requests:
            return
        if connection is None:
            self._transactions.change(work)
        else:
            event.listen(connection, "commit", work, once=True)

    def since(self, begin: datetime) -> dict[Owner, int]:
        """Account → requests that were sent for it from that day (UTC) on."""
        table = self._table
        owner = (table.c._account_id, table.c._livemode)
        query = (
            sa.select(*owner, sa.func.sum(table.c.requests))
            .where(table.c.day >= _day(begin))
            .group_by(*owner)
        )
        with self._transactions.connection() as connection:
            return {
                Owner(account_id, livemode): int(number)
                for account_id, livemode, number in connection.execute(query)
            }

    def _add(self, connection: sa.Connection, requests: Mapping[Owner, int], now: datetime) -> None:
        # All programs add in one order: two of them may wait for each other, but never in a
        # circle. The numbers go as text, which the JSON of both databases holds exactly.
        counted = [
            (owner.account_id, owner.livemode, str(number))
            for owner, number in sorted(requests.items())
            if number
        ]
        if not counted:
            return
        listed = self._transactions.dialect.listed(
            {"account_id": "text", "mode": "boolean", "number": "text"}, counted
        )
        rows = sa.select(
            listed.c.account_id,
            listed.c.mode,
            sa.literal(_day(now)),
            sa.cast(listed.c.number, sa.BigInteger()),
        )
        # Without a WHERE before it, SQLite takes ON CONFLICT for the condition of a join.
        rows = rows.where(sa.true()).suffix_with(
            on_conflict_add(self._table.name, _KEY, "requests")
        )
        connection.execute(sa.insert(self._table).from_select([*_KEY, "requests"], rows))


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()
