"""Sweeps and their checkpoints: where a listing stands, so that a run that broke off goes on there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.batch import Checkpoint, Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Columns, Dialect, among_owners
from stripe_assets.mirror.tables.tables import OWN_COLUMNS

CONTINUED_WITHIN = timedelta(days=1)
"""A sweep of an interrupted run that is older starts again: too much has changed behind its cursors."""

_KEY = tuple(OWN_COLUMNS["_sweep"][0])
_PAIRS_A_STATEMENT = 100_000
_COLUMNS: Columns = {**OWN_COLUMNS["_sweep"][0], **OWN_COLUMNS["_sweep"][1]}


@dataclass(slots=True)
class Sweep:
    """A complete listing of a resource for an owner, by a run that was interrupted."""

    started_at: datetime
    scope: str = ""
    """What the run that began it was about: see `stripe_assets.sync.planning.resume`."""
    finished: bool = False
    """It had reached its end. What the next two say is of this sweep only if so."""
    availability: str | None = None
    current_until: datetime | None = None
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    """Of a sweep that is taken up again: list key → where it stands. A finished one has those of nested lists that are open."""


@dataclass(frozen=True, slots=True)
class FinishedSweep:
    """What a sweep that reached its end has to say."""

    owner: Owner
    resource: str
    rows: int
    """Rows of it that the mirror now has of this owner."""
    requests: int
    availability: str = "available"
    """Or Stripe's reason."""
    current_until: datetime | None = None
    """Every change until then is in the mirror, by Stripe's clock: where an incremental run starts. None: that is not known."""
    began: datetime | None = None
    """When the sweep began, to the microsecond. If another run has begun one since, that has no finished sweep to go on with."""


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """The stored state of (owner, resource), for `status`: the last finished sweep, and whether a newer one broke off."""

    owner: Owner
    resource: str
    unfinished: bool
    started_at: datetime
    last_started_at: datetime | None
    last_finished_at: datetime | None
    rows: int | None
    requests: int | None
    availability: str | None


