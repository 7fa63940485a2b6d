"""Holes that a write opens, moves or fills, in the transaction of what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror.batch import Batch, Hole, HoleId, Owner
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Columns, Dialect
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS

KEY = tuple(OWN_COLUMNS["_hole"][0])
COLUMNS: Columns = {**OWN_COLUMNS["_hole"][0], **OWN_COLUMNS["_hole"][1]}

FIRST_WAIT = timedelta(minutes=1)
"""From the first attempt to the second. It doubles with each attempt."""
LONGEST_WAIT = timedelta(days=1)
MONTH = timedelta(days=30)
"""After this time Stripe is asked again for what it does not show."""


def write_holes(
    connection: sa.Connection,
    dialect: Dialect,
    table: sa.Table,
    batches: Sequence[Batch],
    now: datetime,
) -> None:
    """`now` is by this machine's clock. No statement where the batches have no hole."""
    last: dict[HoleId, Hole | None] = {}
    for batch in batches:
        last.update(batch.holes)
    if not last:
        return
    known = {hole.id: hole for hole in stored(connection, dialect, table, last)}
    rows = [
        hole_row(_after(hole, known.get(id), now))
        for id, hole in sorted(last.items(), key=lambda item: item[0])
        if hole is not None
    ]
    if rows:
        dialect.put(connection, "_hole", KEY, COLUMNS, rows)
    delete(connection, dialect, table, (id for id, hole in last.items() if hole is None))


def stored(
    connection: sa.Connection, dialect: Dialect, table: sa.Table, ids: Iterable[HoleId]
) -> list[Hole]:
    """The stored holes among these."""
    listed = _listed(dialect, ids)
    query = sa.select(table).where(*_same(table, listed))
    return [hole_of(row) for row in connection.execute(query).mappings()]


def delete(
    connection: sa.Connection, dialect: Dialect, table: sa.Table, ids: Iterable[HoleId]
) -> None:
    ids = sorted(ids)
    if ids:
        connection.execute(sa.delete(table).where(*_same(table, _listed(dialect, ids))))


def hole_of(row: Mapping[Any, Any]) -> Hole:
    return Hole(
        Owner(row["_account_id"], row["_livemode"]),
        row["resource"],
        row["key"],
        tuple(row["cursor"] or ()),
        row["answer"] or "",
        row["unavailable"],
        row["count"],
        row["since"],
        row["attempts"],
        row["next_try_at"],
    )


def hole_row(hole: Hole) -> Row:
    return {
        "_account_id": hole.owner.account_id,
        "_livemode": hole.owner.livemode,
        "resource": hole.model,
        "key": hole.key,
        "cursor": list(hole.cursor) or None,
        "answer": hole.answer,
        "unavailable": hole.unavailable,
        "count": hole.count,
        "since": hole.since,
        "attempts": hole.attempts,
        "next_try_at": hole.next_try_at,
    }


def _after(hole: Hole, known: Hole | None, now: datetime) -> Hole:
    """The hole as it is to be stored, after what is stored of it."""
    since = known.since if known and known.since else now
    if not hole.answer and known:
        return replace(known, cursor=hole.cursor)
    attempts = (known.attempts if known else 0) + 1
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    next_try = now + (MONTH if hole.unavailable else wait)
    return replace(hole, since=since, attempts=attempts, next_try_at=next_try)


def _listed(dialect: Dialect, ids: Iterable[HoleId]) -> sa.FromClause:
    columns: Columns = {"account_id": "text", "mode": "boolean", "name": "text", "what": "text"}
    rows = ((owner.account_id, owner.livemode, model, key) for owner, model, key in ids)
    return dialect.listed(columns, rows)


def _same(table: sa.Table, listed: sa.FromClause) -> list[sa.ColumnElement[bool]]:
    found = sa.select(listed.c.account_id, listed.c.mode, listed.c.name, listed.c.what)
    columns = sa.tuple_(table.c._account_id, table.c._livemode, table.c.resource, table.c.key)
    return [columns.in_(found)]
