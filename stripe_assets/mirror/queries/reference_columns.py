"""The reference columns of a resource, and the object that a value of such a column points at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from stripe_assets.catalog.model import Field, Resource
from stripe_assets.mirror.batch import ObjectRef, Owner

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog


@dataclass(frozen=True, slots=True)
class ReferenceColumn:
    """A column that holds the id of an object, or a list of such ids."""

    field: Field
    column: str
    owner_column: str | None
    """The column that names the target's owner, where `field.owner` has the form `field:…`."""
    parents: Mapping[str, tuple[Mapping[str, str], ...]]
    """Target → for each of its retrieve routes that needs more than the id: placeholder → the
    column of the referring row that has its value."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the referring row that have to be read."""
        of_parents = (
            name for ways in self.parents.values() for way in ways for name in way.values()
        )
        owner = [self.owner_column] if self.owner_column else []
        return tuple(dict.fromkeys(["_account_id", self.column, *owner, *of_parents]))

    def refs(
        self, catalog: Catalog, row: Mapping[Any, Any], platform: Owner
    ) -> Iterator[ObjectRef]:
        """Yields the objects that a row refers to by this column."""
        value = row.get(self.column)
        if value is None:
            return
        for id in [value] if self.field.kind == "reference" else value:
            target = (
                (catalog.by_id(id, self.field.targets) or self._default_target(catalog))
                if isinstance(id, str) and id
                else None
            )
            if target is None or target not in catalog.resources:
                continue
            if catalog[target].rows_are_accounts:
                owner = id
            else:
                named = row.get(self.owner_column) if self.owner_column else None
                owner = {"own": row["_account_id"], "platform": platform.account_id}.get(
                    self.field.owner, named
                )
            if owner is not None:
                known = (
                    {name: row.get(column) for name, column in way.items()}
                    for way in self.parents.get(target, ())
                )
                parents: Any = next((one for one in known if all(one.values())), {})
                yield ObjectRef(target, Owner(owner, platform.livemode), id, parents)

    def _default_target(self, catalog: Catalog) -> str | None:
        """The target of an id whose prefix belongs to none of the targets.

        A target whose own prefixes are not known comes first.
        """
        targets = (target for target in self.field.targets if target in catalog.resources)
        return min(targets, key=lambda target: bool(catalog[target].id_prefixes), default=None)


@lru_cache(maxsize=1024)
def reference_columns(catalog: Catalog, name: str) -> tuple[ReferenceColumn, ...]:
    """The reference columns of a resource."""
    resource = catalog[name]
    columns = {one.name: one.column for one in resource.fields if one.column}
    found = []
    for one in resource.fields:
        if one.kind in ("reference", "references") and one.column:
            owner_column = (
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
                found.append(ReferenceColumn(one, one.column, owner_column, parents))
    return tuple(found)


def _ways(catalog: Catalog, referring: Resource, target: Resource) -> tuple[Mapping[str, str], ...]:
    """How a row of `referring` can fill the placeholders of the target's retrieve routes.

    The way in which the owner's account is the parent comes last.
    """
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
    """The column of a referring row that has the id of the target's parent."""
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
