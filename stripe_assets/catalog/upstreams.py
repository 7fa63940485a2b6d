"""Which models a model is read through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Resource


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The models that are read before this one is finished."""

    models: frozenset[str] = frozenset()
    with_sublists: frozenset[str] = frozenset()
    """Those whose answers bring its rows; the others bring the ids to ask with."""
    is_listed: bool = True
    """False: no list has such objects, they come in where one of these embeds them."""


def upstreams_of(catalog: Catalog, resource: Resource) -> Upstreams:
    """The models that must be read to fill this one."""
    parents = {route.parent for route in resource.routes if route.parent}
    sublists = {
        name
        for name in resource.depends_on
        if any(
            f.kind == "sublist" and f.read_to_end and resource.name in f.targets
            for f in catalog[name].fields
        )
    }
    if parents or sublists or resource.routes or resource.singleton:
        return Upstreams(frozenset(parents | sublists), frozenset(sublists))
    return Upstreams(frozenset(resource.depends_on), is_listed=False)


def with_upstreams(catalog: Catalog, models: Iterable[str]) -> dict[str, Upstreams]:
    """The selected models and, recursively, what has to be read for them: model → its upstreams, catalog's order."""
    needed, todo = set[str](), list(models)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo.extend(upstreams_of(catalog, catalog[name]).models)
    return {
        name: upstreams_of(catalog, catalog[name]) for name in catalog.resources if name in needed
    }
