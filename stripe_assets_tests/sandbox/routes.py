"""Every list route of the catalog, with parameters that it answers to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import stripe

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.calls.routes import Route, parent_of, table
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets_tests.sandbox.conftest import get

REQUIRED: dict[str, str] = {
    "account": "/v1/financial_connections/accounts",
    "card": "/v1/issuing/cards",
    "customer": "/v1/customers",
    "financial_account": "/v1/treasury/financial_accounts",
    "invoice": "/v1/invoices",
    "payment_record": "/v1/payment_records",
    "setup_intent": "/v1/setup_intents",
    "subscription": "/v1/subscriptions",
    "value_list": "/v1/radar/value_lists",
}
"""Required parameter → the list whose first object fills it."""

FIXED: dict[str, Any] = {
    "scope": {"type": "account"},
    "type": "performance",
    "start_time": 0,
    "end_time": 2_000_000_000,
    "ownership": "x",
}


def list_routes(version: str) -> list[Route]:
    return [
        route
        for routes in table().values()
        for route in routes
        if route.kind == "list" and route.version == version
    ]


def calls(
    client: stripe.StripeClient, world: World, route: Route
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path, parameters) to list a route. A nested route is listed for two parents."""
    params: dict[str, Any] = {}
    for name in route.required:
        params[name] = (
            FIXED[name] if name in FIXED else get(client, REQUIRED[name], limit=1)["data"][0]["id"]
        )
    if "{" not in route.path:
        yield route.path, params
        return
    space = world.store.space(PLATFORM, False)
    for parent in [record for name in parent_of(route) for record in space.listed(name)][-2:]:
        yield (
            route.path[: route.path.index("{")]
            + parent.id
            + route.path[route.path.index("}") + 1 :],
            params,
        )
