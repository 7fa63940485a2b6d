"""How an object of a resource becomes a row, compiled once for each resource: a dictionary of field → what to do with its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, NamedTuple

from stripe_assets.catalog.model import SECRET_NAMES, Field, Resource
from stripe_assets.mirror.tables.layout import Layout
from stripe_assets.mirror.tables.values import (
    Convert,
    ConvertAll,
    Misfit,
    exact_type,
    to_column,
    to_columns,
)

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog
    from stripe_assets.mirror.rows.answer import Group, Page


Handler = Callable[["Page", Any, "Group", int], Any]
"""What the column holds of a value that is not null, of the object at a place of its group; raises Misfit when it can hold none of it."""


class Entry(NamedTuple):
    """What is to be done with the values of a field."""

    column: str | None
    fits: frozenset[type]
    """Of these types values go into the column as they are (integers that have 64 bits)."""
    convert: Convert | None
    """Makes a column's value of one of another type."""
    convert_all: ConvertAll | None
    """Does so with all values of a page at once, as a rule."""
    handle: Handler
    """What is to be done with a value where there is no `convert`."""
    sublist: Field | None = None
    """Where the values are no column but sublists."""


_NULL = frozenset({NoneType})
ANY = frozenset({dict, list, str, int, float, bool, NoneType})
"""What a column for JSON takes."""
CARRIERS = frozenset({"data"})
"""Fields that hold a whole object in their JSON, with its own secrets: an event's."""


class RowCompiler:
    """What flatten needs to know of one resource."""

    __slots__ = (
        "authority",
        "clean_entries",
        "derived",
        "entries",
        "has_parent",
        "resource",
        "secrets_of",
        "self_owned",
        "singleton",
    )

    def __init__(self, resource: Resource, *, has_parent: bool, self_owned: bool) -> None:
        self.resource = resource
        self.has_parent = has_parent
        self.self_owned = self_owned
        self.singleton = resource.singleton is not None
        self.authority = resource.retrieve is None and not resource.routes and not self.singleton
        """No route returns it: what embeds it is the authority for its state."""
        self.derived = tuple(
            (field.path, field.column)
            for field in resource.fields
            if field.derived and field.column
        )
        self.secrets_of: dict[str, list[tuple[str, ...]]] = {}
        for path in resource.secrets:
            self.secrets_of.setdefault(path[0], []).append(path[1:])
        self.entries: dict[str, Entry] = {}
        for field in resource.fields:
            if len(field.path) == 1 and not field.derived:
                self.entries[field.path[0]] = self._entry(field)
        for name in [*SECRET_NAMES, *(path[0] for path in resource.secrets if len(path) == 1)]:
            self.entries[name] = Entry(None, _NULL, None, None, _drop)
        plain = (field.path[0] for field in resource.fields if self._is_plain_json(field))
        self.clean_entries = {
            **self.entries,
            **{name: self.entries[name]._replace(fits=ANY) for name in plain},
        }
        """For answers in which no name of SECRET_NAMES occurs."""

    def _entry(self, field: Field) -> Entry:
        exact = exact_type(field)
        fits = _NULL | {exact} if exact else _NULL
        sublist = field if field.kind == "sublist" else None
        return Entry(
            field.column, fits, to_column(field), to_columns(field), self._handler(field), sublist
        )

    def _is_plain_json(self, field: Field) -> bool:
        plain = (
            field.kind == "json"
            and len(field.path) == 1
            and not field.derived
            and field.name not in CARRIERS
        )
        return plain and not self._cuts(field) and not self.secrets_of.get(field.path[0])

    def _cuts(self, field: Field) -> list[tuple[tuple[str, ...], Field]]:
        """The sublists inside a field's JSON, and where they stand in it."""
        inside = (
            one
            for one in self.resource.fields
            if one.kind == "sublist" and len(one.path) > 1 and one.path[0] == field.path[0]
        )
        return [(one.path[1:], one) for one in inside]

    def _handler(self, field: Field) -> Handler:
        if field.kind == "json":
            return _json(self._cuts(field), self.secrets_of.get(field.path[0], []))
        if field.kind == "reference":
            return _reference(field)
        if field.kind == "references":
            return _references(field)
        return _drop


