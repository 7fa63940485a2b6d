"""The owners that a key reaches: what its last run found, and what it found before and is lost since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Columns, Dialect
from stripe_assets.mirror.tables.tables import OWN_COLUMNS

_KEY = tuple(OWN_COLUMNS["_reach"][0])
_COLUMNS: Columns = {**OWN_COLUMNS["_reach"][0], **OWN_COLUMNS["_reach"][1]}


class Reach:
    """The `_reach` table."""

    def __init__(self, table: sa.Table, dialect: Dialect) -> None:
        self._table = table
        self._dialect = dialect

    def present(self, connection: sa.Connection, alias: str) -> tuple[Owner, ...]:
        """The owners that the key reached last, its own account first."""
        table = self._table
        query = sa.select(table.c._account_id, table.c._livemode).where(
            table.c.alias == alias, table.c.seen_at.is_not(None), table.c.lost_at.is_(None)
        )
        query = query.order_by(table.c.own.desc(), table.c._account_id, table.c._livemode)
        return tuple(Owner(account_id, mode) for account_id, mode in connection.execute(query))

    def found(
        self, connection: sa.Connection, alias: str, owners: Iterable[Owner], now: datetime
    ) -> None:
        """Stores accounts that the key reaches, its own first. Says nothing of others."""
        reached = list(dict.fromkeys(owners))
        rows = [
            self._row(alias, owner, own=owner == reached[0], seen_at=now, lost_at=None)
            for owner in sorted(reached)
        ]
        self._dialect.put(connection, "_reach", _KEY, _COLUMNS, rows)

    def record(
        self, connection: sa.Connection, alias: str, owners: Iterable[Owner], now: datetime
    ) -> list[Owner]:
        """Stores what the key reaches now, its own account first. Returns those that it reached before and does not any more."""
        reached = list(dict.fromkeys(owners))
        lost = sorted(set(self.present(connection, alias)) - set(reached))
        self.found(connection, alias, reached, now)
        self._dialect.put(
            connection,
            "_reach",
            _KEY,
            _COLUMNS,
            [self._row(alias, owner, own=False, lost_at=now) for owner in lost],
        )
        return lost

    def own_account(self, connection: sa.Connection, alias: str, fingerprint: str) -> Owner | None:
        """The own account of the key that has this alias and fingerprint; None where the alias has had no such key yet."""
        table = self._table
        query = sa.select(table.c._account_id, table.c._livemode).where(
            table.c.alias == alias, table.c.own, table.c.fingerprint == fingerprint
        )
        found = connection.execute(query).first()
        return Owner(*found) if found else None

    def found_key(
        self, connection: sa.Connection, alias: str, own: Owner, fingerprint: str
    ) -> None:
        """Stores whose key it is, in place of the key that the alias had before."""
        table = self._table
        connection.execute(sa.update(table).where(table.c.alias == alias).values(fingerprint=None))
        self._dialect.put(
            connection,
            "_reach",
            _KEY,
            _COLUMNS,
            [self._row(alias, own, own=True, fingerprint=fingerprint)],
        )

    def begin_closing(
        self, connection: sa.Connection, alias: str, own: Owner, since: datetime
    ) -> datetime:
        table = self._table
        first = connection.scalar(
            sa.select(sa.func.min(table.c.unclosed_since)).where(table.c.alias == alias)
        )
        since = min(first, since) if first else since
        self._dialect.put(
            connection,
            "_reach",
            _KEY,
            _COLUMNS,
            [self._row(alias, own, own=True, unclosed_since=since)],
        )
        return since

    def closed(self, connection: sa.Connection, alias: str) -> None:
        connection.execute(
            sa.update(self._table).where(self._table.c.alias == alias).values(unclosed_since=None)
        )

    def _row(self, alias: str, owner: Owner, **values: bool | datetime | str | None) -> Row:
        return {
            "alias": alias,
            "_account_id": owner.account_id,
            "_livemode": owner.livemode,
            **values,
        }
