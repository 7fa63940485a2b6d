"""Which other models must be read to fill a model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from stripe_assets.catalog.model import Resource


@dataclass(frozen=True, slots=True)
class Upstreams:
    """The models that a run reads to their end before it finishes this one."""

    models: frozenset[str] = frozenset()
    """Not those that these require in their turn: see `with_upstreams`."""
    with_sublists: frozenset[str] = frozenset()
    """Those of `models` whose answers contain this model's rows, in a sublist. The answers of the
    others contain only the ids that this model's lists require."""
    is_listed: bool = True
    """False where no list, no sublist and no singleton route returns the model. Its rows then come
    only from the objects of `models` that embed them."""


def upstreams_of(resource: Resource, resources: Mapping[str, Resource]) -> Upstreams:
    """The upstreams of one model. `Catalog.upstreams` has those of all models."""
    parents = {route.parent for route in resource.routes if route.parent}
    with_sublists = {
        name
        for name in resource.depends_on
        if any(
            field.kind == "sublist" and field.read_to_end and resource.name in field.targets
            for field in resources[name].fields
        )
    }
    if parents or with_sublists or resource.routes or resource.singleton:
        return Upstreams(frozenset(parents | with_sublists), frozenset(with_sublists))
    return Upstreams(frozenset(resource.depends_on), is_listed=False)


def with_upstreams(
    upstreams: Mapping[str, Upstreams], models: Iterable[str]
) -> dict[str, Upstreams]:
    """The given models and all models that must be read for them, directly or not: model → its
    upstreams.

    `upstreams` are the catalog's. The keys are in its order, so that a model comes after its
    upstreams.
    """
    needed, todo = set[str](), list(models)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed.add(name)
            todo.extend(upstreams[name].models)
    return {name: found for name, found in upstreams.items() if name in needed}
