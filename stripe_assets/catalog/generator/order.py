"""Which resources a resource depends on, and their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from stripe_assets.catalog.model import Field, Route
from stripe_assets.catalog.overlay.order import DROPPED, POINTER_PREFIXES


def dependencies(
    fields: Mapping[str, tuple[Field, ...]],
    routes: Mapping[str, tuple[Route, ...]],
    unlisted: frozenset[str],
) -> dict[str, tuple[str, ...]]:
    """Resource → those that it depends on.

    Raises ValueError, with the members of a cycle, where the overlay's rule and exceptions leave
    one.
    """
    edges: dict[str, set[str]] = {name: set() for name in fields}
    for name, own in fields.items():
        for field in own:
            for dependent, dependency in _edges(name, field, unlisted):
                edges[dependent].add(dependency)
    for name, lists in routes.items():
        edges[name].update(route.parent for route in lists if route.parent)
    found = {
        name: tuple(sorted(t for t in targets if t != name and (name, t) not in DROPPED))
        for name, targets in edges.items()
    }
    topological(found)
    return found


def _edges(name: str, field: Field, unlisted: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(resource, resource that it depends on) for each resource that the field can hold."""
    if field.kind == "sublist":
        yield from ((target, name) for target in field.targets if field.read_to_end)
    elif field.kind in {"reference", "references"}:
        is_pointer = field.nullable and field.name.startswith(POINTER_PREFIXES)
        for target in field.targets:
            if target in unlisted and name not in unlisted:
                yield target, name
            elif len(field.targets) == 1 and not is_pointer:
                yield name, target


def topological(edges: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The names, dependencies first, otherwise in alphabetical order.

    Raises ValueError, with the members of a cycle, where there is one.
    """
    left, found = dict(edges), []
    while left:
        ready = sorted(
            name for name, targets in left.items() if not any(target in left for target in targets)
        )
        if not ready:
            raise ValueError(f"the dependencies have a cycle: {_cycle(left)}")
        found += ready
        for name in ready:
            del left[name]
    return tuple(found)


def _cycle(edges: Mapping[str, Sequence[str]]) -> str:
    name, seen = next(iter(sorted(edges))), []
    while name not in seen:
        seen.append(name)
        name = next(target for target in edges[name] if target in edges)
    return " → ".join([*seen[seen.index(name) :], name])
