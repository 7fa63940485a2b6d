"""GET: lists, searches and retrieves of any resource."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from stripe_assets.sandbox.behaviour import paging
from stripe_assets.sandbox.behaviour.filters import (
    PAGING,
    PATHS,
    SPECIAL,
    accepts,
    check_combination,
    created_bounds,
)
from stripe_assets.sandbox.behaviour.lookup import named_by_url, parent_field, require_parent
from stripe_assets.sandbox.behaviour.omissions import RETAINED
from stripe_assets.sandbox.behaviour.paging import Listing
from stripe_assets.sandbox.calls import expand, parameters
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.relations import segment
from stripe_assets.sandbox.objects.render import as_bytes, page_bytes
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Store

_CLAUSE = re.compile(r"""([\w.\[\]']+)\s*[:~]\s*["']([^"']*)["']""")


def read(store: Store, call: Call, route: Route) -> bytes:
    """The answer to a GET, as JSON. Raises ApiError."""
    parameters.check(call.params, route.params, route.required)
    if route.kind == "list":
        return (
            _list_v2(store, call, route) if route.version == "v2" else _list_v1(store, call, route)
        )
    if call.path.endswith("/search"):
        return _search(store, call, route)
    return _retrieve(store, call, route)


def _list_v1(store: Store, call: Call, route: Route) -> bytes:
    check_combination(route.path, call.params)
    listing = listing_of(store, call, route)
    if "created" in call.params:
        listing = listing.within(*created_bounds(call.params["created"]))
    tree = expand.parse(route.resources, call.params.get("expand", ()), True)
    accepted = accepts(route.path, call.params, call.space)
    usual = 10 if "limit" in route.params else paging.UNLIMITED
    noun = schemas()[route.resources[0]].noun
    records, has_more = paging.v1_page(listing, accepted, call.params, noun, usual)
    items = page_bytes(store, call.space, records, tree)
    return b'{"object":"list","data":[%b],"has_more":%b,"url":%b}' % (
        items,
        orjson.dumps(has_more),
        orjson.dumps(call.path),
    )


def _list_v2(store: Store, call: Call, route: Route) -> bytes:
    accepted = accepts(route.path, call.params, call.space)
    page = paging.v2_page(listing_of(store, call, route), accepted, call.params)
    records, *tokens = page
    tree = expand.parse(route.resources, call.params.get("include", ()), False)
    items = page_bytes(store, call.space, records, tree)
    following, previous = (orjson.dumps(_page_url(call, token)) for token in tokens)
    return b'{"data":[%b],"next_page_url":%b,"previous_page_url":%b}' % (
        items,
        following,
        previous,
    )


def _page_url(call: Call, token: str | None) -> str | None:
    if token is None:
        return None
    kept = [(name, value) for name, value in parse_qsl(call.query) if name != "page"]
    return f"{call.path}?{urlencode([*kept, ('page', token)])}"


def _search(store: Store, call: Call, route: Route) -> bytes:
    """`field:'value'` clauses with AND between them, on top-level fields and metadata."""
    query = str(call.params.get("query", ""))
    clauses = [
        (name.replace("metadata['", "metadata.").replace("']", ""), value)
        for name, value in _CLAUSE.findall(query)
    ]
    if not clauses:
        raise ApiError(400, "The search query could not be read.", param="query")
    found = [
        record
        for record in listing_of(store, call, route).tables[0].newest_first()
        if all(_has_value(record, name, value) for name, value in clauses)
    ]
    limit = paging.limit_of(call.params)
    return b'{"object":"search_result","data":[%b],"has_more":%b,"next_page":null,"url":%b}' % (
        page_bytes(store, call.space, found[:limit]),
        orjson.dumps(len(found) > limit),
        orjson.dumps(call.path),
    )


def _has_value(record: Record, name: str, value: str) -> bool:
    found: Any = record.body
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return str(found).lower() == value.lower()


def _retrieve(store: Store, call: Call, route: Route) -> bytes:
    paths = call.params.get("expand") or call.params.get("include", ())
    tree = expand.parse(route.resources, paths, False)
    return as_bytes(store, call.space, named_by_url(call, route), tree)


def listing_of(store: Store, call: Call, route: Route) -> Listing:
    """All that a list route can show of this account: every object of its resources, or the
    children of one parent. Filters come later."""
    tables = [call.space.table(resource) for resource in route.resources]
    parent_id = ""
    if call.places:
        parent_id = list(call.places.values())[-1]
        require_parent(call, route, parent_id)
        by = parent_field(route.path)
        key: Any = (parent_id, segment(route.path)) if by == "parent" else parent_id
        orders = [table.index(by).get(key, []) for table in tables]
    elif field := _indexed(route, call.params):
        _require_referred(store, call, route, field)
        orders = [table.index(field).get(call.params[field], []) for table in tables]
    else:
        orders = [table.order for table in tables]
    order = orders[0] if len(orders) == 1 else sorted(sort for one in orders for sort in one)
    listing = Listing(order, tables, parent_id)
    kept = RETAINED.get(route.path)
    return listing.within(call.now - kept, 2**53) if kept else listing


def _indexed(route: Route, params: Mapping[str, Any]) -> str | None:
    """A parameter that filters by the reference of the same name. A table has an index for it."""
    for name, value in params.items():
        if name in PAGING or not isinstance(value, str):
            continue
        if (route.path, name) in SPECIAL or name in PATHS.get(route.path, ()):
            continue
        nodes = [schemas()[resource].fields.get(name, {}) for resource in route.resources]
        if all(node.get("t") in ("ref", "id") for node in nodes):
            return name
    return None


def _require_referred(store: Store, call: Call, route: Route, field: str) -> None:
    """Stripe refuses a filter by an object that does not exist. Raises ApiError (400)."""
    id = call.params[field]
    targets = [
        target for resource in route.resources for target in schemas()[resource].fields[field]["to"]
    ]
    if call.space.find(id, targets) or store.elsewhere(call.space, id, targets):
        return
    raise missing(schemas()[targets[0]].noun if targets else field, id, field, 400)
