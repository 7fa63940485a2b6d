"""What the references of rows point at, what of it the mirror has, and what is known not to exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from stripe_assets.catalog.model import Field, Resource
from stripe_assets.mirror.batch import Absence, ObjectRef, Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row
from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.tables.tables import OWN_COLUMNS, Tables

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

IDS_PER_QUERY = 500
ASKED_AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """How the values of one reference are to be understood."""

    field: Field
    column: str
    naming: str | None
    """The column that names the owner of what is referred to, for an owner of the form `field:…`."""
    parents: Mapping[str, tuple[Mapping[str, str], ...]]
    """Target → for each of its retrieve routes that wants more than the id: placeholder → the column that has it."""

    @property
    def columns(self) -> tuple[str, ...]:
        of_parents = (
            name for ways in self.parents.values() for way in ways for name in way.values()
        )
        return tuple(
            dict.fromkeys(
                ["_account_id", self.column, *([self.naming] if self.naming else []), *of_parents]
            )
        )

    def _unknown(self, catalog: Catalog) -> str | None:
        """What an id means whose prefix is none that a target is known by: a target of which no prefix is known, before the others."""
        targets = (target for target in self.field.targets if target in catalog.resources)
        return min(targets, key=lambda target: bool(catalog[target].id_prefixes), default=None)

    def missing(
        self, catalog: Catalog, row: Mapping[Any, Any], platform: Owner
    ) -> Iterator[ObjectRef]:
        """What a row refers to by it."""
        value = row.get(self.column)
        if value is None:
            return
        for id in [value] if self.field.kind == "reference" else value:
            target = (
                (catalog.by_id(id, self.field.targets) or self._unknown(catalog))
                if isinstance(id, str)
                else None
            )
            if target is None or target not in catalog.resources:
                continue
            if catalog[target].rows_are_accounts:
                owner = id
            else:
                named = row.get(self.naming) if self.naming else None
                owner = {"own": row["_account_id"], "platform": platform.account_id}.get(
                    self.field.owner, named
                )
            if owner is not None:
                known = (
                    {name: row.get(column) for name, column in way.items()}
                    for way in self.parents.get(target, ())
                )
                parents = next((one for one in known if all(one.values())), {})
                yield ObjectRef(target, Owner(owner, platform.livemode), id, parents)  # type: ignore[arg-type]  # none is None


@lru_cache(maxsize=1024)
def readings(catalog: Catalog, name: str) -> tuple[Reading, ...]:
    """The references of a resource."""
    resource = catalog[name]
    columns = {one.name: one.column for one in resource.fields if one.column}
    found = []
    for one in resource.fields:
        if one.kind in ("reference", "references") and one.column:
            naming = (
                columns[one.owner.removeprefix("field:")]
                if one.owner.startswith("field:")
                else None
            )
            targets = [catalog[target] for target in one.targets if target in catalog.resources]
            parents = {
                target.name: ways
                for target in targets
                if (ways := _ways(catalog, resource, target))
            }
            if targets:
                found.append(Reading(one, one.column, naming, parents))
    return tuple(found)


def _ways(catalog: Catalog, referring: Resource, target: Resource) -> tuple[Mapping[str, str], ...]:
    """How a row of `referring` can fill the placeholders of the target's retrieve routes. That the owner's account is the parent comes
    last."""
    fields = {one.name: one for one in target.fields}
    ways = []
    for route in (target.retrieve, *target.other_retrieves):
        if route and route.params:
            way = {
                name: _parent_column(catalog, referring, fields[source])
                for name, source in route.params.items()
                if source in fields
            }
            if len(way) == len(route.params) and all(way.values()):
                ways.append(way)
    return tuple(sorted(ways, key=lambda way: "_account_id" in way.values()))


def _parent_column(catalog: Catalog, referring: Resource, parent: Field) -> str | None:
    if referring.name in parent.targets:
        return "id"
    if any(catalog[name].rows_are_accounts for name in parent.targets if name in catalog.resources):
        return "_account_id"
    columns = [
        one.column
        for one in referring.fields
        if one.kind == "reference" and set(one.targets) & set(parent.targets)
    ]
    return columns[0] if len(columns) == 1 else None


def referred(
    catalog: Catalog, rows: Mapping[str, Iterable[Row]], platform: Owner
) -> set[ObjectRef]:
    """What rows, by resource, refer to. They need not be in the database."""
    return {
        wanted
        for name, some in rows.items()
        for row in some
        for one in readings(catalog, name)
        for wanted in one.missing(catalog, row, platform)
    }


def present(
    connection: sa.Connection, tables: Tables, wanted: Iterable[ObjectRef]
) -> set[ObjectRef]:
    """Those of `wanted` that have a row, or of which it is known that there is none."""
    there: set[ObjectRef] = set()
    grouped: dict[tuple[str, Owner], list[str]] = {}
    for one in wanted:
        grouped.setdefault((one.resource, one.owner), []).append(one.id)
    absence = tables.own["_absence"]
    lasting = sa.or_(absence.c["until"].is_(None), absence.c["until"] > datetime.now(UTC))
    for (name, owner), ids in grouped.items():
        for some in chunks(ids, IDS_PER_QUERY):
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
                there.update(ObjectRef(name, owner, id) for id in connection.scalars(query))
    return there


def record(
    connection: sa.Connection, tables: Tables, dialect: Dialect, absent: Mapping[ObjectRef, Absence]
) -> None:
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
        for wanted, absence in sorted(absent.items(), key=lambda one: one[0])
    ]
    key, columns = OWN_COLUMNS["_absence"]
    dialect.put(connection, "_absence", tuple(key), {**key, **columns}, rows)
