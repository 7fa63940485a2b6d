"""Which attributes a model has: its columns, and its relations to other models.

All of it comes from the catalog, without a database.

An attribute for a column has the column's name, with two exceptions:
- A name that Python or `Model` itself uses gets an underscore: `from_`.
- A list of references holds ids. Its attribute ends in `_ids`, as the attribute of a reference ends
  in `_id`: `invoice.discount_ids` is the column `discounts`, `invoice.discounts` are the rows.

These relations get their names in this order:
- A reference: `invoice.customer`. It is the row, also when that is a tombstone, or None when the
  mirror has no such row.
- A list of references: `invoice.discounts`, in the order of the list.
- A sublist: `invoice.lines`, in its order, without tombstones. A dot in its name becomes an
  underscore.
- `_parent`: the parent of a row that a sublist or a nested list contains.
- The rows that refer to this one: `customer.invoices`, without tombstones, ordered by `created`
  where there is such a column. The name is the plural of the other class's name in small letters,
  for the reference that has the name of its target (`invoice.customer`). Every other reference, and
  one whose plain name is taken, adds its field to the name:
  `payment_method.invoices_by_default_payment_method`.
- A nested list whose items have no reference to their parent: `product.product_features`.
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

RelationKind = Literal[
    "reference",  # `field` of this model holds the id of the other
    "references",  # `field` of this model holds the ids of the others
    "sublist",  # `_parent_field` of the others is `field`
    "parent",  # `_parent_object` and `_parent_id` of this model name the other
    "reverse",  # `field` of the other model holds the id of this one
    "nested",  # `_parent_id` of the others names this one, and their list is no field of it
]

NAMES_OF_MODEL = frozenset(
    {"_class_of", "frame", "refresh", "resource", "stripe_data", "sync", "sync_from_stripe_data"}
)
"""What `Model` defines, besides Python's own names with two underscores.

They stand here because this module is below `model.py`; a test compares them with the class.
"""
_RESERVED = NAMES_OF_MODEL.union(keyword.kwlist)


@dataclass(frozen=True, slots=True)
class Relation:
    name: str
    kind: RelationKind
    targets: tuple[str, ...]
    """The resources of the related rows."""
    field: Field | None = None

    @property
    def many(self) -> bool:
        return self.kind not in ("reference", "parent")

    @property
    def joinable(self) -> bool:
        """Whether one SQL join finds the rows. Otherwise a property finds them when it is read."""
        return len(self.targets) == 1 and self.kind not in ("references", "parent")


class Relations:
    """The attributes of every model of a catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.layout = Layout(catalog)
        self._made: dict[str, Mapping[str, Relation]] = {}

    def columns(self, resource: Resource) -> dict[str, str]:
        """Attribute → column."""
        lists = {field.column for field in resource.fields if field.kind == "references"}
        names = {
            column.removesuffix("s") + "_ids" if column in lists else column: column
            for column in self.layout.columns(resource)
        }
        return {
            f"{name}_" if _is_reserved(name) else name: column for name, column in names.items()
        }

    def of(self, resource: Resource) -> Mapping[str, Relation]:
        """Name → relation."""
        found = self._made.get(resource.name)
        if found is None:
            found = self._made[resource.name] = self._make(resource)
        return found

    def _make(self, resource: Resource) -> dict[str, Relation]:
        found: dict[str, Relation] = {}
        taken = self.columns(resource).keys()
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
                if name not in taken and not _is_reserved(name)
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
        """Relations that come from a field of the resource itself, and `_parent`."""
        for field in resource.fields:
            if (field.kind == "reference" or field.kind == "references") and self._known(field):
                yield Relation(field.name, field.kind, self._known(field), field)
        for field in resource.fields:
            if field.kind == "sublist":
                naming = None if field.read_to_end else self._naming(resource, field)
                name = field.name.replace(".", "_")
                # Items of an incomplete sublist come from their own list: their rows have no parent
                # columns, and a field of theirs refers to the parent.
                yield Relation(
                    name, "reverse" if naming else "sublist", self._known(field), naming or field
                )
        if resource.name in self.layout.children:
            yield Relation(
                "_parent", "parent", tuple(dict.fromkeys(self._parents.get(resource.name, ())))
            )

    def _naming(self, parent: Resource, sublist: Field) -> Field | None:
        """The field of a sublist's items that refers to their parent, if there is exactly one."""
        fields = [
            field
            for target in sublist.targets
            for field in _references(self.catalog[target])
            if parent.name in field.targets
        ]
        return fields[0] if len(fields) == len(sublist.targets) == 1 else None

    def _nested(self, parent: Resource) -> Iterator[Resource]:
        """Items of nested lists of this parent that have no reference to it."""
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
        """Resource → the references that can point at it."""
        found: dict[str, list[tuple[Resource, Field]]] = {}
        for child in self.catalog.resources.values():
            for field in _references(child):
                for target in self._known(field):
                    found.setdefault(target, []).append((child, field))
        return found

    @cached_property
    def _parents(self) -> Mapping[str, list[str]]:
        """Resource → the resources whose sublists or nested lists contain it."""
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


def _is_reserved(name: str) -> bool:
    return name in _RESERVED or name.startswith("__")


def snake(class_name: str) -> str:
    """`CheckoutSession` → `checkout_session`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", class_name).lower()


def plural(name: str) -> str:
    """`tax_id` → `tax_ids`, `topup_batch` → `topup_batches`, `currency` → `currencies`."""
    if re.search(r"[^aeiou]y$", name):
        return name[:-1] + "ies"
    return name + ("es" if re.search(r"(s|x|z|ch|sh)$", name) else "s")
