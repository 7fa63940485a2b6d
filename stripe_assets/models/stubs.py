"""The type stubs of `stripe_assets.models`, made from the catalog.

The classes are made when a program uses them, so an editor knows them only from the stubs.
`python -m stripe_assets.models` is the command line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from stripe_assets.catalog import Catalog, Resource, codec
from stripe_assets.mirror import ColumnKind, Layout
from stripe_assets.models.relations import Relation, Relations

CATALOG = Path(__file__).parents[1] / "catalog" / "catalog.json"
STUBS = Path(__file__).parent / "__init__.pyi"

_TYPES: dict[ColumnKind, str] = {
    "text": "str",
    "bigint": "int",
    "double": "float",
    "boolean": "bool",
    "numeric": "Decimal",
    "timestamp": "datetime",
    "json": "Any",
}
_NEVER_NULL = {"_account_id", "_livemode", "id", "_synced_at"}
_HEAD = '''\
# Made by `python -m stripe_assets.models` from the catalog.
# ruff: noqa: E501
# fmt: off

from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar, overload

from sqlalchemy.orm import InstrumentedAttribute

from stripe_assets.models.model import Model as Model
from stripe_assets.models.model import model as model

_T = TypeVar("_T")

class Attribute(Generic[_T]):
    """On a class it makes conditions, as `Invoice.status == "paid"`. On a row it is a value."""

    @overload
    def __get__(self, instance: None, owner: Any) -> InstrumentedAttribute[_T]: ...
    @overload
    def __get__(self, instance: object, owner: Any) -> _T: ...

'''


def check(catalog: Path = CATALOG, stubs: Path = STUBS) -> list[str]:
    """The name of the file, if its content differs from what the catalog gives."""
    return [] if stubs.is_file() and stubs.read_bytes() == render(_load(catalog)) else [stubs.name]


def write(catalog: Path = CATALOG, stubs: Path = STUBS) -> None:
    """Writes the file from the catalog's file."""
    stubs.write_bytes(render(_load(catalog)))


def _load(path: Path) -> Catalog:
    """The catalog of a file. The loaded catalog may be older than its file."""
    data = orjson.loads(path.read_bytes())
    return Catalog(data["sdk_version"], data["api_version"], map(codec.resource, data["resources"]))


def render(catalog: Catalog) -> bytes:
    """The content of the stubs for a catalog."""
    relations = Relations(catalog)
    lines = [*_rows(relations.layout, next(iter(catalog.resources.values())))]
    for resource in catalog.resources.values():
        lines += ["", *_class(relations, resource)]
    aliases = {
        alias: item.class_name for item in catalog.resources.values() for alias in item.aliases
    }
    lines += ["", *(f"{alias} = {name}" for alias, name in sorted(aliases.items()))]
    return (_HEAD + "\n".join(lines) + "\n").encode()


def _rows(layout: Layout, any_resource: Resource) -> Iterator[str]:
    """The class with the columns that every table has."""
    yield "class _Row(Model):"
    for column, kind in layout.columns(any_resource).items():
        if column in _common(layout):
            yield _attribute(column, _TYPES[kind], column not in _NEVER_NULL)


def _common(layout: Layout) -> set[str]:
    """Columns of every table whose type no field of Stripe narrows."""
    shared = set.intersection(
        *(set(layout.columns(resource)) for resource in layout.catalog.resources.values())
    )
    return {column for column in shared if column.startswith("_") or column == "id"}


def _class(relations: Relations, resource: Resource) -> Iterator[str]:
    common = _common(relations.layout)
    fields = {field.column: field for field in resource.fields}
    kinds = relations.layout.columns(resource)
    yield f"class {resource.class_name}(_Row):"
    yield f'    """Stripe\'s `{resource.name}`: the table `{resource.table}`."""'
    yield ""
    for attribute, column in relations.columns(resource).items():
        if column not in common:
            field = fields.get(column)
            kind = (
                "list[str]"
                if field is not None and field.kind == "references"
                else _TYPES[kinds[column]]
            )
            yield _attribute(attribute, kind, field is None or field.nullable)
    for relation in relations.of(resource).values():
        yield from _relation(relations.catalog, relation)


def _attribute(name: str, kind: str, nullable: bool) -> str:
    if kind == "Any":  # JSON: a statement may use any key of it
        return f"    {name}: Any"
    return f"    {name}: Attribute[{kind}{' | None' if nullable else ''}]"


def _relation(catalog: Catalog, relation: Relation) -> Iterator[str]:
    classes = " | ".join(catalog[target].class_name for target in relation.targets) or "Model"
    kind = f"list[{classes}]" if relation.many else f"{classes} | None"
    if relation.joinable:
        yield f"    {relation.name}: Attribute[{kind}]"
    else:
        yield "    @property"
        yield f"    def {relation.name}(self) -> {kind}: ..."