class Sweeps:
    """The `_sweep` and `_checkpoint` tables."""

    def __init__(self, sweep: sa.Table, checkpoint: sa.Table, dialect: Dialect) -> None:
        self._sweep = sweep
        self._checkpoint = checkpoint
        self._dialect = dialect

    def interrupted(
        self,
        connection: sa.Connection,
        owners: Iterable[Owner],
        scope: str,
        now: datetime | None = None,
    ) -> dict[tuple[Owner, str], Sweep]:
        """Sweeps of these owners that began less than CONTINUED_WITHIN ago and did not finish, and those of `scope` that did
        though their run was not over."""
        owners = set(owners)
        table = self._sweep
        columns = (
            table.c.started_at,
            table.c.scope,
            table.c.unfinished,
            table.c.availability,
            table.c.current_until,
        )
        query = sa.select(*(table.c[name] for name in _KEY), *columns)
        query = query.where(table.c.started_at > (now or datetime.now(UTC)) - CONTINUED_WITHIN)
        query = query.where(sa.or_(table.c.unfinished, table.c.scope == scope))
        sweeps: dict[tuple[Owner, str], Sweep] = {}
        for some in chunks(sorted({owner.account_id for owner in owners})):
            for row in connection.execute(query.where(table.c._account_id.in_(some))).mappings():
                owner = Owner(row["_account_id"], row["_livemode"])
                if owner in owners:
                    sweeps[owner, row["resource"]] = Sweep(
                        row["started_at"],
                        row["scope"] or "",
                        not row["unfinished"],
                        row["availability"],
                        row["current_until"],
                    )
        return sweeps

    def load_checkpoints(
        self, connection: sa.Connection, sweeps: Mapping[tuple[Owner, str], Sweep]
    ) -> None:
        """Where the lists of these stand."""
        table = self._checkpoint
        accounts = sorted({owner.account_id for owner, _ in sweeps})
        for some in chunks(accounts):
            for row in connection.execute(
                sa.select(table).where(table.c._account_id.in_(some))
            ).mappings():
                owner = Owner(row["_account_id"], row["_livemode"])
                sweep = sweeps.get((owner, row["resource"]))
                if sweep is not None:
                    cursor = tuple(row["cursor"] or ())
                    sweep.checkpoints[row["key"]] = Checkpoint(
                        owner, row["resource"], row["key"], cursor, row["done"]
                    )

    def begin(
        self,
        connection: sa.Connection,
        wanted: Iterable[tuple[Owner, str]],
        run_id: str,
        scope: str = "",
        now: datetime | None = None,
    ) -> None:
        """Starts sweeps, in two statements however many there are. Checkpoints of the sweeps that they replace are deleted."""
        now = now or datetime.now(UTC)
        keys = sorted(set(wanted))
        rows: list[Row] = [
            {
                **_key_of(*key),
                "started_at": now,
                "run_id": run_id,
                "scope": scope,
                "unfinished": True,
            }
            for key in keys
        ]
        if rows:
            self._dialect.put(connection, "_sweep", _KEY, _COLUMNS, rows)
            accounts = {owner.account_id for owner, _ in keys}
            self._forget(
                connection,
                sa.and_(self._sweep.c._account_id.in_(accounts), self._sweep.c.started_at == now),
            )

    def finish(
        self,
        connection: sa.Connection,
        finished: Sequence[FinishedSweep],
        now: datetime | None = None,
    ) -> None:
        """Records sweeps that were begun as finished. Of their checkpoints those stay that are not done: of nested lists, which
        other models' sweeps are still reading."""
        if not finished:
            return
        sweep, checkpoint = self._sweep, self._checkpoint
        keys = [
            {
                "account": one.owner.account_id,
                "mode": one.owner.livemode,
                "name": one.resource,
                **_result_of(one),
            }
            for one in finished
        ]
        connection.execute(
            sa.update(sweep)
            .where(
                sweep.c._account_id == sa.bindparam("account"),
                sweep.c._livemode == sa.bindparam("mode"),
            )
            .where(sweep.c.resource == sa.bindparam("name"))
            .values(
                unfinished=False,
                last_started_at=sweep.c.started_at,
                last_finished_at=now or datetime.now(UTC),
                rows=sa.bindparam("row_count"),
                requests=sa.bindparam("request_count"),
                availability=sa.bindparam("available"),
                current_until=sa.bindparam("current", type_=sweep.c.current_until.type),
                scope=sa.case(
                    (
                        sweep.c.started_at
                        == sa.bindparam("its_start", type_=sweep.c.started_at.type),
                        sweep.c.scope,
                    )
                ),
            ),
            keys,
        )
        connection.execute(
            sa.delete(checkpoint)
            .where(
                checkpoint.c._account_id == sa.bindparam("account"),
                checkpoint.c._livemode == sa.bindparam("mode"),
            )
            .where(checkpoint.c.resource == sa.bindparam("name"), checkpoint.c.done),
            [{name: key[name] for name in ("account", "mode", "name")} for key in keys],
        )

    def release(self, connection: sa.Connection, scope: str, but: Collection[str]) -> None:
        """The run of this scope is over: no other goes on with what it finished, except these resources."""
        sweep = self._sweep
        its = sa.and_(
            sweep.c.scope == scope,
            sweep.c.unfinished.is_(False),
            sweep.c.resource.not_in(sorted(but)),
        )
        self._forget(connection, its)
        connection.execute(sa.update(sweep).where(its).values(scope=None))

    def under_way(
        self, connection: sa.Connection, owners: Iterable[Owner]
    ) -> set[tuple[Owner, str]]:
        """What was begun and is not finished, however long ago."""
        table = self._sweep
        query = sa.select(*(table.c[name] for name in _KEY)).where(
            table.c.unfinished, among_owners(self._dialect, table, owners)
        )
        return {
            (Owner(row["_account_id"], row["_livemode"]), row["resource"])
            for row in connection.execute(query).mappings()
        }

    def current(
        self, connection: sa.Connection, owners: Iterable[Owner]
    ) -> dict[tuple[Owner, str], datetime]:
        """(Owner, resource) → the time until which every change is in the mirror, where one is known."""
        table = self._sweep
        query = sa.select(*(table.c[name] for name in _KEY), table.c.current_until).where(
            table.c.current_until.is_not(None)
        )
        query = query.where(among_owners(self._dialect, table, owners))
        rows = connection.execute(query).mappings()
        return {
            (Owner(row["_account_id"], row["_livemode"]), row["resource"]): row["current_until"]
            for row in rows
        }

    def refusals(
        self, connection: sa.Connection, owners: Iterable[Owner], available: str
    ) -> dict[tuple[Owner, str], str]:
        """(Owner, resource) → what its last finished sweep said in place of `available`."""
        table = self._sweep
        query = sa.select(*(table.c[name] for name in _KEY), table.c.availability).where(
            table.c.availability != available
        )
        rows = connection.execute(
            query.where(among_owners(self._dialect, table, owners))
        ).mappings()
        return {
            (Owner(row["_account_id"], row["_livemode"]), row["resource"]): row["availability"]
            for row in rows
        }

    def mark_current(
        self, connection: sa.Connection, pairs: Sequence[tuple[Owner, str]], until: datetime
    ) -> None:
        """Moves these forward to `until`; one that is there already, or was never swept, stays as it is."""
        table = self._sweep
        for some in chunks(pairs, _PAIRS_A_STATEMENT):
            keys = ((owner.account_id, owner.livemode, name) for owner, name in some)
            listed = self._dialect.listed(
                {"account": "text", "mode": "boolean", "name": "text"}, keys
            )
            connection.execute(
                sa.update(table)
                .where(
                    table.c._account_id == listed.c.account,
                    table.c._livemode == listed.c.mode,
                    table.c.resource == listed.c.name,
                )
                .where(sa.or_(table.c.current_until.is_(None), table.c.current_until < until))
                .values(current_until=until)
            )

    def statuses(self, connection: sa.Connection) -> list[SweepStatus]:
        return [
            SweepStatus(
                Owner(row["_account_id"], row["_livemode"]),
                row["resource"],
                row["unfinished"],
                row["started_at"],
                row["last_started_at"],
                row["last_finished_at"],
                row["rows"],
                row["requests"],
                row["availability"],
            )
            for row in connection.execute(
                sa.select(self._sweep).order_by(*self._sweep.primary_key)
            ).mappings()
        ]

    def _forget(self, connection: sa.Connection, sweeps: sa.ColumnElement[bool]) -> None:
        """Deletes the checkpoints of the sweeps that a condition on `_sweep` names."""
        columns = [self._checkpoint.c[name] for name in _KEY]
        named = sa.select(*(self._sweep.c[name] for name in _KEY)).where(sweeps)
        connection.execute(sa.delete(self._checkpoint).where(sa.tuple_(*columns).in_(named)))


def _result_of(finished: FinishedSweep) -> dict[str, Any]:
    return {
        "row_count": finished.rows,
        "request_count": finished.requests,
        "available": finished.availability,
        "current": finished.current_until,
        "its_start": finished.began,
    }


def _key_of(owner: Owner, resource: str) -> Row:
    return {"_account_id": owner.account_id, "_livemode": owner.livemode, "resource": resource}
