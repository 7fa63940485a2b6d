"""The mirror: one object that every other room reads and writes the database through."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy import exc

from stripe_assets.mirror import references
from stripe_assets.mirror.batch import Batch, Owner, WriteCounts
from stripe_assets.mirror.dialect import Dialect, dialect_of
from stripe_assets.mirror.errors import InvalidDatabaseUrl, MirrorError, explained, shown_url
from stripe_assets.mirror.rebuild import Reader
from stripe_assets.mirror.references import Absence, Missing
from stripe_assets.mirror.schema import ensure_schema
from stripe_assets.mirror.sweeps import FinishedSweep, Sweep, Sweeps, SweepStatus
from stripe_assets.mirror.tables import Tables
from stripe_assets.mirror.upsert import Writer

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

DEFAULT_URL = "sqlite:///stripe.db"
_RETRIED = frozenset({"40P01", "40001"})  # deadlock, serialization failure: the other transaction is through by now
_ATTEMPTS = 5


def database_url(text: str | None = None) -> sa.URL:
    """The URL of the database: this one, by default STRIPE_ASSETS_DATABASE_URL, else DEFAULT_URL. Raises InvalidDatabaseUrl."""
    text = text or os.environ.get("STRIPE_ASSETS_DATABASE_URL") or DEFAULT_URL
    try:
        url = sa.make_url(text)
    except (exc.ArgumentError, ValueError):
        url = None
    if url is None or not 0 < (url.port or 1) < 65536:
        raise InvalidDatabaseUrl(
            "the database's URL (STRIPE_ASSETS_DATABASE_URL) is none: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        )
    try:
        dialect_of(url)
    except MirrorError as refusal:
        raise InvalidDatabaseUrl(str(refusal)) from None
    return url


class Mirror:
    """A database that mirrors Stripe accounts. Thread-safe; a write is one transaction."""

    def __init__(self, engine: sa.Engine, tables: Tables, dialect: Dialect) -> None:
        self.engine = engine
        self.tables = tables
        self.catalog = tables.catalog
        self._dialect = dialect
        self._writer = Writer(tables, dialect)
        self._reader = Reader(tables)
        self._sweeps = Sweeps(tables.own["_sweep"], tables.own["_checkpoint"], dialect)

    @classmethod
    def open(cls, url: str | None = None, *, catalog: Catalog | None = None) -> Mirror:
        """Opens a database and brings its schema up to the catalog's.

        Parameters: url: as SQLAlchemy writes it, by default STRIPE_ASSETS_DATABASE_URL, else `sqlite:///stripe.db`.
        Raises InvalidDatabaseUrl, or MirrorError: the database is unreachable or locked, or the disk is full.
        """
        parsed = database_url(url)
        dialect = dialect_of(parsed)
        if catalog is None:
            from stripe_assets.catalog import catalog as load  # noqa: PLC0415  # reads a data file: only who needs it pays

            catalog = load()
        engine = dialect.engine(parsed)
        tables = Tables(catalog, dialect.schema)
        try:
            ensure_schema(engine, tables, dialect)
        except (exc.SQLAlchemyError, OSError) as error:
            engine.dispose()
            raise explained(error, engine.url) from error
        return cls(engine, tables, dialect)

    @property
    def url(self) -> str:
        """The database's URL without its password."""
        return shown_url(self.engine.url)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def write(self, batches: Sequence[Batch]) -> WriteCounts:
        """Writes batches in one transaction: rows, fills, tombstones of closed sublists, checkpoints.

        Safe to repeat. Raises MirrorError, with nothing written.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self.transaction() as connection:
                    return self._writer.write(connection, batches)
            except MirrorError as error:
                state = getattr(getattr(error.__cause__, "orig", None), "sqlstate", None)
                if state not in _RETRIED or attempt == _ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def read(self, resource: str, owner: Owner, id: str) -> dict[str, Any] | None:
        """The object of a row as the API would send it, None where there is no row."""
        return self.read_many(resource, owner, [id]).get(id)

    def read_many(self, resource: str, owner: Owner, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Id → object, in a few statements; ids without a row are left out."""
        with self.connection() as connection:
            return self._reader.read(connection, resource, owner, ids)

    def count(self, resource: str, owner: Owner | None = None) -> int:
        """Live rows of a resource: not tombstones. For all owners by default."""
        return self.counts(None if owner is None else [owner], [resource])[resource]

    def counts(self, owners: Iterable[Owner] | None = None, resources: Iterable[str] | None = None) -> dict[str, int]:
        """Resource → live rows of these owners together, in few statements. None means all."""
        names = list(self.tables if resources is None else resources)
        wanted = None if owners is None else set(owners)
        found: dict[str, int] = dict.fromkeys(names, 0)
        with self.connection() as connection:
            for start in range(0, len(names), 100):  # SQLite joins at most 500 SELECTs
                parts = [self._count_query(name) for name in names[start : start + 100]]
                for name, account_id, livemode, rows in connection.execute(sa.union_all(*parts)):
                    if wanted is None or Owner(account_id, livemode) in wanted:
                        found[name] += rows
        return found

    def counts_by_owner(self, resource: str, owners: Iterable[Owner]) -> dict[Owner, int]:
        """Live rows of a resource for each of these owners that has some."""
        with self.connection() as connection:
            found = {Owner(account_id, mode): rows for _, account_id, mode, rows in connection.execute(self._count_query(resource))}
        return {owner: found[owner] for owner in owners if owner in found}

    def _count_query(self, name: str) -> sa.Select:
        """By owner, all of them: a platform can have more accounts than a statement takes parameters."""
        table = self.tables[name]
        owner = (table.c._account_id, table.c._livemode)
        query = sa.select(sa.literal_column(f"'{name}'"), *owner, sa.func.count()).select_from(table)
        return query.where(table.c._deleted_at.is_(None)).group_by(*owner)

    def unfinished_sweeps(self, owners: Iterable[Owner], *, now: datetime | None = None) -> dict[tuple[Owner, str], Sweep]:
        """Sweeps of these owners that broke off less than a day ago, with their checkpoints."""
        with self.connection() as connection:
            return self._sweeps.unfinished(connection, owners, now)

    def begin_sweeps(self, wanted: Iterable[tuple[Owner, str]], run_id: str, *, scope: str = "", now: datetime | None = None) -> None:
        """Starts sweeps from the beginning, all with one `started_at`; checkpoints that older ones left are deleted."""
        with self.transaction() as connection:
            self._sweeps.begin(connection, wanted, run_id, scope, now)

    def finish_sweeps(self, finished: Sequence[FinishedSweep], *, now: datetime | None = None) -> None:
        """Records finished sweeps and deletes their checkpoints, in one transaction."""
        with self.transaction() as connection:
            self._sweeps.finish(connection, finished, now)

    def sweep_statuses(self) -> list[SweepStatus]:
        """What is known of each (owner, resource) that was ever swept."""
        with self.connection() as connection:
            return self._sweeps.statuses(connection)

    def missing_references(self, since: datetime, owners: Sequence[Owner]) -> set[Missing]:
        """What the rows written since then for these owners refer to and is not there. `owners[0]` is the platform."""
        with self.connection() as connection:
            return references.missing(connection, self.catalog, self.tables, since, owners)

    def record_absences(self, absent: Mapping[Missing, Absence]) -> None:
        """Notes that these do not exist or may not be read, each with Stripe's reason."""
        if absent:
            with self.transaction() as connection:
                references.record(connection, self.tables, self._dialect, absent)

    @contextmanager
    def connection(self) -> Iterator[sa.Connection]:
        """A connection for reading. Errors of the database become MirrorError."""
        try:
            with self.engine.connect() as connection:
                yield connection
        except (exc.SQLAlchemyError, OSError) as error:
            raise explained(error, self.engine.url) from error

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A transaction for writing, committed at its end. Errors of the database become MirrorError, with nothing written."""
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except (exc.SQLAlchemyError, OSError) as error:
            raise explained(error, self.engine.url) from error