class RowCompilers(dict[str, RowCompiler]):
    """Resource name → plan, each compiled when it is first asked for."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.catalog = catalog
        self._layout = Layout(catalog)

    def __missing__(self, name: str) -> RowCompiler:
        plan = RowCompiler(
            self.catalog.resources[name],
            has_parent=name in self._layout.children,
            self_owned=name in self._layout.self_owned,
        )
        self[name] = plan
        return plan

    def of_object(self, obj: Mapping[str, Any], targets: tuple[str, ...]) -> RowCompiler | None:
        """The plan for an object that can be one of `targets`, by what the object says that it is."""
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
        """What an event tells, without the secrets of the object that it carries, now and before."""
        carried = self.catalog.by_object(value["object"])
        for path in carried.secrets if carried else ():
            for whose in ("object", "previous_attributes"):
                value = without_path(value, (whose, *path))
        return value


def _drop(page: Page, value: Any, group: Group, place: int) -> Any:
    pass


def _json(cuts: list[tuple[tuple[str, ...], Field]], secrets: list[tuple[str, ...]]) -> Handler:
    def handle(page: Page, value: Any, group: Group, place: int) -> Any:
        if type(value) is dict and type(value.get("object")) is dict:
            value = page.plans.without_carried(value)
        return value if page.clean or not holds_key(value) else without_key(value)

    def handle_with_paths(page: Page, value: Any, group: Group, place: int) -> Any:
        for path in secrets:
            value = without_path(value, path)
        for path, sublist in cuts:
            found = at_path(value, path)
            if found is not None and not page.sublists(sublist, [(place, found)], group):
                value = without_path(value, path)
        return handle(page, value, group, place)

    return handle_with_paths if cuts or secrets else handle


def _reference(field: Field) -> Handler:
    def handle(page: Page, value: Any, group: Group, place: int) -> Any:
        if type(value) is not dict:
            raise Misfit
        page.embedded(field, value, group, place)
        return value["id"]

    return handle


def _references(field: Field) -> Handler:
    def handle(page: Page, value: Any, group: Group, place: int) -> Any:
        if type(value) is not list:
            raise Misfit
        ids = []
        for item in value:
            if type(item) is dict:
                page.embedded(field, item, group, place)
                item = item["id"]
            elif type(item) is not str:
                raise Misfit
            ids.append(item)
        return ids

    return handle


def at_path(value: Any, path: tuple[str, ...]) -> Any:
    """What stands at a path of nested objects, None where it leads nowhere."""
    for key in path:
        if type(value) is not dict:
            return None
        value = value.get(key)
    return value


def holds_key(value: Any) -> bool:
    """Whether a name of SECRET_NAMES stands anywhere in a JSON value."""
    if type(value) is dict:
        if not SECRET_NAMES.isdisjoint(value):
            return True
        value = value.values()
    elif type(value) is not list:
        return False
    for inner in value:
        kind = type(inner)
        if (kind is dict or kind is list) and holds_key(inner):
            return True
    return False


def without_key(value: Any) -> Any:
    """A copy of a JSON value without the names of SECRET_NAMES at any depth."""
    if type(value) is dict:
        return {key: without_key(inner) for key, inner in value.items() if key not in SECRET_NAMES}
    if type(value) is list:
        return [without_key(inner) for inner in value]
    return value


def without_path(value: Any, path: tuple[str, ...]) -> Any:
    """The value without what stands at the path; the input is not changed. A list on the way means each of its items."""
    if type(value) is list:
        return [without_path(inner, path) for inner in value]
    if type(value) is not dict or path[0] not in value:
        return value
    copy = dict(value)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = without_path(copy[path[0]], path[1:])
    return copy
