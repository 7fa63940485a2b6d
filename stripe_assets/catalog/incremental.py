"""How each model is kept current between two sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from stripe_assets.catalog import Catalog, catalog
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.roles import EVENT
from stripe_assets.catalog.upstreams import upstreams_of

How = Literal["events", "parents", "new_rows", "list", "none"]


@cache
def incremental_strategies() -> Mapping[str, How]:
    """For each model of the catalog, what an incremental run reads of it.

    `events`: its events say what to read. `parents`: it is read with what it hangs on. `growth`: what was created since, and what is
    not settled. `list`: all of it, there being nothing that tells. `none`: no list has it.
    """
    models = catalog()
    found: dict[str, How] = {}
    for name in models.resources:
        _how(models, name, found)
    return found


def _how(models: Catalog, name: str, found: dict[str, How]) -> How:
    if name not in found:
        found[name] = "none"  # for what refers back to it meanwhile
        resource = models[name]
        if name == EVENT or (name in models.with_events and not resource.events_incomplete):
            found[name] = "events"
        elif resource.on_demand_reason or not upstreams_of(models, resource).is_listed:
            pass
        elif resource.singleton or any(route.parent is None for route in resource.routes):
            found[name] = "new_rows" if resource.append_only else "list"
        else:
            above = {
                _how(models, parent, found) for parent in upstreams_of(models, resource).models
            }
            found[name] = "parents" if above & {"events", "parents"} else "list"
    return found[name]


def is_incremental(name: str) -> bool:
    """Whether an incremental run need not list all of it."""
    return incremental_strategies()[name] not in ("list", "none")


def models_to_sync_for(models: Catalog, name: str) -> frozenset[str]:
    """What an incremental run has to select for an event about a model: what hangs on it, and what has no events at all but grows."""
    found, todo = {name, EVENT}, [name]
    while todo:
        above = todo.pop()
        for child in _children(models, above):
            if child not in found:
                found.add(child)
                todo.append(child)
    return frozenset(
        found | {name for name, how in incremental_strategies().items() if how == "new_rows"}
    )


def _children(models: Catalog, name: str) -> list[str]:
    return [
        child
        for child, how in incremental_strategies().items()
        if how == "parents" and name in upstreams_of(models, models[child]).models
    ]


def listed_under_accounts(models: Catalog) -> frozenset[str]:
    """Models whose lists hang on the accounts, which the platform reads for all of them."""
    return frozenset(
        name
        for name, one in models.resources.items()
        if any(route.parent and models[route.parent].rows_are_accounts for route in one.routes)
    )


def sweep_shows_deletions(models: Catalog, resource: Resource) -> bool:
    """Whether a finished sweep has seen all there are: what it did not see is worth asking for."""
    listed = (
        upstreams_of(models, resource).is_listed
        and not resource.on_demand_reason
        and not resource.singleton
    )
    return (
        listed
        and not resource.retention_days
        and not resource.rows_are_accounts
        and resource.retrieve is not None
    )
