"""The lists of the catalog: which of them a run reads, how it asks for them, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stripe_assets.catalog.catalog import Catalog
from stripe_assets.catalog.model import Resource, Route


def root_lists(
    catalog: Catalog, models: Iterable[str], livemode: bool
) -> list[tuple[str, Route | None, Mapping[str, str | bool]]]:
    """The lists that are read once for each account: (model, route, parameters of the variant).

    The route is None for a singleton. The list of the accounts themselves is left out: a run reads
    it once, before it knows the accounts.
    """
    roots: list[tuple[str, Route | None, Mapping[str, str | bool]]] = []
    for name in models:
        resource = catalog[name]
        if resource.rows_are_accounts or resource.on_demand_reason:
            continue
        if resource.singleton:
            roots.append((name, None, {}))
        for route in resource.routes:
            if route.parent is None and applies(route, livemode):
                roots += [(name, route, variant) for variant in route.variants]
    return roots


def nested_lists(
    catalog: Catalog, models: Iterable[str], livemode: bool
) -> dict[str, list[tuple[str, Route]]]:
    """Parent resource → the lists of these models that are read for each of its rows, as (model,
    route)."""
    routes: dict[str, list[tuple[str, Route]]] = {}
    for name in models:
        for route in catalog[name].routes:
            if route.parent and applies(route, livemode):
                routes.setdefault(route.parent, []).append((name, route))
    return routes


def has_own_list(resource: Resource) -> bool:
    """Whether an account has a list of the resource, or one object of it."""
    return bool(resource.singleton) or any(route.parent is None for route in resource.routes)


def applies(route: Route, livemode: bool) -> bool:
    """Whether the list is read in this mode."""
    return route.modes == "both" or (route.modes == "live") == livemode


def list_params(
    resource: Resource, route: Route, variant: Mapping[str, str | bool]
) -> dict[str, Any]:
    """The query of a list's first page: the variant's parameters, the page size and the fields to
    expand."""
    params: dict[str, Any] = dict(variant)
    if route.limit is not None:
        params["limit"] = route.limit
    if resource.expand:
        params["expand"] = [f"data.{path}" for path in resource.expand]
    return params | included(route.include)


def included(paths: Iterable[str]) -> dict[str, str]:
    """The parameters that ask v2 for fields which it sends on request alone."""
    return {f"include[{place}]": path for place, path in enumerate(paths)}


def asked_for(params: Mapping[str, Any]) -> frozenset[str]:
    """The fields that a query asks for, as paths below an object: those of `expand` and
    `include`."""
    included = (str(value) for name, value in params.items() if name.startswith("include"))
    return frozenset(
        [*(path.removeprefix("data.") for path in params.get("expand", ())), *included]
    )


def list_key(route: Route, variant: Mapping[str, str | bool]) -> str:
    """The list's name in checkpoints: `/v1/prices?active=True`.

    It is the same in every run, so that a run finds the checkpoints of the one before it.
    """
    query = "&".join(f"{name}={value}" for name, value in sorted(variant.items()))
    return f"{route.path}?{query}" if query else route.path


def listed_under_accounts(catalog: Catalog) -> frozenset[str]:
    """The models whose lists are nested under an account (`/v1/accounts/{account}/persons`).

    The platform's key reads these lists for all connected accounts.
    """
    return frozenset(
        name
        for name, resource in catalog.resources.items()
        if is_listed_under_accounts(catalog, resource)
    )


def is_listed_under_accounts(catalog: Catalog, resource: Resource) -> bool:
    return any(
        route.parent and catalog[route.parent].rows_are_accounts for route in resource.routes
    )


def sweep_shows_deletions(catalog: Catalog, resource: Resource) -> bool:
    """Whether a finished sweep has listed every object of the resource.

    A row that such a sweep did not return may be deleted; the resource's retrieve route can confirm
    it.
    """
    return (
        catalog.upstreams[resource.name].is_listed
        and not resource.on_demand_reason
        and not resource.singleton
        and not resource.retention_days
        and not resource.rows_are_accounts
        and resource.retrieve is not None
    )
