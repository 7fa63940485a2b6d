"""Finds the records that a call names: in its URL, or in a parameter."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_assets.sandbox.behaviour.filters import accepts
from stripe_assets.sandbox.behaviour.omissions import RETAINED
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.errors import ApiError, missing, unknown_url
from stripe_assets.sandbox.calls.routes import Route, normal, parent_of
from stripe_assets.sandbox.objects.relations import CHILDREN_BY
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Space, scoped

_CHILDREN_BY = {normal(path): field for path, field in CHILDREN_BY.items()}


def parent_field(path: str) -> str:
    """The child's field that holds the parent's id, for a nested route.

    `parent` where no field does: `Record.parent` has it then.
    """
    return _CHILDREN_BY.get(normal(path), "parent")


def named_by_url(call: Call, route: Route) -> Record:
    """The record that the URL names. Raises ApiError (404)."""
    if not call.places:
        return _only_one(call, route)
    name, id = list(call.places.items())[-1]
    parent = next(iter(call.places.values()))
    record = call.space.find(id, route.resources)
    record = record or call.space.find(scoped(parent, id), route.resources)
    if (
        record is None
        or not _is_below_parent(record, call, route)
        or _is_expired(record, call, route)
    ):
        raise not_found(call, route.resources, id, name)
    return record


def named_by_param(space: Space, resource: str, id: object, param: str) -> Record:
    """The record that a parameter names. Raises ApiError (400) if it does not exist."""
    record = space.find(id, [resource])
    if record is None or record.deleted:
        raise missing(resource, str(id), param, 400)
    return record


def require_parent(call: Call, route: Route, id: str) -> None:
    """Raises ApiError (404) where the parent that a nested list's URL names does not exist."""
    resources = parent_of(route)
    if resources and call.space.find(id, resources) is None:
        raise not_found(call, resources, id, next(reversed(call.places)))


def not_found(call: Call, resources: Sequence[str], id: str, param: str) -> ApiError:
    """Stripe's error for an id that does not exist. `param` is the placeholder in the URL."""
    noun = schemas()[resources[-1]].noun if resources else "object"
    if tuple(resources) == ("account",):
        message = (
            f"The provided key '{call.key.shown}' does not have access to account '{id}' "
            "(or that account does not exist)."
        )
        return ApiError(403, message, code="account_invalid")
    if call.path.startswith("/v2/"):
        return ApiError(404, f"No such {noun}: '{id}'", code="not_found")
    return missing(noun, id, "id" if param.endswith("_id") else param)


def _only_one(call: Call, route: Route) -> Record:
    """The record of a URL without an id.

    That is the account's only one of a resource, or the first one that the parameters accept.
    """
    if route.path == "/v1/account":
        return call.space.table("account").by_id[call.space.account]
    accepted = accepts(route.path, call.params, call.space)
    for resource in route.resources:
        for record in call.space.table(resource).newest_first():
            if accepted(record):
                return record
    if not route.resources:
        raise unknown_url(call.method, call.path)
    noun = schemas()[route.resources[0]].noun
    raise ApiError(404, f"No such {noun}.", code="resource_missing")


def _is_below_parent(record: Record, call: Call, route: Route) -> bool:
    if len(call.places) < 2:
        return True
    path = normal(route.path)
    by = parent_field(path[: path.rindex("/{}")])
    parent = next(iter(call.places.values()))
    if by != "parent":
        return record.body.get(by) == parent
    return record.parent is None or record.parent[0] == parent


def _is_expired(record: Record, call: Call, route: Route) -> bool:
    """Whether the record is too old to be kept, as an event after 30 days."""
    kept = RETAINED.get(route.path.rpartition("/")[0])
    return kept is not None and record.created < call.now - kept
