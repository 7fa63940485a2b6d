"""A few objects of every resource that the business has none of. They refer to what exists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.calls.routes import Route, normal, parent_of, table
from stripe_assets.sandbox.objects.complete import complete
from stripe_assets.sandbox.objects.content import Content
from stripe_assets.sandbox.objects.ids import new_id
from stripe_assets.sandbox.objects.relations import CHILDREN_BY, SUBLISTS, segment
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Space
from stripe_assets.sandbox.settings import DAY

ONE_PER_PARENT: dict[str, str] = {
    "cash_balance": "customer",
    "treasury.financial_account_features": "treasury.financial_account",
}
"""Resource without an id → its parent, by whose id it is found."""

ONE_PER_ACCOUNT = (
    "balance_settings",
    "tax.settings",
    "billing.credit_balance_summary",
    "v2.money_management.payout_methods_bank_account_spec",
)
"""Resources that each account has one object of, without an id."""

GIVEN: dict[str, Mapping[str, Any]] = {
    "financial_connections.account_owner": {},
    "apps.secret": {"scope": {"type": "account"}, "payload": None, "deleted": None},
    "tax_id": {
        "type": "eu_vat",
        "value": "DE123456789",
        "owner": {"type": "self"},
        "customer": None,
    },
    "treasury.financial_account": {"status": "open"},
    "tax.location": {"type": "performance"},
}
"""Resource → values that its objects must have."""

CYCLES: dict[str, tuple[Mapping[str, Any], ...]] = {
    "v2.core.account": ({"closed": False}, {"closed": True}),
    "v2.money_management.financial_account": (
        {"status": "open"},
        {"status": "closed"},
        {"status": "pending"},
    ),
    "tax.registration": ({"status": "active"}, {"status": "expired"}, {"status": "scheduled"}),
    "review": ({"open": True}, {"open": False}),
}
"""Resource → values that its objects have in turn.

