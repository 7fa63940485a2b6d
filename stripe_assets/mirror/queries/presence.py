"""Which objects the mirror has as rows, and which are known not to exist: the `_absence` table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from stripe_assets.mirror.batch import Absence, ObjectRef, Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.tables.resource_tables import Tables

ASKED_AGAIN_AFTER = timedelta(days=1)
"""How long an absence is valid if it can change."""


def present(
    connection: sa.Connection, tables: Tables, wanted: Iterable[ObjectRef]
) -> set[ObjectRef]:
    """The objects of `wanted` that have a row or a recorded absence."""
    found: set[ObjectRef] = set()
    grouped: dict[tuple[str, Owner], list[str]] = {}
    for one in wanted:
        grouped.setdefault((one.resource, one.owner), []).append(one.id)
    absence = tables.own["_absence"]
    lasting = sa.or_(absence.c["until"].is_(None), absence.c["until"] > datetime.now(UTC))
    for (name, owner), ids in grouped.items():
        for some in chunks(ids):
            for table, condition in (
                (tables[name], sa.true()),
                (absence, sa.and_(absence.c["resource"] == name, lasting)),
            ):
                query = sa.select(table.c["id"]).where(
                    table.c["_account_id"] == owner.account_id,
                    table.c["_livemode"] == owner.livemode,
                    condition,
                    table.c["id"].in_(some),
                )
                found.update(ObjectRef(name, owner, id) for id in connection.scalars(query))
    return found


def record_absences(
    connection: sa.Connection, dialect: Dialect, absent: Mapping[ObjectRef, Absence]
) -> None:
    """Records absences. An absence that was recorded before gets the newer reason."""
    now = datetime.now(UTC)
    rows: list[Row] = [
        {
            "_account_id": wanted.owner.account_id,
            "_livemode": wanted.owner.livemode,
            "resource": wanted.resource,
            "id": wanted.id,
            "reason": absence.reason,
            "observed_at": now,
            "until": None if absence.lasting else now + ASKED_AGAIN_AFTER,
        }
        for wanted, absence in sorted(absent.items(), key=lambda one: one[0])
    ]
    key, columns = OWN_COLUMNS["_absence"]
    dialect.put(connection, "_absence", tuple(key), {**key, **columns}, rows)
