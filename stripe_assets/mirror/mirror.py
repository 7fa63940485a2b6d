"""The mirror: one object that every other room reads and writes the database through."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event

from stripe_assets.mirror.batch import Absence, Batch, EventKey, ObjectRef, Owner, WriteCounts
from stripe_assets.mirror.columns import Row, Rows
from stripe_assets.mirror.dialects import dialect_of
from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.dialects.url import database_url
from stripe_assets.mirror.errors import FAILURES, MirrorError, explained, shown_url
from stripe_assets.mirror.migrate.evolve import ensure_schema
from stripe_assets.mirror.queries import open_references, references
from stripe_assets.mirror.queries.counts import live_rows
from stripe_assets.mirror.queries.live_rows import EVENTS, Candidates, by_owner
from stripe_assets.mirror.rows.rebuild import ObjectReader
from stripe_assets.mirror.state.key_accounts import Reach
from stripe_assets.mirror.state.leases import Leases
from stripe_assets.mirror.state.ledger import Ledger
from stripe_assets.mirror.state.request_counts import Reads
from stripe_assets.mirror.state.sweeps import FinishedSweep, Sweep, Sweeps, SweepStatus
from stripe_assets.mirror.tables.tables import PRIMARY_KEY, Tables
from stripe_assets.mirror.write.upsert import Upserter

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

T = TypeVar("T")

TABLES_AT_ONCE = 2
"""Read together: the database looks for the rows, the interpreter's lock is free meanwhile."""
_RETRIED = frozenset(
    {"40P01", "40001"}
)  # deadlock, serialization failure: the other transaction is through by now
_ATTEMPTS = 8


