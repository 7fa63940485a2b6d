"""A few of everything that nobody wrote by hand: objects of every resource of the catalog, referring to what exists."""

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
"""Resources without an id, found by their parent's."""

ONE_PER_ACCOUNT = (
    "balance_settings",
    "tax.settings",
    "billing.credit_balance_summary",
    "v2.money_management.payout_methods_bank_account_spec",
)

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
"""What generated objects of a resource must say."""

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
"""What they say in turn, so that what a list leaves out by default exists."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A list under a parent whose children have no field that names it."""

    parents: tuple[str, ...]
    part: str


def fill(space: Space, seed: int, now: int, each: int, leave: Collection[str] = ()) -> None:
    """Makes `each` objects of every resource that this space has none of, and fills them once all exist."""
    made = list(_stubs(space, seed, now, each, leave))
    under = _under_a_field()
    counts: Counter[str] = Counter()
    for record in made:
        n = counts[record.resource]
        counts[record.resource] += 1
        turns = CYCLES.get(record.resource, ({},))
        given: dict[str, Any] = dict(turns[n % len(turns)])
        if record.resource in under:
            parents, field = under[record.resource]
            if owners := [owner.id for name in parents for owner in space.listed(name)][-each:]:
                given[field] = owners[n % len(owners)]
        _content(space, record, seed, given)
        _link(space, record, n)
    _singletons(space, seed, now)


def _link(space: Space, record: Record, n: int) -> None:
    """Gives the object to one parent, where its list wants to be told which and no field of the object says so."""
    fields = schemas()[record.resource].fields
    for route in catalog().resources[record.resource].routes:
        for name in route.parent_params if route.parent else ():
            owners = space.listed(route.parent or "")
            if "{" + name + "}" not in route.path and name not in fields and owners:
                record.links.setdefault(name, owners[n % len(owners)].id)


def _stubs(
    space: Space, seed: int, now: int, each: int, leave: Collection[str]
) -> Iterator[Record]:
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
    random = Random(f"{id}/created")
    oldest = (catalog().resources[resource].retention_days or 302) - 2
    return space.table(resource).put(
        Record(resource, id, {}, now - random.randrange(DAY, oldest * DAY), parent)
    )


def _content(space: Space, record: Record, seed: int, known: Mapping[str, Any]) -> None:
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
    given = {
        name: value
        for name, value in {**given, **GIVEN.get(record.resource, {}), **known}.items()
        if name in schema.fields
    }
    record.body = Content(random, pick, record.created, "usd", record.resource, record.id).object(
        schema.fields, given
    )


def _singletons(space: Space, seed: int, now: int) -> None:
    for resource in ONE_PER_ACCOUNT:
        if resource in schemas() and not space.table(resource).by_id:
            record = space.table(resource).put(Record(resource, "", {}, now))
            _content(space, record, seed, {})
            record.body.pop("id", None)
    for resource, parent in ONE_PER_PARENT.items():
        for owner in space.listed(parent):
            if owner.id not in space.table(resource).by_id:
                known = {
                    "object": resource,
                    "livemode": space.livemode,
                    parent.split(".")[-1]: owner.id,
                }
                given = {
                    name: value
                    for name, value in known.items()
                    if name in schemas()[resource].fields
                }
                space.table(resource).put(
                    Record(resource, owner.id, complete(resource, given, now), now)
                )


def _under_a_field() -> dict[str, tuple[tuple[str, ...], str]]:
    """Resources that are only listed under a parent, where a field of theirs names it: the parents and the field."""
    nested: dict[str, tuple[tuple[str, ...], str]] = {}
    listed: set[str] = set()
    by = {normal(path): field for path, field in CHILDREN_BY.items()}
    for routes in table().values():
        for route in routes:
            if _is_nested_list(route) and normal(route.path) in by:
                nested.update(
                    dict.fromkeys(route.resources, (parent_of(route), by[normal(route.path)]))
                )
            elif route.kind == "list":
                listed.update(route.resources)
    return {resource: place for resource, place in nested.items() if resource not in listed}


def _nested() -> dict[str, list[Nested]]:
    """Resources whose children are found by `Record.parent`: from the routes and the sublists."""
    by = {normal(path) for path in CHILDREN_BY}
    found: dict[str, list[Nested]] = {}
    listed: set[str] = set()
    for routes in table().values():
        for route in routes:
            if route.kind == "list" and "{" not in route.path:
                listed.update(route.resources)
            if _is_nested_list(route) and normal(route.path) not in by:
                for resource in route.resources:
                    found.setdefault(resource, []).append(
                        Nested(parent_of(route), segment(route.path))
                    )
    for (parent, path), (url, field) in SUBLISTS.items():
        if field == "parent":
            for resource in _sublist_targets(parent, path):
                if resource in listed:
                    continue
                place = Nested((parent,), segment(url))
                if place not in found.setdefault(resource, []):
                    found[resource].append(place)
    return found


def _is_nested_list(route: Route) -> bool:
    return route.method == "GET" and route.kind == "list" and "{" in route.path


def _sublist_targets(parent: str, path: str) -> Sequence[str]:
    guide: Any = schemas()[parent].guide
    for part in path.split("."):
        guide = guide[part]
    return guide["to"]
