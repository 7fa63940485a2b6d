"""References of freshly written rows that point at nothing in the mirror: found with a query per reference column."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Owner, Row
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.dialect import Dialect, listed_ids
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
    dialect: Dialect,
    since: datetime,
    owners: Sequence[Owner],
    resources: Mapping[str, Collection[str] | None] | None = None,
) -> set[Missing]:
    """What rows that were written since then for these owners refer to and is not there. `owners[0]` is the platform.

    Parameters: resources: whose rows are looked at, of all by default; with the ids where it is known which they are.

    References whose resource cannot be retrieved by its id are left out: nothing could be done about them.
    """
    found: set[Missing] = set()
    for name, ids in (dict.fromkeys(tables) if resources is None else resources).items():
        for some in [None] if ids is None else chunks(ids, IDS_PER_QUERY):
            rows = _rows_of(tables[name], dialect, since, owners, some)
            if connection.execute(sa.select(sa.literal(1)).where(rows).limit(1)).first():
                found |= _missing_of(connection, catalog, tables, name, rows, owners)
    return found


def _rows_of(
    table: sa.Table, dialect: Dialect, since: datetime, owners: Sequence[Owner], ids: Sequence[str] | None
) -> sa.ColumnElement[bool]:
    """Ids go through the primary key; there is no index on when a row was written, which every write would have to keep."""
    which = table.c["_synced_at"] >= since if ids is None else table.c["id"].in_(listed_ids(dialect, ids))
    return sa.and_(table.c["_account_id"].in_([owner.account_id for owner in owners]), table.c["_livemode"] == owners[0].livemode, which)


def _missing_of(
    connection: sa.Connection, catalog: Catalog, tables: Tables, resource: str, rows: sa.ColumnElement[bool], owners: Sequence[Owner]
) -> set[Missing]:
    found: set[Missing] = set()
    for field in catalog[resource].fields:
        if field.kind in ("reference", "references") and any(retrievable(catalog, name) for name in field.targets):
            found |= set(_referred(connection, catalog, tables, resource, field, rows, owners))
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
    rows: sa.ColumnElement[bool],
    owners: Sequence[Owner],
) -> Iterator[Missing]:
    table, platform = tables[resource], owners[0]
    assert field.column is not None
    column = table.c[field.column]
    selected: list[sa.ColumnElement] = [table.c["_account_id"], column]
    naming = field.owner.removeprefix("field:") if field.owner.startswith("field:") else None
    if naming is not None:
        selected.append(table.c[next(f.column for f in catalog[resource].fields if f.name == naming and f.column)])
    query = sa.select(*selected).where(rows, column.is_not(None))
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
