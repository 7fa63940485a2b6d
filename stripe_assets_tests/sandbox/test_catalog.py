"""The sandbox answers every request that the catalog describes."""

from __future__ import annotations

import re
from typing import Any

import stripe

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.keys import PLATFORM
from stripe_assets_tests.sandbox.conftest import get

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def filled(path: str, values: dict[str, Any]) -> str:
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), path)


def test_every_list_of_the_catalog_is_answered_with_its_parameters(
    client: stripe.StripeClient, world: World
) -> None:
    space = world.store.space(PLATFORM, False)
    rows: dict[str, int] = {}
    for resource in catalog().resources.values():
        for route in resource.routes:
            parents: list[dict[str, Any]] = [{}]
            if route.parent:
                parents = [record.body for record in space.listed(route.parent)]
            if route.parent_where:
                name, wanted = route.parent_where
                parents = [
                    p
                    for p in parents
                    if (p.get(name) is not None if wanted is None else p.get(name) == wanted)
                ]
            for parent in [*parents[:3], *parents[3:][-3:]]:
                values = {name: parent[source] for name, source in route.parent_params.items()}
                path = filled(route.path, values)
                own: dict[str, Any] = {
                    name: value for name, value in values.items() if f"{{{name}}}" not in route.path
                }
                if route.limit:
                    own["limit"] = route.limit
                if resource.expand and resource.api == "v1":
                    own["expand"] = [f"data.{below}" for below in resource.expand]
                for variant in route.variants:
                    query = "&".join(
                        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
                        for name, value in variant.items()
                    )
                    page = get(client, f"{path}?{query}" if query else path, **own)
                    rows[resource.name] = rows.get(resource.name, 0) + len(page["data"])
    assert {name for name, found in rows.items() if not found} <= {
        "customer_cash_balance_transaction",
        "customer_balance_transaction",
    }


def test_every_retrieve_of_the_catalog_is_answered(
    client: stripe.StripeClient, world: World
) -> None:
    space = world.store.space(PLATFORM, False)
    asked = 0
    for resource in catalog().resources.values():
        retrieve = resource.retrieve
        for record in space.listed(resource.name)[:2] if retrieve else []:
            assert retrieve
            values = {
                "id": record.body["id"],
                **{name: record.body.get(source) for name, source in retrieve.params.items()},
            }
            if None in values.values():
                continue
            found = get(
                client,
                filled(retrieve.path, values),
                **({"expand": list(resource.expand)} if resource.expand else {}),
            )
            assert (found["id"], found["object"]) == (record.body["id"], resource.name)
            asked += 1
    assert asked > 200
