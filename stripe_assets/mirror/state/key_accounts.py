"""The accounts that an API key covers, and those that it has lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Columns
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.transactions import Transactions

_KEY = tuple(OWN_COLUMNS["_reach"][0])
_COLUMNS: Columns = {**OWN_COLUMNS["_reach"][0], **OWN_COLUMNS["_reach"][1]}


class KeyAccounts:
    """The `_reach` table: which accounts the key of an alias covers."""

    def __init__(self, transactions: Transactions, table: sa.Table) -> None:
        self._transactions = transactions
        self._table = table

    def covered_by(self, alias: str, connection: sa.Connection | None = None) -> tuple[Owner, ...]:
        """The accounts that the key's last run found: its own first, then the others in order."""
        table = self._table
        query = sa.select(table.c._account_id, table.c._livemode).where(
            table.c.alias == alias, table.c.seen_at.is_not(None), table.c.lost_at.is_(None)
        )
        query = query.order_by(table.c.own.desc(), table.c._account_id, table.c._livemode)
        with self._transactions.connection(connection) as connection:
            return tuple(Owner(account_id, mode) for account_id, mode in connection.execute(query))

    def set_covered(self, alias: str, owners: Iterable[Owner], now: datetime) -> None:
        """Stores all accounts that the key covers, its own first.

        The other accounts of the alias are marked as lost.
        """
        covered = list(dict.fromkeys(owners))

        def work(connection: sa.Connection) -> None:
            lost = sorted(set(self.covered_by(alias, connection)) - set(covered))
            self.add_covered(alias, covered, now, connection)
            self._put(
                connection, [self._row(alias, owner, own=False, lost_at=now) for owner in lost]
            )

        self._transactions.change(work)

    def add_covered(
        self,
        alias: str,
        owners: Iterable[Owner],
        now: datetime,
        connection: sa.Connection | None = None,
    ) -> None:
        """Stores accounts that the key covers, its own first. The accounts known before stay."""
        covered = list(dict.fromkeys(owners))
        rows = [
            self._row(alias, owner, own=owner == covered[0], seen_at=now, lost_at=None)
            for owner in sorted(covered)
        ]
        self._transactions.change(lambda connection: self._put(connection, rows), connection)

    def own_account(
        self, alias: str, fingerprint: str, connection: sa.Connection | None = None
    ) -> Owner | None:
        """The own account of the key with this alias and fingerprint. None where it is unknown."""
        table = self._table
        query = sa.select(table.c._account_id, table.c._livemode).where(
            table.c.alias == alias, table.c.own, table.c.fingerprint == fingerprint
        )
        with self._transactions.connection(connection) as connection:
            found = connection.execute(query).first()
        return Owner(*found) if found else None

    def set_own_account(
        self, alias: str, own: Owner, fingerprint: str, connection: sa.Connection | None = None
    ) -> None:
        """Stores the own account of the alias's key. An earlier key of the alias is forgotten."""
        table = self._table

        def work(connection: sa.Connection) -> None:
            connection.execute(
                sa.update(table).where(table.c.alias == alias).values(fingerprint=None)
            )
            self._put(connection, [self._row(alias, own, own=True, fingerprint=fingerprint)])

        self._transactions.change(work, connection)

    def begin_pending_references(
        self, alias: str, own: Owner, since: datetime, connection: sa.Connection | None = None
    ) -> datetime:
        """Notes that a run of the key writes rows from `since` on and must close their references.

        Returns the time, by this machine's clock, since when such rows exist. It is earlier than
        `since` where an earlier run broke off. `end_pending_references` deletes the note.
        """
        table = self._table

        def work(connection: sa.Connection) -> datetime:
            first = connection.scalar(
                sa.select(sa.func.min(table.c.unclosed_since)).where(table.c.alias == alias)
            )
            begin = min(first, since) if first else since
            self._put(connection, [self._row(alias, own, own=True, unclosed_since=begin)])
            return begin

        return self._transactions.change(work, connection)

    def end_pending_references(self, alias: str) -> None:
        """Notes that all references in the rows of the key's runs point at a row or an absence."""
        table = self._table
        ended = sa.update(table).where(table.c.alias == alias).values(unclosed_since=None)
        self._transactions.change(lambda connection: connection.execute(ended))

    def _put(self, connection: sa.Connection, rows: list[Row]) -> None:
        self._transactions.dialect.put(connection, "_reach", _KEY, _COLUMNS, rows)

    def _row(self, alias: str, owner: Owner, **values: bool | datetime | str | None) -> Row:
        return {
            "alias": alias,
            "_account_id": owner.account_id,
            "_livemode": owner.livemode,
            **values,
        }
