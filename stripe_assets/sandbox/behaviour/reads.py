"""GET: lists and retrieves of any resource."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from stripe_assets.sandbox.behaviour import paging
from stripe_assets.sandbox.behaviour.filters import PAGING, PATHS, RETAINED, SPECIAL, accepts, check_combination, created_bounds
from stripe_assets.sandbox.behaviour.paging import Listing
from stripe_assets.sandbox.calls import expand, parameters
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing, unknown_url
from stripe_assets.sandbox.calls.routes import Route, normal, parent_of
from stripe_assets.sandbox.objects.relations import CHILDREN_BY, segment
from stripe_assets.sandbox.objects.render import as_bytes, page_bytes
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Store, scoped

_CHILDREN_BY = {normal(path): field for path, field in CHILDREN_BY.items()}


def read(store: Store, call: Call, route: Route) -> bytes:
    parameters.check(call.params, route.params, route.required)
    if route.kind == "list":
        return _list_v2(store, call, route) if route.version == "v2" else _list_v1(store, call, route)
    if call.path.endswith("/search"):
        return _search(store, call, route)
    return _retrieve(store, call, route)


def _list_v1(store: Store, call: Call, route: Route) -> bytes:
    check_combination(route.path, call.params)
    listing = listing_of(store, call, route)
    if "created" in call.params:
        listing = listing.within(*created_bounds(call.params["created"]))
    tree = expand.parse(route.resources, call.params.get("expand", ()), True)
    test = accepts(route.path, call.params, call.space)
    usual = 10 if "limit" in route.params else paging.UNLIMITED
    records, more = paging.v1_page(listing, test, call.params, schemas()[route.resources[0]].noun, usual)
    items = page_bytes(store, call.space, records, tree)
    url = orjson.dumps(call.path)
    return b'{"object":"list","data":[' + items + b'],"has_more":' + (b"true" if more else b"false") + b',"url":' + url + b"}"


def _list_v2(store: Store, call: Call, route: Route) -> bytes:
    records, following, before = paging.v2_page(listing_of(store, call, route), accepts(route.path, call.params, call.space), call.params)
    tree = expand.parse(route.resources, call.params.get("include", ()), False)
    items = page_bytes(store, call.space, records, tree)
    urls = [orjson.dumps(_page_url(call, token)) for token in (following, before)]
    return b'{"data":[' + items + b'],"next_page_url":' + urls[0] + b',"previous_page_url":' + urls[1] + b"}"


def _page_url(call: Call, token: str | None) -> str | None:
    if token is None:
        return None
    kept = [(name, value) for name, value in parse_qsl(call.query) if name != "page"]
    return f"{call.path}?{urlencode([*kept, ('page', token)])}"


def _search(store: Store, call: Call, route: Route) -> bytes:
    """`field:'value'` clauses joined by AND, on top-level fields and metadata."""
    query = str(call.params.get("query", ""))
    wanted = [(name.replace("metadata['", "metadata.").replace("']", ""), value) for name, value in _CLAUSE.findall(query)]
    if not wanted:
        raise ApiError(400, "The search query could not be read.", param="query")
    found = []
    for record in listing_of(store, call, route).tables[0].newest_first():
        if all(_says(record, name, value) for name, value in wanted):
            found.append(record)
    limit = paging.limit_of(call.params)
    items = page_bytes(store, call.space, found[:limit])
    more = b"true" if len(found) > limit else b"false"
    return (
        b'{"object":"search_result","data":['
        + items
        + b'],"has_more":'
        + more
        + b',"next_page":null,"url":'
        + orjson.dumps(call.path)
        + b"}"
    )


_CLAUSE = re.compile(r"""([\w.\[\]']+)\s*[:~]\s*["']([^"']*)["']""")


def _says(record: Record, name: str, value: str) -> bool:
    found: Any = record.body
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return str(found).lower() == value.lower()


def listing_of(store: Store, call: Call, route: Route) -> Listing:
    """All that a list route could show in this account: everything of its resources, or the children of a parent."""
    tables = [call.space.table(resource) for resource in route.resources]
    parent_id = ""
    if call.places:
        parent_id = list(call.places.values())[-1]
        _require_parent(call, route, parent_id)
        by = _CHILDREN_BY.get(normal(route.path), "parent")
        key: Any = (parent_id, segment(route.path)) if by == "parent" else parent_id
        orders = [table.index(by).get(key, []) for table in tables]
    elif field := _indexed(route, call.params):
        _require_referred(store, call, route, field)
        orders = [table.index(field).get(call.params[field], []) for table in tables]
    else:
        orders = [table.order for table in tables]
    listing = Listing(orders[0] if len(orders) == 1 else sorted(sort for order in orders for sort in order), tables, parent_id)
    kept = RETAINED.get(route.path)
    return listing.within(call.now - kept, 2**53) if kept else listing


def _indexed(route: Route, params: Mapping[str, Any]) -> str | None:
    """A parameter that filters by a reference of its own name: the index has those."""
    for name, value in params.items():
        if name in PAGING or not isinstance(value, str) or (route.path, name) in SPECIAL or name in PATHS.get(route.path, ()):
            continue
        if all(schemas()[resource].fields.get(name, {}).get("t") in ("ref", "id") for resource in route.resources):
            return name
    return None


def _require_referred(store: Store, call: Call, route: Route, field: str) -> None:
    """Stripe refuses to filter by an object that does not exist."""
    id = call.params[field]
    targets = [target for resource in route.resources for target in schemas()[resource].fields[field]["to"]]
    if call.space.find(id, targets) is None and store.elsewhere(call.space, id, targets) is None:
        raise missing(schemas()[targets[0]].noun if targets else field, id, field, 400)


def _require_parent(call: Call, route: Route, id: str) -> None:
    resources = parent_of(route)
    if resources and call.space.find(id, resources) is None:
        raise not_found(call, resources, id, next(reversed(call.places)))


def _retrieve(store: Store, call: Call, route: Route) -> bytes:
    tree = expand.parse(route.resources, call.params.get("expand") or call.params.get("include", ()), False)
    return as_bytes(store, call.space, wanted(call, route), tree)


def wanted(call: Call, route: Route) -> Record:
    """The record that a URL names. Raises ApiError (404)."""
    if not call.places:
        return _only(call, route)
    name, id = list(call.places.items())[-1]
    parent = next(iter(call.places.values()))
    record = call.space.find(id, route.resources) or call.space.find(scoped(parent, id), route.resources)
    if record is None or not _belongs(record, call, route) or _expired(record, call, route):
        raise not_found(call, route.resources, id, name)
    return record


def _expired(record: Record, call: Call, route: Route) -> bool:
    kept = RETAINED.get(route.path.rpartition("/")[0])
    return kept is not None and record.created < call.now - kept


def _only(call: Call, route: Route) -> Record:
    """The account's one of a resource, or the first that the parameters fit."""
    if route.path == "/v1/account":
        return call.space.table("account").by_id[call.space.account]
    test = accepts(route.path, call.params, call.space)
    for resource in route.resources:
        for record in call.space.table(resource).newest_first():
            if test(record):
                return record
    raise (
        ApiError(404, f"No such {schemas()[route.resources[0]].noun}.", code="resource_missing")
        if route.resources
        else unknown_url(call.method, call.path)
    )


def _belongs(record: Record, call: Call, route: Route) -> bool:
    if len(call.places) < 2:
        return True
    path = normal(route.path)
    by = _CHILDREN_BY.get(path[: path.rindex("/{}")], "parent")
    parent = next(iter(call.places.values()))
    if by != "parent":
        return record.body.get(by) == parent
    return record.parent is None or record.parent[0] == parent


def not_found(call: Call, resources: Sequence[str], id: str, param: str) -> ApiError:
    noun = schemas()[resources[-1]].noun if resources else "object"
    if tuple(resources) == ("account",):
        message = f"The provided key '{call.key.shown}' does not have access to account '{id}' (or that account does not exist)."
        return ApiError(403, message, code="account_invalid")
    if call.path.startswith("/v2/"):
        return ApiError(404, f"No such {noun}: '{id}'", code="not_found")
    return missing(noun, id, "id" if param.endswith("_id") else param)