So there are also objects that a list leaves out by default.
"""


@dataclass(frozen=True, slots=True)
class Nested:
    """A nested list whose objects have no field that names their parent."""

    parents: tuple[str, ...]
    """The resources that the parent can be of."""
    part: str
    """The last part of the route."""


def fill(space: Space, seed: int, now: int, each: int, leave: Collection[str] = ()) -> None:
    """Adds `each` objects of every resource that this space has none of, but for those in `leave`.

    All are added first and get their fields afterwards, so that each can refer to any other.
    """
    made = list(_stubs(space, seed, now, each, leave))
    parent_fields = _parent_fields()
    counts: Counter[str] = Counter()
    for record in made:
        n = counts[record.resource]
        counts[record.resource] += 1
        turns = CYCLES.get(record.resource, ({},))
        given: dict[str, Any] = dict(turns[n % len(turns)])
        if record.resource in parent_fields:
            parents, field = parent_fields[record.resource]
            if owners := [owner.id for name in parents for owner in space.listed(name)][-each:]:
                given[field] = owners[n % len(owners)]
        _set_content(space, record, seed, given)
        _link(space, record, n)
    _add_singletons(space, seed, now)


def _link(space: Space, record: Record, n: int) -> None:
    """Links the object to a parent, where a parameter of its list names the parent.

    That is for objects without a field that names it.
    """
    fields = schemas()[record.resource].fields
    for route in catalog().resources[record.resource].routes:
        for name in route.parent_params if route.parent else ():
            owners = space.listed(route.parent or "")
            if "{" + name + "}" not in route.path and name not in fields and owners:
                record.links.setdefault(name, owners[n % len(owners)].id)


def _stubs(
    space: Space, seed: int, now: int, each: int, leave: Collection[str]
) -> Iterator[Record]:
    """New records with an id and without fields."""
    nested = _nested()
    for resource in catalog().resources:
        fields = schemas()[resource].fields
        if "id" not in fields or space.table(resource).by_id or resource in leave:
            continue
        if resource in nested:
            yield from _children(space, resource, nested[resource], seed, now, each)
            continue
        for n in range(each):
            yield _stub(space, resource, n, seed, now)


def _children(
    space: Space, resource: str, places: list[Nested], seed: int, now: int, each: int
) -> Iterator[Record]:
    n = 0
    for place in places:
        for parent in [record for name in place.parents for record in space.listed(name)][:each]:
            for _ in range(each):
                record = _stub(space, resource, n, seed, now, (parent.id, place.part))
                n += 1
                yield record


def _stub(
    space: Space, resource: str, n: int, seed: int, now: int, parent: tuple[str, str] | None = None
) -> Record:
    id = new_id(resource, seed, space.account, space.livemode, n)
    if space.livemode:
        id = id.replace("_test_", "_live_", 1)
    oldest = (catalog().resources[resource].retention_days or 302) - 2
    created = now - Random(f"{id}/created").randrange(DAY, oldest * DAY)
    return space.table(resource).put(Record(resource, id, {}, created, parent))


def _set_content(space: Space, record: Record, seed: int, known: Mapping[str, Any]) -> None:
    """Gives the record plausible fields. `known` are values that it must have."""
    random = Random(f"{seed}/{record.id}")

    def pick(targets: Sequence[str]) -> str | None:
        for resource in targets:
            everything = space.listed(resource) or [
                other for other in space.table(resource).by_id.values() if not other.deleted
            ]
            if found := [other for other in everything if other.id != record.id]:
                return random.choice(found).id
        return None

    schema = schemas()[record.resource]
    given: dict[str, Any] = {
        "id": record.id,
        "object": record.resource,
        "created": record.created,
        "livemode": space.livemode,
    }
    if schema.version == "v2":
        del given["created"]
    given = {**given, **GIVEN.get(record.resource, {}), **known}
    content = Content(random, pick, record.created, "usd", record.resource, record.id)
    record.body = content.object(schema.fields, _of_schema(record.resource, given))


def _of_schema(resource: str, given: Mapping[str, Any]) -> dict[str, Any]:
    fields = schemas()[resource].fields
    return {name: value for name, value in given.items() if name in fields}


def _add_singletons(space: Space, seed: int, now: int) -> None:
    for resource in ONE_PER_ACCOUNT:
        if resource in schemas() and not space.table(resource).by_id:
            record = space.table(resource).put(Record(resource, "", {}, now))
            _set_content(space, record, seed, {})
            record.body.pop("id", None)
    for resource, parent in ONE_PER_PARENT.items():
        table, field = space.table(resource), parent.split(".")[-1]
        for owner in space.listed(parent):
            if owner.id not in table.by_id:
                known = {"object": resource, "livemode": space.livemode, field: owner.id}
                body = complete(resource, _of_schema(resource, known), now)
                table.put(Record(resource, owner.id, body, now))


def _parent_fields() -> dict[str, tuple[tuple[str, ...], str]]:
    """Resource → (its parents' resources, its field that names the parent).

    Only resources that have no list but a nested one.
    """
    nested: dict[str, tuple[tuple[str, ...], str]] = {}
    listed: set[str] = set()
    by = {normal(path): field for path, field in CHILDREN_BY.items()}
    for route in _all_routes():
        path = normal(route.path)
        if _is_nested_list(route) and path in by:
            nested.update(dict.fromkeys(route.resources, (parent_of(route), by[path])))
        elif route.kind == "list":
            listed.update(route.resources)
    return {resource: place for resource, place in nested.items() if resource not in listed}


def _nested() -> dict[str, list[Nested]]:
    """Resource → the nested lists and sublists that find its objects by `Record.parent`."""
    by_field = {normal(path) for path in CHILDREN_BY}
    found: dict[str, list[Nested]] = {}
    listed: set[str] = set()
    for route in _all_routes():
        if route.kind == "list" and "{" not in route.path:
            listed.update(route.resources)
        if _is_nested_list(route) and normal(route.path) not in by_field:
            for resource in route.resources:
                place = Nested(parent_of(route), segment(route.path))
                found.setdefault(resource, []).append(place)
    for (parent, path), (url, field) in SUBLISTS.items():
        for resource in _sublist_targets(parent, path) if field == "parent" else ():
            if resource in listed:
                continue
            place = Nested((parent,), segment(url))
            if place not in found.setdefault(resource, []):
                found[resource].append(place)
    return found


def _all_routes() -> Iterator[Route]:
    for routes in table().values():
        yield from routes


def _is_nested_list(route: Route) -> bool:
    return route.method == "GET" and route.kind == "list" and "{" in route.path


def _sublist_targets(parent: str, path: str) -> Sequence[str]:
    guide: Any = schemas()[parent].guide
    for part in path.split("."):
        guide = guide[part]
    return guide["to"]