class Mirror:
    """A database that mirrors Stripe accounts. Thread-safe; a write is one transaction."""

    def __init__(self, engine: sa.Engine, tables: Tables, dialect: Dialect) -> None:
        self.engine = engine
        self.tables = tables
        self.catalog = tables.catalog
        self.dialect = dialect
        self._writer = Upserter(tables, dialect)
        self._reader = ObjectReader(tables)
        self._reach = Reach(tables.own["_reach"], dialect)
        self._leases = Leases(tables.own["_lease"], dialect)
        self._reads = Reads(tables.own["_read_count"], dialect)
        self._candidates = Candidates(tables, dialect)
        self.ledger = Ledger(self)
        self._sweeps = Sweeps(tables.own["_sweep"], tables.own["_checkpoint"], dialect)

    @classmethod
    def open(cls, url: str | None = None, *, catalog: Catalog | None = None) -> Mirror:
        """Opens a database and brings its schema up to the catalog's.

        Parameters: url: as SQLAlchemy writes it, by default STRIPE_ASSETS_DATABASE_URL, else `sqlite:///stripe.db`.
        Raises InvalidDatabaseUrl, or MirrorError: the database is unreachable or locked, or the disk is full.
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
        """The mirror in the database of an engine that the program has already; otherwise as `open`."""
        if catalog is None:
            from stripe_assets.catalog import catalog as load  # noqa: PLC0415  # reads a data file: only who needs it pays

            catalog = load()
        dialect = dialect_of(engine.url)
        tables = Tables(catalog, dialect.schema)
        try:
            ensure_schema(engine, tables, dialect)
        except FAILURES as error:
            raise explained(error, engine.url) from error
        return cls(engine, tables, dialect)

    @property
    def url(self) -> str:
        """The database's URL without its password."""
        return shown_url(self.engine.url)

    @property
    def in_memory(self) -> bool:
        """Whether the database is in this process's memory, where all threads have one connection."""
        return isinstance(self.engine.pool, sa.StaticPool)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Mirror:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def write(
        self, batches: Sequence[Batch], connection: sa.Connection | None = None
    ) -> WriteCounts:
        """Writes batches in one transaction: rows, fills, tombstones, checkpoints, ledger entries.

        Safe to repeat. Raises MirrorError, with nothing written. With `connection` it is a part of the transaction there.
        """
        return self.change(lambda connection: self._writer.write(connection, batches), connection)

    def lock(self, connection: sa.Connection, batches: Iterable[Batch]) -> None:
        """Locks the rows that are there of what will be written, in the order in which every writer takes them: before one is claimed."""
        if not self.dialect.locks_rows:
            return
        ids: dict[tuple[str, Owner], set[str]] = {}
        for name, rows in (
            entry
            for batch in batches
            for some in (batch.rows, batch.fills)
            for entry in some.items()
        ):
            for account_id, livemode, id in rows.keys:
                ids.setdefault((name, Owner(account_id, livemode)), set()).add(id)
        for (name, owner), some in sorted(ids.items()):
            table = self.tables[name]
            own = (table.c._account_id == owner.account_id, table.c._livemode == owner.livemode)
            query = (
                sa.select(table.c.id)
                .where(*own, table.c.id.in_(sorted(some)))
                .order_by(table.c.id)
                .with_for_update()
            )
            connection.execute(query)

    def stored(
        self, resource: str, row: Row, connection: sa.Connection | None = None
    ) -> Row | None:
        """What is there of a row, in its columns and those that say when its nested lists were read."""
        with self.connection(connection) as connection:
            return self._stored(connection, resource, row)

    def _stored(
        self, connection: sa.Connection, resource: str, row: Row, *, lock: bool = False
    ) -> Row | None:
        table = self.tables[resource]
        columns = dict.fromkeys(
            [*row, *(column.name for column in table.c if column.name.endswith("_read_at"))]
        )
        query = sa.select(*(table.c[column] for column in columns)).where(
            *(table.c[column] == row[column] for column in PRIMARY_KEY)
        )
        found = connection.execute(query.with_for_update() if lock else query).mappings().first()
        return dict(found) if found else None

    def claim(self, connection: sa.Connection, resource: str, row: Row) -> Row | None:
        """Inserts an observed row where there is none. Otherwise what is there: nothing changes it until the transaction ends."""
        if self._writer.write(connection, [Batch(fills={resource: Rows.of([row])})]).fills.get(
            resource
        ):
            return None
        return self._stored(connection, resource, row, lock=True)

    def change(
        self, work: Callable[[sa.Connection], T], connection: sa.Connection | None = None
    ) -> T:
        """Does this in one transaction, from the start again where another program's was in the way. Returns its result.

        With `connection` it is done once, as a part of the transaction there. Raises MirrorError.
        """
        if connection is not None:
            with self.explaining():
                return work(connection)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self.transaction() as connection:
                    return work(connection)
            except MirrorError as error:
                state = getattr(getattr(error.__cause__, "orig", None), "sqlstate", None)
                if state not in _RETRIED or attempt == _ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
        raise AssertionError("unreachable")

    def read(self, resource: str, owner: Owner, id: str) -> dict[str, Any] | None:
        """The object of a row as the API would send it, None where there is no row."""
        return self.read_many(resource, owner, [id]).get(id)

    def read_many(
        self, resource: str, owner: Owner, ids: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """Id → object, in a few statements; ids without a row are left out."""
        with self.connection() as connection:
            return self._reader.read(connection, resource, owner, ids)

    def count(self, resource: str, owner: Owner | None = None) -> int:
        """Live rows of a resource: not tombstones. For all owners by default."""
        return self.counts(None if owner is None else [owner], [resource])[resource]

    def counts(
        self, owners: Iterable[Owner] | None = None, resources: Iterable[str] | None = None
    ) -> dict[str, int]:
        """Resource → live rows of these owners together, in few statements. None means all."""
        found = dict.fromkeys(self.tables if resources is None else resources, 0)
        wanted = None if owners is None else set(owners)
        with self.connection() as connection:
            for name, owner, rows in live_rows(connection, self.tables, found):
                if wanted is None or owner in wanted:
                    found[name] += rows
        return found

    def counts_by_owner(self, resource: str, owners: Iterable[Owner]) -> dict[Owner, int]:
        """Live rows of a resource for each of these owners that has some."""
        with self.connection() as connection:
            found = {
                owner: rows for _, owner, rows in live_rows(connection, self.tables, [resource])
            }
        return {owner: found[owner] for owner in owners if owner in found}

    def interrupted_sweeps(
        self, owners: Iterable[Owner], *, scope: str, now: datetime | None = None
    ) -> dict[tuple[Owner, str], Sweep]:
        """Sweeps of these owners that broke off less than a day ago; of `scope` also those that finished before their run broke off."""
        with self.connection() as connection:
            return self._sweeps.interrupted(connection, owners, scope, now)

    def load_checkpoints(self, sweeps: Mapping[tuple[Owner, str], Sweep]) -> None:
        """Adds to interrupted sweeps where their lists stand."""
        if sweeps:
            with self.connection() as connection:
                self._sweeps.load_checkpoints(connection, sweeps)

    def sweeps_under_way(self, owners: Iterable[Owner]) -> set[tuple[Owner, str]]:
        """(Owner, resource) of the sweeps that have begun and are not finished, those of interrupted runs among them."""
        with self.connection() as connection:
            return self._sweeps.under_way(connection, owners)

    def begin_sweeps(
        self,
        wanted: Iterable[tuple[Owner, str]],
        run_id: str,
        *,
        scope: str = "",
        now: datetime | None = None,
    ) -> None:
        """Starts sweeps from the beginning, all with one `started_at`; checkpoints that older ones left are deleted."""
        with self.transaction() as connection:
            self._sweeps.begin(connection, wanted, run_id, scope, now)

    def finish_sweeps(
        self, finished: Sequence[FinishedSweep], *, now: datetime | None = None
    ) -> None:
        """Records finished sweeps and deletes their checkpoints, but for nested lists that are still open, in one transaction."""
        with self.transaction() as connection:
            self._sweeps.finish(connection, finished, now)

    def release_sweeps(self, scope: str, but: Collection[str] = ()) -> None:
        """The run of this scope has come to its end: what it finished, except these resources, begins anew the next time."""
        self.change(lambda connection: self._sweeps.release(connection, scope, but))

    def sweep_statuses(self) -> list[SweepStatus]:
        """What is known of each (owner, resource) that was ever swept."""
        with self.connection() as connection:
            return self._sweeps.statuses(connection)

    def current(self, owners: Iterable[Owner]) -> dict[tuple[Owner, str], datetime]:
        """(Owner, resource) → the time until which every change is in the mirror, by Stripe's clock, where one is known."""
        with self.connection() as connection:
            return self._sweeps.current(connection, owners)

    def refusals(
        self, owners: Iterable[Owner], available: str = "available"
    ) -> dict[tuple[Owner, str], str]:
        """(Owner, resource) → what its last finished sweep said, where that is not `available`."""
        with self.connection() as connection:
            return self._sweeps.refusals(connection, owners, available)

    def mark_current(self, pairs: Iterable[tuple[Owner, str]], until: datetime) -> None:
        """Every change until then is in the mirror. Only ever moves a pair forward, and only one that was swept before."""
        moved = sorted(set(pairs))
        self.change(lambda connection: self._sweeps.mark_current(connection, moved, until))

    def reach(self, alias: str, connection: sa.Connection | None = None) -> tuple[Owner, ...]:
        """The owners that the key reached when it was last used, its own account first. Empty for one that was never used."""
        with self.connection(connection) as connection:
            return self._reach.present(connection, alias)

    def record_reach(self, alias: str, owners: Sequence[Owner], now: datetime) -> list[Owner]:
        """Stores what a key reaches, its own account first. Returns those that it reached before and does not any more."""
        return self.change(lambda connection: self._reach.record(connection, alias, owners, now))

    def found_reach(
        self,
        alias: str,
        owners: Sequence[Owner],
        now: datetime,
        connection: sa.Connection | None = None,
    ) -> None:
        """Stores accounts that a key reaches, its own first; what it reached before stays known."""
        self.change(
            lambda connection: self._reach.found(connection, alias, owners, now), connection
        )

    def own_account(
        self, alias: str, fingerprint: str, connection: sa.Connection | None = None
    ) -> Owner | None:
        """The own account of the key that has this alias and fingerprint, where it was found out before."""
        with self.connection(connection) as connection:
            return self._reach.own_account(connection, alias, fingerprint)

    def found_key(
        self, alias: str, own: Owner, fingerprint: str, connection: sa.Connection | None = None
    ) -> None:
        """Stores whose key it is that the alias has now."""
        self.change(
            lambda connection: self._reach.found_key(connection, alias, own, fingerprint),
            connection,
        )

    def begin_closing(
        self, alias: str, own: Owner, since: datetime, connection: sa.Connection | None = None
    ) -> datetime:
        """A run of the key is about to write rows whose references it will close. Returns since when (by this machine's clock) there
        are such rows: an earlier time where an earlier run did not come to its end. See `closed`."""
        return self.change(
            lambda connection: self._reach.begin_closing(connection, alias, own, since), connection
        )

    def closed(self, alias: str) -> None:
        """The references of all rows that runs of the key have written point at a row or a recorded absence."""
        self.change(lambda connection: self._reach.closed(connection, alias))

    def renew_leases(
        self, run_id: str, process: str, owners: Collection[Owner], now: datetime, until: datetime
    ) -> dict[Owner, int]:
        """A run of this process uses these accounts until then. Returns how many processes use each of them, this one included."""

        def work(connection: sa.Connection) -> dict[Owner, int]:
            self._leases.renew(connection, run_id, process, owners, until)
            return self._leases.processes(connection, owners, now)

        return self.change(work)

    def release_leases(self, run_id: str, now: datetime) -> None:
        """The run uses no account any more."""
        self.change(lambda connection: self._leases.release(connection, run_id, now))

    def count_reads(
        self, requests: Mapping[Owner, int], now: datetime, connection: sa.Connection | None = None
    ) -> None:
        """Adds requests that were sent for accounts to those of the day.

        With `connection` when the transaction there is committed: nobody waits for the account's count for as long as it lasts.
        """

        def work(connection: sa.Connection) -> None:
            self._reads.add(connection, requests, now)

        if not requests:
            return
        if connection is None:
            self.change(work)
        else:
            event.listen(connection, "commit", work, once=True)

    def reads_since(self, begin: datetime) -> dict[Owner, int]:
        """The requests that were sent for each account from that day (UTC) on."""
        with self.connection() as connection:
            return self._reads.since(connection, begin)

    def unlisted(
        self,
        resource: str,
        owner: Owner,
        before: datetime,
        asked_before: datetime,
        columns: Iterable[str] = (),
    ) -> list[Row]:
        """Live rows that a sweep which began at `before` did not return: their ids and these columns.

        Left out: what only something else embedded, and what was found to exist though unlisted since `asked_before`.
        """
        with self.connection() as connection:
            return self._candidates.unlisted(
                connection, resource, owner, before, asked_before, columns
            )

    def unsettled(self, resource: str, owner: Owner) -> list[Row]:
        """Live rows that will still change without an event (`Resource.not_final_when`): `id`, and `created` where it has that."""
        with self.connection() as connection:
            return self._candidates.unsettled(connection, resource, owner)

    def below(
        self, resource: str, owner: Owner, parent: str, parent_ids: Iterable[str], before: datetime
    ) -> list[Row]:
        """Live rows of nested lists of these parents that were last observed before then: `id` and `_parent_id`."""
        with self.connection() as connection:
            return self._candidates.below(connection, resource, owner, parent, parent_ids, before)

    def newest(self, resource: str, owner: Owner) -> datetime | None:
        """When the newest row was created, by the clock of who created it. None where there is no row."""
        with self.connection() as connection:
            return self._candidates.newest(connection, resource, owner)

    def created_between(
        self, resource: str, owner: Owner, first: datetime, last: datetime
    ) -> Iterator[datetime]:
        """When the live rows of this range, both ends included, were created, in order. Read from the database bit by bit."""
        with self.connection() as connection:
            yield from self._candidates.created_between(connection, resource, owner, first, last)

    def events(self, keys: Sequence[EventKey]) -> dict[EventKey, dict[str, Any]]:
        """The stored event objects again; those without a row are left out."""
        read = {owner: self.read_many(EVENTS, owner, ids) for owner, ids in by_owner(keys).items()}
        return {(owner, id): obj for owner, objects in read.items() for id, obj in objects.items()}

    def owner_of_events(self, ids: Iterable[str], owners: Iterable[Owner]) -> dict[str, Owner]:
        """Event's id → which of these owners' lists had it; those without a row are left out."""
        with self.connection() as connection:
            return self._candidates.owner_of_events(connection, ids, owners)

    def missing_references(
        self,
        since: datetime,
        owners: Sequence[Owner],
        resources: Mapping[str, Collection[str] | None] | None = None,
    ) -> set[ObjectRef]:
        """What the rows written since then for these owners refer to and is not there. `owners[0]` is the platform.

        Parameters: resources: whose rows are looked at, of all by default; with the ids where it is known which they are.
        """
        at_once = 1 if self.in_memory else TABLES_AT_ONCE
        return open_references.missing(
            self.connection, self.tables, self.dialect, since, owners, resources, at_once=at_once
        )

    def present(
        self, wanted: Collection[ObjectRef], connection: sa.Connection | None = None
    ) -> set[ObjectRef]:
        """Those of `wanted` that have a row, or of which it is recorded that there is none."""
        with self.connection(connection) as connection:
            return references.present(connection, self.tables, wanted)

    def referred(self, rows: Mapping[str, Iterable[Row]], platform: Owner) -> set[ObjectRef]:
        """What rows, by resource, refer to, whether it is there or not; they need not be in the database."""
        return references.referred(self.catalog, rows, platform)

    def record_absences(
        self, absent: Mapping[ObjectRef, Absence], connection: sa.Connection | None = None
    ) -> None:
        """Notes that these do not exist or may not be read, each with Stripe's reason."""
        if absent:
            self.change(
                lambda connection: references.record(connection, self.tables, self.dialect, absent),
                connection,
            )

    @contextmanager
    def connection(self, given: sa.Connection | None = None) -> Iterator[sa.Connection]:
        """A connection for reading, or the one that is given. Errors of the database become MirrorError."""
        with (
            self.explaining(),
            nullcontext(given) if given is not None else self.engine.connect() as connection,
        ):
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A transaction for writing, committed at its end. Errors of the database become MirrorError, with nothing written."""
        with (
            self.explaining(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Errors of the database become MirrorError."""
        try:
            yield
        except FAILURES as error:
            raise explained(error, self.engine.url) from error
