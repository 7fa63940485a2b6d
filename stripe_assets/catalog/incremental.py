"""What an incremental run reads of each model, to keep it current between two full sweeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from stripe_assets.catalog.catalog import Catalog
from stripe_assets.catalog.catalog import catalog as load_catalog
from stripe_assets.catalog.roles import EVENT

Strategy = Literal["events", "parents", "new_rows", "list", "none"]
"""`events`: the objects that its events name. `parents`: its rows below each parent that an event
names. `new_rows`: the rows created since the last run, and the rows that are not final
(`Resource.not_final_when`). `list`: all rows, because no event says which of them changed. `none`:
nothing, because no list returns the model."""


@cache
def incremental_strategies() -> Mapping[str, Strategy]:
    """Every model of the catalog → what an incremental run reads of it."""
    catalog = load_catalog()
    found: dict[str, Strategy] = {}
    for name in catalog.resources:
        _add_strategy(catalog, name, found)
    return found


def _add_strategy(catalog: Catalog, name: str, found: dict[str, Strategy]) -> Strategy:
    if name not in found:
        found[name] = "none"  # ends the recursion where models are each other's upstreams
        resource = catalog[name]
        upstreams = catalog.upstreams[resource.name]
        if name == EVENT or (name in catalog.with_events and not resource.events_incomplete):
            found[name] = "events"
        elif resource.on_demand_reason or not upstreams.is_listed:
            pass
        elif resource.singleton or any(route.parent is None for route in resource.routes):
            found[name] = "new_rows" if resource.append_only else "list"
        else:
            above = {_add_strategy(catalog, parent, found) for parent in upstreams.models}
            found[name] = "parents" if above & {"events", "parents"} else "list"
    return found[name]


def is_incremental(name: str) -> bool:
    """Whether an incremental run keeps the model current without a list of all its rows."""
    return incremental_strategies()[name] not in ("list", "none")


def models_to_sync_for(catalog: Catalog, name: str) -> frozenset[str]:
    """The models that an incremental run has to select when an event names an object of this model.

    These are: the model itself, the events, each model whose rows are read with it (`parents`), and
    every model with `new_rows`: no event says that such a model has a new row, so each run lists
    them.
    """
    found, todo = {name, EVENT}, [name]
    while todo:
        for child in _read_with(catalog, todo.pop()):
            if child not in found:
                found.add(child)
                todo.append(child)
    strategies = incremental_strategies()
    return frozenset(
        found | {one for one, strategy in strategies.items() if strategy == "new_rows"}
    )


def _read_with(catalog: Catalog, name: str) -> list[str]:
    return [
        child
        for child, strategy in incremental_strategies().items()
        if strategy == "parents" and name in catalog.upstreams[child].models
    ]
