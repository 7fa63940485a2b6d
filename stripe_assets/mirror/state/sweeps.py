"""Sweeps and their checkpoints: how far each list was read. The next run continues there."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.batch import Checkpoint, Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Columns, among_owners
from stripe_assets.mirror.state.sweep_records import (
    BEFORE_HOLES,
    FinishedSweep,
    Sweep,
    SweepKey,
    availability_of,
    key_of,
)
from stripe_assets.mirror.state.sweep_results import SweepResults
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.transactions import Transactions

CONTINUED_WITHIN = timedelta(days=1)
"""An older interrupted sweep starts again: too much has changed behind its cursors."""


_KEY = tuple(OWN_COLUMNS["_sweep"][0])
_PAIRS_A_STATEMENT = 100_000
_COLUMNS: Columns = {**OWN_COLUMNS["_sweep"][0], **OWN_COLUMNS["_sweep"][1]}


class Sweeps:
    """The `_sweep` and `_checkpoint` tables."""

    def __init__(self, transactions: Transactions, sweep: sa.Table, checkpoint: sa.Table) -> None:
        self._transactions = transactions
        self._sweep = sweep
        self._checkpoint = checkpoint
        self.results = SweepResults(transactions, sweep)

    def interrupted(
        self, owners: Iterable[Owner], *, scope: str, now: datetime | None = None
    ) -> dict[SweepKey, Sweep]:
        """The sweeps of these owners that a run can resume, without their checkpoints.

        These are the unfinished sweeps that began less than CONTINUED_WITHIN ago, and the finished
        ones of a run of this scope that was interrupted later.
        """
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
        sweeps: dict[SweepKey, Sweep] = {}
        with self._transactions.connection() as connection:
            for some in chunks(sorted({owner.account_id for owner in owners})):
                found = connection.execute(query.where(table.c._account_id.in_(some)))
                for row in found.mappings():
                    if (key := key_of(row))[0] in owners:
                        sweeps[key] = Sweep(
                            row["started_at"],
                            row["scope"] or "",
                            not row["unfinished"],
                            availability_of(row),
                            row["current_until"],
                        )
        return sweeps

    def load_checkpoints(self, sweeps: Mapping[SweepKey, Sweep]) -> None:
        """Adds to interrupted sweeps how far their lists were read."""
        if not sweeps:
            return
        table = self._checkpoint
        accounts = sorted({owner.account_id for owner, _ in sweeps})
        with self._transactions.connection() as connection:
            for some in chunks(accounts):
                query = sa.select(table).where(table.c._account_id.in_(some))
                for row in connection.execute(query).mappings():
                    owner, resource = key_of(row)
                    sweep = sweeps.get((owner, resource))
                    if sweep is not None:
                        cursor = tuple(row["cursor"] or ())
                        sweep.checkpoints[row["key"]] = Checkpoint(
                            owner, resource, row["key"], cursor, row["done"]
                        )

    def under_way(self, owners: Iterable[Owner]) -> set[SweepKey]:
        """The sweeps that have begun and are not finished, those of interrupted runs included."""
        table = self._sweep
        query = sa.select(*(table.c[name] for name in _KEY)).where(
            table.c.unfinished, among_owners(self._transactions.dialect, table, owners)
        )
        with self._transactions.connection() as connection:
            return {key_of(row) for row in connection.execute(query).mappings()}

    def begin(
        self,
        wanted: Iterable[SweepKey],
        run_id: str,
        *,
        scope: str = "",
        now: datetime | None = None,
    ) -> None:
        """Starts sweeps from the beginning, all with one `started_at`, in two statements.

        The checkpoints of the sweeps that they replace are deleted.
        """
        now = now or datetime.now(UTC)
        keys = sorted(set(wanted))
        rows: list[Row] = [
            {
                **_key_columns(*key),
                "started_at": now,
                "run_id": run_id,
                "scope": scope,
                "unfinished": True,
            }
            for key in keys
        ]
        if not rows:
            return
        accounts = {owner.account_id for owner, _ in keys}
        begun = sa.and_(self._sweep.c._account_id.in_(accounts), self._sweep.c.started_at == now)
        with self._transactions.transaction() as connection:
            self._transactions.dialect.put(connection, "_sweep", _KEY, _COLUMNS, rows)
            self._delete_checkpoints(connection, begun)

    def finish(self, finished: Sequence[FinishedSweep], *, now: datetime | None = None) -> None:
        """Records sweeps as finished and deletes their checkpoints, in one transaction.

        The checkpoints of nested lists that are not read to their end stay: the sweeps of other
        models still read these lists.
        """
        if not finished:
            return
        keys = [
            {"account_id": one.owner.account_id, "mode": one.owner.livemode, "name": one.resource}
            for one in finished
        ]
        results = [{**key, **_result_of(one)} for key, one in zip(keys, finished, strict=True)]
        with self._transactions.transaction() as connection:
            connection.execute(self._finish_sweep(now or datetime.now(UTC)), results)
            connection.execute(self._delete_done_checkpoints(), keys)

    def release(self, scope: str, but: Collection[str] = ()) -> None:
        """The run of this scope has ended: later runs resume no sweep that it has finished.

        Parameters: but: resources whose finished sweeps can still be resumed.
        """
        sweep = self._sweep
        finished = sa.and_(
            sweep.c.scope == scope,
            sweep.c.unfinished.is_(False),
            sweep.c.resource.not_in(sorted(but)),
        )

        def work(connection: sa.Connection) -> None:
            self._delete_checkpoints(connection, finished)
            connection.execute(sa.update(sweep).where(finished).values(scope=None))

        self._transactions.change(work)

    def current_until(self, owners: Iterable[Owner]) -> dict[SweepKey, datetime]:
        """(Owner, resource) → the time until which the mirror has every change, by Stripe's clock.

        BEFORE_HOLES where an earlier release swept it: then something may be missing. A pair whose
        time is not known is left out.
        """
        table = self._sweep
        until = sa.case((table.c.keeps_holes, table.c.current_until), else_=BEFORE_HOLES)
        query = sa.select(*(table.c[name] for name in _KEY), until.label("current_until")).where(
            table.c.current_until.is_not(None)
        )
        query = query.where(among_owners(self._transactions.dialect, table, owners))
        with self._transactions.connection() as connection:
            return {
                key_of(row): row["current_until"] for row in connection.execute(query).mappings()
            }

    def mark_current(self, pairs: Iterable[SweepKey], until: datetime) -> None:
        """Notes that the mirror has every change of these (owner, resource) until then.

        A pair that has a later time, or was never swept, stays as it is.
        """
        wanted = sorted(set(pairs))
        self._transactions.change(lambda connection: self._mark(connection, wanted, until))

    def _finish_sweep(self, now: datetime) -> sa.Update:
        """The statement that records one sweep as finished. Its parameters: see `_result_of`."""
        sweep = self._sweep
        is_the_same = sweep.c.started_at == sa.bindparam("began", type_=sweep.c.started_at.type)
        return (
            sa.update(sweep)
            .where(
                sweep.c._account_id == sa.bindparam("account_id"),
                sweep.c._livemode == sa.bindparam("mode"),
            )
            .where(sweep.c.resource == sa.bindparam("name"))
            .values(
                unfinished=False,
                last_started_at=sweep.c.started_at,
                last_finished_at=now,
                rows=sa.bindparam("row_count"),
                requests=sa.bindparam("request_count"),
                availability=sa.bindparam("available"),
                current_until=sa.bindparam("current", type_=sweep.c.current_until.type),
                keeps_holes=True,
                scope=sa.case((is_the_same, sweep.c.scope)),
            )
        )

    def _delete_done_checkpoints(self) -> sa.Delete:
        checkpoint = self._checkpoint
        return (
            sa.delete(checkpoint)
            .where(
                checkpoint.c._account_id == sa.bindparam("account_id"),
                checkpoint.c._livemode == sa.bindparam("mode"),
            )
            .where(checkpoint.c.resource == sa.bindparam("name"), checkpoint.c.done)
        )

    def _delete_checkpoints(
        self, connection: sa.Connection, sweeps: sa.ColumnElement[bool]
    ) -> None:
        """Deletes the checkpoints of the sweeps that a condition on `_sweep` selects."""
        columns = [self._checkpoint.c[name] for name in _KEY]
        selected = sa.select(*(self._sweep.c[name] for name in _KEY)).where(sweeps)
        connection.execute(sa.delete(self._checkpoint).where(sa.tuple_(*columns).in_(selected)))

    def _mark(self, connection: sa.Connection, pairs: Sequence[SweepKey], until: datetime) -> None:
        table = self._sweep
        for some in chunks(pairs, _PAIRS_A_STATEMENT):
            keys = ((owner.account_id, owner.livemode, name) for owner, name in some)
            listed = self._transactions.dialect.listed(
                {"account_id": "text", "mode": "boolean", "name": "text"}, keys
            )
            connection.execute(
                sa.update(table)
                .where(
                    table.c._account_id == listed.c.account_id,
                    table.c._livemode == listed.c.mode,
                    table.c.resource == listed.c.name,
                )
                .where(sa.or_(table.c.current_until.is_(None), table.c.current_until < until))
                .values(current_until=until)
            )


def _result_of(finished: FinishedSweep) -> dict[str, Any]:
    return {
        "row_count": finished.rows,
        "request_count": finished.requests,
        "available": str(finished.availability),
        "current": finished.current_until,
        "began": finished.began,
    }


def _key_columns(owner: Owner, resource: str) -> Row:
    return {"_account_id": owner.account_id, "_livemode": owner.livemode, "resource": resource}
