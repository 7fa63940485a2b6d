"""The lists of the catalog: which apply, and how they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Resource, Route


def nested_lists(
    catalog: Catalog, models: Iterable[str], livemode: bool
) -> dict[str, list[tuple[str, Route]]]:
    """Parent resource → the nested lists of these models that hang on its rows."""
    routes: dict[str, list[tuple[str, Route]]] = {}
    for name in models:
        for route in catalog[name].routes:
            if route.parent and applies(route, livemode):
                routes.setdefault(route.parent, []).append((name, route))
    return routes


def applies(route: Route, livemode: bool) -> bool:
    return route.modes == "both" or (route.modes == "live") == livemode


def root_lists(
    catalog: Catalog, models: Iterable[str], livemode: bool
) -> list[tuple[str, Route | None, Mapping[str, str | bool]]]:
    """What is listed for each owner: (model, route and its parameters); route None for a singleton."""
    roots: list[tuple[str, Route | None, Mapping[str, str | bool]]] = []
    for name in models:
        resource = catalog[name]
        if resource.rows_are_accounts or resource.on_demand_reason:
            continue  # accounts are listed once, by who asks for the owners
        if resource.singleton:
            roots.append((name, None, {}))
        for route in resource.routes:
            if route.parent is None and applies(route, livemode):
                roots += [(name, route, variant) for variant in route.variants]
    return roots


def list_params(
    resource: Resource, route: Route, variant: Mapping[str, str | bool]
) -> dict[str, Any]:
    """The query of a list's first page: its fixed parameters, the largest page, what is to be expanded."""
    params: dict[str, Any] = dict(variant)
    if route.limit is not None:
        params["limit"] = route.limit
    if resource.expand and resource.api == "v1":
        params["expand"] = [f"data.{path}" for path in resource.expand]
    return params


def list_key(route: Route, variant: Mapping[str, str | bool]) -> str:
    """`/v1/prices?active=True`: stable over runs, so that a checkpoint finds its list again."""
    query = "&".join(f"{name}={value}" for name, value in sorted(variant.items()))
    return f"{route.path}?{query}" if query else route.path
