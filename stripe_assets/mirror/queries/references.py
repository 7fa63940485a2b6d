"""What the rows of the mirror refer to, and which of these objects it has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from stripe_assets.mirror.batch import Absence, ObjectRef, Owner
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.queries import presence
from stripe_assets.mirror.queries.open_references import open_references
from stripe_assets.mirror.queries.reference_columns import reference_columns
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.transactions import Transactions

TABLES_AT_ONCE = 2
"""Tables that threads read together: the interpreter's lock is free while the database works."""


class References:
    """References between rows, and the `_absence` table of objects that Stripe does not return."""

    def __init__(self, transactions: Transactions, tables: Tables) -> None:
        self._transactions = transactions
        self._tables = tables

    def missing(
        self,
        since: datetime,
        owners: Sequence[Owner],
        resources: Mapping[str, Collection[str] | None] | None = None,
    ) -> set[ObjectRef]:
        """The objects that rows refer to and that have neither a row nor a recorded absence.

        Parameters: since: only rows that were written since then. owners: only rows of these;
        `owners[0]` is the platform. resources: only rows of these resources, of all by default;
        with the rows' ids where they are known.
        """
        at_once = 1 if self._transactions.in_memory else TABLES_AT_ONCE
        return open_references(
            self._transactions, self._tables, since, owners, resources, at_once=at_once
        )

    def present(
        self, wanted: Collection[ObjectRef], connection: sa.Connection | None = None
    ) -> set[ObjectRef]:
        """The objects of `wanted` that have a row or a recorded absence."""
        with self._transactions.connection(connection) as connection:
            return presence.present(connection, self._tables, wanted)

    def referred(self, rows: Mapping[str, Iterable[Row]], platform: Owner) -> set[ObjectRef]:
        """All objects to which these rows, by resource, refer, whether the mirror has them or not.

        The rows need not be in the database.
        """
        catalog = self._tables.catalog
        return {
            ref
            for name, some in rows.items()
            for row in some
            for column in reference_columns(catalog, name)
            for ref in column.refs(catalog, row, platform)
        }

    def record_absences(
        self, absent: Mapping[ObjectRef, Absence], connection: sa.Connection | None = None
    ) -> None:
        """Records that these objects do not exist or may not be read, each with Stripe's reason."""
        if absent:
            dialect = self._transactions.dialect
            self._transactions.change(
                lambda connection: presence.record_absences(connection, dialect, absent),
                connection,
            )
