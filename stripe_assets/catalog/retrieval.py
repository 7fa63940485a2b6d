"""What a retrieve needs: the route, the values of its placeholders besides the id, and the account
to ask as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.catalog.catalog import Catalog
from stripe_assets.catalog.lists import included, is_listed_under_accounts
from stripe_assets.catalog.model import Resource, Retrieve

Object = Mapping[str, Any]


def retrieve_route(resource: Resource, parents: Mapping[str, object]) -> Retrieve | None:
    """The first retrieve route whose placeholders, besides the id, all have a value in
    `parents`."""
    return next(
        (
            route
            for route in _retrieve_routes(resource)
            if all(parents.get(name) for name in route.params)
        ),
        None,
    )


def retrieve_params(resource: Resource, route: Retrieve | None) -> dict[str, Any]:
    """The query of a retrieve: the fields to expand and to include. `route`: None for an account's
    only object of its kind."""
    expand = {"expand": list(resource.expand)} if resource.expand else {}
    return expand | included(route.include if route else ())


def parents_in(resource: Resource, obj: Object) -> dict[str, str]:
    """Placeholder → id, for the first retrieve route whose placeholders the object's fields all
    fill."""
    for route in _retrieve_routes(resource):
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
    """The fields of an object whose values its retrieve routes need."""
    return frozenset(
        field for route in _retrieve_routes(resource) for field in route.params.values()
    )


def account_in(
    catalog: Catalog, resource: Resource, obj: Object, parents: Mapping[str, str]
) -> str | None:
    """The account that owns the object, where the object itself names it: an account, and what is
    nested under one.

    `parents` is the result of `parents_in`. None for every other resource.
    """
    if resource.rows_are_accounts:
        return obj.get("id")
    return next(
        (value for name, value in parents.items() if _takes_account(catalog, resource, name)), None
    )


def _takes_account(catalog: Catalog, resource: Resource, placeholder: str) -> bool:
    """Whether the placeholder of a retrieve route takes the account that owns the row."""
    names = {
        route.params[placeholder]
        for route in _retrieve_routes(resource)
        if placeholder in route.params
    }
    targets = {
        target for field in resource.fields if field.name in names for target in field.targets
    }
    return any(
        target in catalog.resources and catalog[target].rows_are_accounts for target in targets
    )


def _retrieve_routes(resource: Resource) -> tuple[Retrieve, ...]:
    first = (resource.retrieve,) if resource.retrieve else ()
    return (*first, *resource.other_retrieves)


def read_by_platform(catalog: Catalog, resource: Resource) -> bool:
    """Whether the platform reads the rows of all accounts: the accounts, and what is listed under
    an account."""
    return resource.rows_are_accounts or is_listed_under_accounts(catalog, resource)


def same_release(version: object, ours: str) -> bool:
    """Whether an API version, as `2026-10-28.endive`, is of the same release as ours.

    Stripe removes nothing within a release: an object that was rendered in the one has the fields
    of the other.
    """
    return isinstance(version, str) and version.partition(".")[2] == ours.partition(".")[2] != ""
