"""References of freshly written rows that point at nothing in the mirror: found with a query per reference column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Owner, Row
from stripe_assets.mirror.dialect import Dialect
from stripe_assets.mirror.tables import OWN_COLUMNS, Tables

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

IDS_PER_QUERY = 500
ASKED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Missing:
    """An object that a row refers to and that the mirror has neither as a row nor as a recorded absence."""

    resource: str
    owner: Owner
    id: str


def retrievable(catalog: Catalog, name: str) -> bool:
    """Whether the id alone is enough to read the object."""
    resource = catalog.resources.get(name)
    return resource is not None and resource.retrieve is not None and not resource.retrieve.params


def missing(
    connection: sa.Connection,
    catalog: Catalog,
    tables: Tables,
    since: datetime,
    owners: Sequence[Owner],
    resources: Collection[str] | None = None,
) -> set[Missing]:
    """What rows that were written since then for these owners refer to and is not there. `owners[0]` is the platform.

    Parameters: resources: whose rows are looked at; of all by default.

    References whose resource cannot be retrieved by its id are left out: nothing could be done about them.
    """
    found: set[Missing] = set()
    for resource in _written_since(connection, tables, tables if resources is None else resources, since, owners):
        found |= _missing_of(connection, catalog, tables, resource, since, owners)
    return found


def _written_since(connection: sa.Connection, tables: Tables, names: Iterable[str], since: datetime, owners: Sequence[Owner]) -> list[str]:
    written = []
    for name in names:
        query = sa.select(sa.literal(1)).where(_rows_of(tables[name], since, owners)).limit(1)
        if connection.execute(query).first():
            written.append(name)
    return written


def _rows_of(table: sa.Table, since: datetime, owners: Sequence[Owner]) -> sa.ColumnElement[bool]:
    return sa.and_(
        table.c["_account_id"].in_([owner.account_id for owner in owners]),
        table.c["_livemode"] == owners[0].livemode,
        table.c["_synced_at"] >= since,
    )


def _missing_of(
    connection: sa.Connection, catalog: Catalog, tables: Tables, resource: str, since: datetime, owners: Sequence[Owner]
) -> set[Missing]:
    found: set[Missing] = set()
    for field in catalog[resource].fields:
        if field.kind in ("reference", "references") and any(retrievable(catalog, name) for name in field.targets):
            found |= set(_referred(connection, catalog, tables, resource, field, since, owners))
    by_target: dict[str, set[Missing]] = {}
    for wanted in found:
        by_target.setdefault(wanted.resource, set()).add(wanted)
    for target, some in by_target.items():
        found -= _present(connection, tables, target, some)
    return found


def _referred(
    connection: sa.Connection,
    catalog: Catalog,
    tables: Tables,
    resource: str,
    field: Field,
    since: datetime,
    owners: Sequence[Owner],
) -> Iterator[Missing]:
    table, platform = tables[resource], owners[0]
    assert field.column is not None
    column = table.c[field.column]
    selected: list[sa.ColumnElement] = [table.c["_account_id"], column]
    naming = field.owner.removeprefix("field:") if field.owner.startswith("field:") else None
    if naming is not None:
        selected.append(table.c[next(f.column for f in catalog[resource].fields if f.name == naming and f.column)])
    query = sa.select(*selected).where(_rows_of(table, since, owners), column.is_not(None))
    if field.kind == "reference":
        query = query.distinct()
        if len(field.targets) == 1 and field.owner == "own":
            target = tables[field.targets[0]]
            there = sa.select(sa.literal(1)).where(
                target.c["_account_id"] == table.c["_account_id"],
                target.c["_livemode"] == table.c["_livemode"],
                target.c["id"] == column,
            )
            query = query.where(~there.exists())
    for row in map(tuple, connection.execute(query)):
        account_id, value = row[0], row[1]
        for id_ in [value] if field.kind == "reference" else value:
            target_name = catalog.by_id(id_, field.targets) if isinstance(id_, str) else None
            if target_name is not None and retrievable(catalog, target_name):
                owner_id = {"own": account_id, "platform": platform.account_id, "self": id_}.get(field.owner, row[-1])
                if owner_id is not None:
                    yield Missing(target_name, Owner(owner_id, platform.livemode), id_)


def _present(connection: sa.Connection, tables: Tables, target: str, wanted: Iterable[Missing]) -> set[Missing]:
    """Those of `wanted` that have a row, or of which it is known that there is none."""
    present: set[Missing] = set()
    by_owner: dict[Owner, list[str]] = {}
    for one in wanted:
        by_owner.setdefault(one.owner, []).append(one.id)
    absence = tables.own["_absence"]
    lasting = sa.or_(absence.c["until"].is_(None), absence.c["until"] > datetime.now(UTC))
    still_absent = sa.and_(absence.c["resource"] == target, lasting)
    for owner, ids in by_owner.items():
        for start in range(0, len(ids), IDS_PER_QUERY):
            chunk = ids[start : start + IDS_PER_QUERY]
            for table, condition in ((tables[target], sa.true()), (absence, still_absent)):
                query = sa.select(table.c["id"]).where(
                    table.c["_account_id"] == owner.account_id, table.c["_livemode"] == owner.livemode, condition, table.c["id"].in_(chunk)
                )
                present.update(Missing(target, owner, id_) for id_ in connection.scalars(query))
    return present


@dataclass(frozen=True, slots=True)
class Absence:
    """Why an object is not there. `lasting`: it does not exist; otherwise it may not be read, which can change."""

    reason: str
    lasting: bool


def record(connection: sa.Connection, tables: Tables, dialect: Dialect, absent: Mapping[Missing, Absence]) -> None:
    """Notes absences; one that was noted before gets the newer reason."""
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
        for wanted, absence in absent.items()
    ]
    key, columns = OWN_COLUMNS["_absence"]
    dialect.put(connection, "_absence", tuple(key), {**key, **columns}, rows)
