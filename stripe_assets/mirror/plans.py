"""How an object of a resource becomes a row, compiled once for each resource: a dictionary of field → what to do with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from stripe_assets.catalog.model import SECRET_NAMES, Field, Resource
from stripe_assets.mirror.batch import Row
from stripe_assets.mirror.tables import Layout
from stripe_assets.mirror.values import Convert, Misfit, exact_type, to_column

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog
    from stripe_assets.mirror.rows import Page


class Scope(NamedTuple):
    """The object that is being flattened, for the handlers of its fields."""

    plan: Plan
    obj: Mapping[str, Any]
    id: str
    account_id: str
    observed: bool


Handler = Callable[["Page", Row, Any, Scope], None]
"""Puts a value that is not null into the row; raises Misfit when it cannot."""

Entry = tuple[str | None, type | None, Convert | None, Handler]
"""The column, the type whose values go into it as they are (integers that have 64 bits), what makes a column's value of another one, and,
where that is not all that there is to do, what is to be done."""
CARRIERS = frozenset({"data"})
"""Fields that hold a whole object in their JSON, with its own secrets: an event's."""


class Plan:
    """What flatten needs to know of one resource."""

    __slots__ = ("authority", "clean_entries", "derived", "entries", "has_parent", "resource", "secrets_of", "self_owned", "singleton")

    def __init__(self, resource: Resource, *, has_parent: bool, self_owned: bool) -> None:
        self.resource = resource
        self.has_parent = has_parent
        self.self_owned = self_owned
        self.singleton = resource.singleton is not None
        self.authority = resource.retrieve is None and not resource.routes and not self.singleton
        """No route returns it: what embeds it is the authority for its state."""
        self.derived = tuple((field.path, field.column) for field in resource.fields if field.derived and field.column)
        self.secrets_of: dict[str, list[tuple[str, ...]]] = {}
        for path in resource.secrets:
            self.secrets_of.setdefault(path[0], []).append(path[1:])
        self.entries: dict[str, Entry] = {}
        for field in resource.fields:
            if len(field.path) == 1 and not field.derived:
                self.entries[field.path[0]] = (field.column, exact_type(field), to_column(field), self._handler(field))
        for name in [*SECRET_NAMES, *(path[0] for path in resource.secrets if len(path) == 1)]:
            self.entries[name] = (None, None, None, _drop)
        self.clean_entries = {
            **self.entries,
            **{field.path[0]: self._as_it_is(field) for field in resource.fields if self._is_plain_json(field)},
        }
        """For answers in which no name of SECRET_NAMES occurs."""

    def _is_plain_json(self, field: Field) -> bool:
        plain = field.kind == "json" and len(field.path) == 1 and not field.derived and field.name not in CARRIERS
        return plain and not self._cuts(field) and not self.secrets_of.get(field.path[0])

    def _as_it_is(self, field: Field) -> Entry:
        return (field.column, dict, _same, self._handler(field))

    def _cuts(self, field: Field) -> list[tuple[tuple[str, ...], Field]]:
        """The sublists inside a field's JSON, and where they stand in it."""
        inside = (one for one in self.resource.fields if one.kind == "sublist" and len(one.path) > 1 and one.path[0] == field.path[0])
        return [(one.path[1:], one) for one in inside]

    def _handler(self, field: Field) -> Handler:
        if field.kind == "json":
            return _json(field, self._cuts(field), self.secrets_of.get(field.path[0], []))
        if field.kind == "reference":
            return _reference(field)
        if field.kind == "references":
            return _references(field)
        return _sublist(field) if field.kind == "sublist" else _drop


class Plans(dict[str, Plan]):
    """Resource name → plan, each compiled when it is first asked for."""

    def __init__(self, catalog: Catalog) -> None:
        super().__init__()
        self.catalog = catalog
        self._layout = Layout(catalog)

    def __missing__(self, name: str) -> Plan:
        plan = Plan(self.catalog.resources[name], has_parent=name in self._layout.children, self_owned=name in self._layout.self_owned)
        self[name] = plan
        return plan

    def of_object(self, obj: Mapping[str, Any], targets: tuple[str, ...]) -> Plan | None:
        """The plan for an object that can be one of `targets`, by what the object says that it is."""
        name = obj.get("object")
        if name in targets:
            return self[name]
        resource = self.catalog.by_object(obj)
        if resource is not None:
            return self[resource.name]
        return self[targets[0]] if len(targets) == 1 and targets[0] in self.catalog.resources else None

    def without_carried(self, value: dict[str, Any]) -> dict[str, Any]:
        """What an event tells, without the secrets of the object that it carries, now and before."""
        carried = self.catalog.by_object(value["object"])
        for path in carried.secrets if carried else ():
            for whose in ("object", "previous_attributes"):
                value = without_path(value, (whose, *path))
        return value


def _drop(page: Page, row: Row, value: Any, scope: Scope) -> None:
    pass


def _same(value: Any) -> Any:
    return value


def _json(field: Field, cuts: list[tuple[tuple[str, ...], Field]], secrets: list[tuple[str, ...]]) -> Handler:
    column = str(field.column)

    def handle(page: Page, row: Row, value: Any, scope: Scope) -> None:
        if type(value) is dict and type(value.get("object")) is dict:
            value = page.plans.without_carried(value)
        row[column] = value if page.clean or not holds_key(value) else without_key(value)

    def handle_with_paths(page: Page, row: Row, value: Any, scope: Scope) -> None:
        for path in secrets:
            value = without_path(value, path)
        for path, sublist in cuts:
            found = at_path(value, path)
            if found is not None and page.sublist(sublist, found, row, scope):
                value = without_path(value, path)
        handle(page, row, value, scope)

    return handle_with_paths if cuts or secrets else handle


def _reference(field: Field) -> Handler:
    column = str(field.column)

    def handle(page: Page, row: Row, value: Any, scope: Scope) -> None:
        if type(value) is not dict:
            raise Misfit
        page.embedded(field, value, scope)
        row[column] = value["id"]

    return handle


def _references(field: Field) -> Handler:
    column = str(field.column)

    def handle(page: Page, row: Row, value: Any, scope: Scope) -> None:
        if type(value) is not list:
            raise Misfit
        ids = []
        for item in value:
            if type(item) is dict:
                page.embedded(field, item, scope)
                item = item["id"]
            elif type(item) is not str:
                raise Misfit
            ids.append(item)
        row[column] = ids

    return handle


def _sublist(field: Field) -> Handler:
    def handle(page: Page, row: Row, value: Any, scope: Scope) -> None:
        if not page.sublist(field, value, row, scope):
            raise Misfit

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
