"""What an object tells of its parents: the values that its retrieve route wants besides its id, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Resource, Retrieve

Object = Mapping[str, Any]


def retrieve_route(resource: Resource, parents: Mapping[str, object]) -> Retrieve | None:
    """The route that reads an object of which these other values are known."""
    routes = (resource.retrieve, *resource.other_retrieves)
    return next(
        (route for route in routes if route and all(parents.get(name) for name in route.params)),
        None,
    )


def parents_in(resource: Resource, obj: Object) -> dict[str, str]:
    """Placeholder → value of the first retrieve route that the object fills."""
    for route in (resource.retrieve, *resource.other_retrieves):
        if route is not None:
            values = {name: obj.get(field) for name, field in route.params.items()}
            ids = {
                name: value.get("id") if isinstance(value, Mapping) else value
                for name, value in values.items()
            }
            found = {name: id for name, id in ids.items() if isinstance(id, str)}
            if len(found) == len(ids):
                return found
    return {}


def parent_fields(resource: Resource) -> frozenset[str]:
    """The fields of an object that one of its retrieve routes wants."""
    return frozenset(
        field
        for route in (resource.retrieve, *resource.other_retrieves)
        if route
        for field in route.params.values()
    )


def account_in(
    catalog: Catalog, resource: Resource, obj: Object, parents: Mapping[str, str]
) -> str | None:
    """The account that the object itself says it belongs to: an account, and what hangs on one. None for all others."""
    if resource.rows_are_accounts:
        return obj.get("id")
    return next(
        (value for name, value in parents.items() if _takes_account(catalog, resource, name)), None
    )


def _takes_account(catalog: Catalog, resource: Resource, placeholder: str) -> bool:
    """Whether a placeholder of the retrieve route takes the account that the rows belong to."""
    routes = (resource.retrieve, *resource.other_retrieves)
    names = {route.params[placeholder] for route in routes if route and placeholder in route.params}
    targets = {
        target for field in resource.fields if field.name in names for target in field.targets
    }
    return any(
        target in catalog.resources and catalog[target].rows_are_accounts for target in targets
    )


def read_by_platform(catalog: Catalog, resource: Resource) -> bool:
    """Whether the platform reads the rows of all accounts: accounts, and what their own routes list."""
    return resource.rows_are_accounts or any(
        route.parent and catalog[route.parent].rows_are_accounts for route in resource.routes
    )


def same_release(version: object, ours: str) -> bool:
    """Whether an event's rendering fits: within a release of Stripe's API, `2026-10-28.endive`, nothing is taken away."""
    return isinstance(version, str) and version.partition(".")[2] == ours.partition(".")[2] != ""
