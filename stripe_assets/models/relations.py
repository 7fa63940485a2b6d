"""Which attributes a model has: names for its columns, and its relations to other models. From the catalog, without a database.

A column's attribute has the column's name, with two exceptions:
- a name that Python or every class keeps for itself gets an underscore: `from_`;
- a list of references holds ids, so its attribute ends in `_ids` as a reference's ends in `_id`: `invoice.discount_ids` is the column
  `discounts`, `invoice.discounts` are the rows.

Relations, in the order in which they get their names:
- a reference: `invoice.customer`, tombstone or not; None where the mirror has no such row;
- a list of references: `invoice.discounts`, in the list's order;
- a sublist: `invoice.lines`, in its order, without tombstones; a dot of its name is an underscore;
- `_parent`: the row on which a row of a sublist or of a nested list hangs;
- what refers to the row: `customer.invoices`, the plural of the other class's name in small letters, for the reference that is
  named for what it refers to (`invoice.customer`). Any other reference, and one whose plain name is taken, is named besides:
  `payment_method.invoices_by_default_payment_method`. Without tombstones, by `created` where there is one;
- nested lists whose items name their parent nowhere: `product.product_features`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from stripe_assets.catalog import Catalog, Field, Resource
from stripe_assets.mirror import Layout
from stripe_assets.models.model import Model

RelationKind = Literal[
    "reference",  # `field` of this model holds the other's id
    "references",  # `field` of this model holds the others' ids
    "sublist",  # the others' `_parent_field` is `field`
    "parent",  # this model's `_parent_object` and `_parent_id`
    "reverse",  # `field` of the other model holds this one's id
    "nested",  # the others' `_parent_id`, of a list that is no field
]


@dataclass(frozen=True, slots=True)
class Relation:
    name: str
    kind: RelationKind
    targets: tuple[str, ...]
    """Resources that the related rows can be of."""
    field: Field | None = None

    @property
    def many(self) -> bool:
        return self.kind not in ("reference", "parent")

    @property
    def joinable(self) -> bool:
        """Whether it is one join in SQL; otherwise it is a property that asks the database when it is read."""
        return len(self.targets) == 1 and self.kind not in ("references", "parent")


class Relations:
    """The attributes of every model of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.layout = Layout(catalog)
        self._reserved = frozenset([*keyword.kwlist, *type.__dir__(Model), *Model.__annotations__])
        self._made: dict[str, Mapping[str, Relation]] = {}

    def columns(self, resource: Resource) -> dict[str, str]:
        """Attribute → column."""
        lists = {field.column for field in resource.fields if field.kind == "references"}
        names = {
            column.removesuffix("s") + "_ids" if column in lists else column: column
            for column in self.layout.columns(resource)
        }
        return {
            f"{name}_" if name in self._reserved else name: column for name, column in names.items()
        }

    def of(self, resource: Resource) -> Mapping[str, Relation]:
        """Name → relation."""
        found = self._made.get(resource.name)
        if found is None:
            found = self._made[resource.name] = self._make(resource)
        return found

    def _make(self, resource: Resource) -> dict[str, Relation]:
        found: dict[str, Relation] = {}
        taken = self._reserved.union(self.columns(resource))
        for relation in self._own(resource):
            found[relation.name] = relation
        for child, field in self._referring.get(resource.name, ()):
            plain = plural(snake(child.class_name))
            names = [f"{plain}_by_{field.name}"]
            if field.name in (
                resource.table,
                resource.name.rpartition(".")[2],
                snake(resource.class_name),
            ):
                names.insert(0, plain)
            relations = [
                Relation(name, "reverse", (child.name,), field)
                for name in names
                if name not in taken
            ]
            free = next(
                relation for relation in relations if found.get(relation.name, relation) == relation
            )
            found[free.name] = free
        for child in self._nested(resource):
            name = plural(snake(child.class_name))
            found.setdefault(name, Relation(name, "nested", (child.name,)))
        return found

    def _own(self, resource: Resource) -> Iterator[Relation]:
        """Relations that a field of the resource itself says."""
        for field in resource.fields:
            if field.kind in ("reference", "references") and self._known(field):
                yield Relation(field.name, field.kind, self._known(field), field)  # type: ignore[arg-type]  # one of the two
        for field in resource.fields:
            if field.kind == "sublist":
                naming = None if field.read_to_end else self._naming(resource, field)
                name = field.name.replace(".", "_")
                # What the resource's own list returns hangs on no parent: it names it.
                yield Relation(
                    name, "reverse" if naming else "sublist", self._known(field), naming or field
                )
        if resource.name in self.layout.children:
            yield Relation(
                "_parent", "parent", tuple(dict.fromkeys(self._parents.get(resource.name, ())))
            )

    def _naming(self, parent: Resource, sublist: Field) -> Field | None:
        """The one field by which the items of a sublist name their parent."""
        fields = [
            field
            for target in sublist.targets
            for field in _references(self.catalog[target])
            if parent.name in field.targets
        ]
        return fields[0] if len(fields) == len(sublist.targets) == 1 else None

    def _nested(self, parent: Resource) -> Iterator[Resource]:
        for child in self.catalog.resources.values():
            if any(
                route.parent == parent.name and route.parent_id_column is None
                for route in child.routes
            ) and not any(parent.name in field.targets for field in _references(child)):
                yield child

    def _known(self, field: Field) -> tuple[str, ...]:
        return tuple(target for target in field.targets if target in self.catalog.resources)

    @cached_property
    def _referring(self) -> Mapping[str, list[tuple[Resource, Field]]]:
        """Resource → the references that can mean it."""
        found: dict[str, list[tuple[Resource, Field]]] = {}
        for child in self.catalog.resources.values():
            for field in _references(child):
                for target in self._known(field):
                    found.setdefault(target, []).append((child, field))
        return found

    @cached_property
    def _parents(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for parent in self.catalog.resources.values():
            for field in parent.fields:
                for target in field.targets if field.kind == "sublist" else ():
                    found.setdefault(target, []).append(parent.name)
        for child in self.catalog.resources.values():
            for route in child.routes:
                if route.parent:
                    found.setdefault(child.name, []).append(route.parent)
        return found


def _references(resource: Resource) -> Iterator[Field]:
    return (field for field in resource.fields if field.kind == "reference")


def snake(class_name: str) -> str:
    """`CheckoutSession` → `checkout_session`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def plural(name: str) -> str:
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")
