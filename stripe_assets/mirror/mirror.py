"""The mirror: the one object through which the other packages read and write the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from stripe_assets.mirror.batch import Batch, WriteCounts
from stripe_assets.mirror.dialects import dialect_of
from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.dialects.column_types import COLUMN_TYPES
from stripe_assets.mirror.dialects.failures import FAILURES, explained
from stripe_assets.mirror.dialects.url import database_url
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.latest import LatestTime
from stripe_assets.mirror.migrate.evolve import ensure_schema
from stripe_assets.mirror.queries.live_rows import LiveRows
from stripe_assets.mirror.queries.references import References
from stripe_assets.mirror.queries.stored_rows import StoredRows
from stripe_assets.mirror.state.holes import Holes
from stripe_assets.mirror.state.key_accounts import KeyAccounts
from stripe_assets.mirror.state.leases import Leases
from stripe_assets.mirror.state.ledger import Ledger
from stripe_assets.mirror.state.request_counts import RequestCounts
from stripe_assets.mirror.state.sweeps import Sweeps
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.transactions import Transactions
from stripe_assets.mirror.write.upsert import Upserter

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

T = TypeVar("T")


class Mirror:
    """A database that mirrors Stripe accounts. Thread-safe. A write is one transaction.

    The stores answer the questions: `rows` and `live_rows` about the models' rows, `references`
    about what these rows refer to, and one store for each table of the mirror's own state.
    """

    def __init__(self, engine: sa.Engine, tables: Tables, dialect: Dialect) -> None:
        own, transactions, latest = tables.own, Transactions(engine, dialect), LatestTime()
        self.tables = tables
        self._transactions = transactions
        self._upserter = Upserter(tables, dialect, latest)
        self.rows = StoredRows(transactions, tables, self._upserter.write)
        self.live_rows = LiveRows(transactions, tables, latest)
        self.references = References(transactions, tables)
        self.sweeps = Sweeps(transactions, own["_sweep"], own["_checkpoint"])
        self.holes = Holes(transactions, own["_hole"])
        self.ledger = Ledger(transactions, own["_event_ledger"])
        self.accounts = KeyAccounts(transactions, own["_reach"])
        self.leases = Leases(transactions, own["_lease"])
        self.request_counts = RequestCounts(transactions, own["_read_count"])

    @classmethod
    def open(cls, url: str | None = None, *, catalog: Catalog | None = None) -> Mirror:
        """Opens a database and brings its schema up to the catalog's.

        Parameters: url: as SQLAlchemy writes it. By default it is STRIPE_ASSETS_DATABASE_URL, else
        `sqlite:///stripe.db`.
        Raises InvalidDatabaseUrl, or MirrorError: the database is unreachable or locked, or the
        disk is full.
        """
        parsed = database_url(url)
        dialect = dialect_of(parsed)
        engine = dialect.engine(parsed)
        try:
            return cls.on(engine, catalog=catalog)
        except MirrorError:
            engine.dispose()
            raise

    @classmethod
    def on(cls, engine: sa.Engine, *, catalog: Catalog | None = None) -> Mirror:
        """The mirror in the database of an engine that the program already has. See `open`."""
        if catalog is None:
            # The catalog reads a data file. Only a caller that needs it pays for that.
            from stripe_assets.catalog import catalog as load  # noqa: PLC0415

            catalog = load()
        dialect = dialect_of(engine.url)
        tables = Tables(catalog, dialect.schema, COLUMN_TYPES, dialect.index_where)
        try:
            ensure_schema(engine, tables, dialect)
        except FAILURES as error:
            raise explained(error, engine.url) from error
        return cls(engine, tables, dialect)

    @property
    def engine(self) -> sa.Engine:
        return self._transactions.engine

    @property
    def dialect(self) -> Dialect:
        return self._transactions.dialect

    @property
    def catalog(self) -> Catalog:
        return self.tables.catalog

    @property
    def url(self) -> str:
        """The database's URL without its password."""
        return self._transactions.url

    @property
    def in_memory(self) -> bool:
        """Whether the database is in this process's memory, and all threads share a connection."""
        return self._transactions.in_memory

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def write(
        self, batches: Sequence[Batch], connection: sa.Connection | None = None
    ) -> WriteCounts:
        """Writes batches in one transaction: rows, fills, tombstones, checkpoints, ledger
        entries, holes.

        A repeated write is safe. With `connection`, the write is a part of the transaction there.
        Raises MirrorError. Nothing is written then.
        """
        return self.change(lambda connection: self._upserter.write(connection, batches), connection)

    def change(
        self, work: Callable[[sa.Connection], T], connection: sa.Connection | None = None
    ) -> T:
        """See `Transactions.change`."""
        return self._transactions.change(work, connection)

    def connection(
        self, given: sa.Connection | None = None
    ) -> AbstractContextManager[sa.Connection]:
        """See `Transactions.connection`."""
        return self._transactions.connection(given)

    def transaction(self) -> AbstractContextManager[sa.Connection]:
        """See `Transactions.transaction`."""
        return self._transactions.transaction()

    def explaining(self) -> AbstractContextManager[None]:
        """See `Transactions.explaining`."""
        return self._transactions.explaining()
