"""Holes: what runs were to read and did not read. Later runs ask for it again."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from stripe_assets.mirror.batch import Hole, HoleId, Owner
from stripe_assets.mirror.dialects.base import among_owners
from stripe_assets.mirror.transactions import Transactions
from stripe_assets.mirror.write.hole_rows import delete, hole_of


class Holes:
    """The `_hole` table. `Mirror.write` opens, moves and fills holes."""

    def __init__(self, transactions: Transactions, table: sa.Table) -> None:
        self._transactions = transactions
        self._table = table

    def all(self) -> list[Hole]:
        """Every hole, in the order of the key."""
        return self._found(sa.select(self._table))

    def of(self, owners: Iterable[Owner]) -> list[Hole]:
        """The holes of these accounts, in the order of the key."""
        dialect, table = self._transactions.dialect, self._table
        return self._found(sa.select(table).where(among_owners(dialect, table, owners)))

    def close(self, ids: Iterable[HoleId]) -> None:
        """Forgets holes. They were read in another way."""
        wanted, dialect = sorted(ids), self._transactions.dialect
        if wanted:
            self._transactions.change(
                lambda connection: delete(connection, dialect, self._table, wanted)
            )

    def _found(self, query: sa.Select[tuple[object, ...]]) -> list[Hole]:
        ordered = query.order_by(*self._table.primary_key)
        with self._transactions.connection() as connection:
            return [hole_of(row) for row in connection.execute(ordered).mappings()]
