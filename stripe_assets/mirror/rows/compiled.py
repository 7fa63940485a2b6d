"""How an object of a resource becomes a row: field → what to do with its values.

It is compiled once for each resource. `rows.answer` carries it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from stripe_assets.catalog.model import SECRET_NAMES, Field, Resource
from stripe_assets.mirror.rows.json_paths import without_path
from stripe_assets.mirror.tables.layout import Layout
from stripe_assets.mirror.tables.values import (
    Convert,
    ConvertAll,
    exact_type,
    to_column,
    to_columns,
)

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

Path = tuple[str, ...]
Handling = Literal["json", "nested", "reference", "references", "drop"]
"""`nested`: JSON with sublists or secrets at known paths."""


class Entry(NamedTuple):
    """What is to be done with the values of a field."""

    column: str | None
    fits: frozenset[type]
    """Values of these types go into the column as they are (integers only if they have 64 bits)."""
    convert: Convert | None
    """Makes a column's value of a value of another type."""
    convert_all: ConvertAll | None
    """Does so with all values of a page at once. It works for most pages."""
    handling: Handling
    """How a value is handled that is not null, does not fit and has no `convert`."""
    field: Any = None
    """The catalog's Field. None for the name of a secret that is not a field."""
    sublist: Field | None = None
    """The field, where its values are sublists and not a column."""
    cuts: tuple[tuple[Path, Field], ...] = ()
    """The sublists inside the field's JSON, each with its path in it."""
    secrets: tuple[Path, ...] = ()
    """The secrets inside the field's JSON."""


_NULL = frozenset({NoneType})
ANY = frozenset({dict, list, str, int, float, bool, NoneType})
"""What a column for JSON takes."""
CARRIERS = frozenset({"data"})
"""Fields that hold a whole object in their JSON, with its own secrets: an event's."""


class RowCompiler:
    """What `flatten` needs to know of one resource."""

    __slots__ = (
        "authority",
        "clean_entries",
        "derived",
        "entries",
        "has_parent",
        "nested_sublists",
        "order",
        "resource",
        "secrets_of",
        "self_owned",
        "singleton",
        "sublists",
    )

    def __init__(self, resource: Resource, *, has_parent: bool, self_owned: bool) -> None:
        self.resource = resource
        self.has_parent = has_parent
        self.self_owned = self_owned
        self.singleton = resource.singleton is not None
        self.authority = resource.retrieve is None and not resource.routes and not self.singleton
        """No route returns such objects: the object that embeds one is the authority for its
        state."""
        self.derived = tuple(
            (field.path, field.column)
            for field in resource.fields
            if field.derived and field.column
        )
        self.sublists = tuple(
            field
            for field in resource.fields
            if field.kind == "sublist" and field.read_to_end and len(field.path) == 1
        )
        """The sublists that every whole object has."""
        self.nested_sublists = tuple(
            field
            for field in resource.fields
            if field.kind == "sublist" and field.read_to_end and len(field.path) > 1
        )
        others = {"id", *(route.parent_id_column for route in resource.routes)}
        self.order: dict[str, str] = {
            field.column: field.path[0]
            for field in resource.fields
            if field.column and field.column not in others
        }
        """Column → the object's field that fills it. Left out are the row's key, and what only the
        list of a parent says."""
        self.secrets_of: dict[str, list[Path]] = {}
        for path in resource.secrets:
            self.secrets_of.setdefault(path[0], []).append(path[1:])
        self.entries: dict[str, Entry] = {}
        for field in resource.fields:
            if len(field.path) == 1 and not field.derived:
                self.entries[field.path[0]] = self._entry(field)
        for name in [*SECRET_NAMES, *(path[0] for path in resource.secrets if len(path) == 1)]:
            self.entries[name] = Entry(None, _NULL, None, None, "drop")
        plain = (field.path[0] for field in resource.fields if self._is_plain_json(field))
        self.clean_entries = {
            **self.entries,
            **{name: self.entries[name]._replace(fits=ANY) for name in plain},
        }
        """For answers in which no name of SECRET_NAMES occurs."""

    def _entry(self, field: Field) -> Entry:
        exact = exact_type(field)
        fits = _NULL | {exact} if exact else _NULL
        cuts, secrets = self._cuts(field), tuple(self.secrets_of.get(field.path[0], ()))
        handling: Mapping[str, Handling] = {
            "json": "nested" if cuts or secrets else "json",
            "reference": "reference",
            "references": "references",
        }
        return Entry(
            field.column,
            fits,
            to_column(field),
            to_columns(field),
            handling.get(field.kind, "drop"),
            field,
            field if field.kind == "sublist" else None,
            cuts,
            secrets,
        )

    def _is_plain_json(self, field: Field) -> bool:
        plain = (
            field.kind == "json"
            and len(field.path) == 1
            and not field.derived
            and field.name not in CARRIERS
        )
        return plain and not self._cuts(field) and not self.secrets_of.get(field.path[0])

    def _cuts(self, field: Field) -> tuple[tuple[Path, Field], ...]:
        """The sublists inside a field's JSON, and where they stand in it."""
        inside = (
            one
            for one in self.resource.fields
            if one.kind == "sublist" and len(one.path) > 1 and one.path[0] == field.path[0]
        )
        return tuple((one.path[1:], one) for one in inside)


class RowCompilers(dict[str, RowCompiler]):
    """Resource name → compiler. Each is made when it is first needed."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.catalog = catalog
        self._layout = Layout(catalog)

    def __missing__(self, name: str) -> RowCompiler:
        compiler = RowCompiler(
            self.catalog.resources[name],
            has_parent=name in self._layout.children,
            self_owned=name in self._layout.self_owned,
        )
        self[name] = compiler
        return compiler

    def of_object(self, obj: Mapping[str, Any], targets: tuple[str, ...]) -> RowCompiler | None:
        """The compiler for an object that can be one of `targets`, by its field `object`."""
        name = obj.get("object")
        if name in targets:
            return self[name]
        resource = self.catalog.by_object(obj)
        if resource is not None:
            return self[resource.name]
        return (
            self[targets[0]] if len(targets) == 1 and targets[0] in self.catalog.resources else None
        )

    def without_carried(self, value: dict[str, Any]) -> dict[str, Any]:
        """An event's `data` without the secrets of its object, in the new and the old values."""
        carried = self.catalog.by_object(value["object"])
        for path in carried.secrets if carried else ():
            for state in ("object", "previous_attributes"):
                value = without_path(value, (state, *path))
        return value
