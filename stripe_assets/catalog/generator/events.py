"""The event types: their names and most of their objects from the SDK, the rest from the overlay."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from stripe_assets.catalog.generator.source import SdkSource, annotated, class_constant, subscript
from stripe_assets.catalog.model import EventType
from stripe_assets.catalog.overlay import events as overlay

THIN = "v1."
"""What a thin event's type begins with, where the snapshot event of the rest of its name has the same object."""
FETCH = "fetch_related_object"

Said = TypeVar("Said")


def event_types(source: SdkSource) -> tuple[EventType, ...]:
    """Every type that a snapshot event can have, by name. Raises ValueError for a line of the overlay that says nothing."""
    names, said = _names(source), annotated_objects(source)
    _require_used(names, said, source.resources)
    return tuple(
        EventType(
            name,
            objects=_fitting(overlay.OBJECTS, name) or _objects(name, said, source.resources),
            targets=_fitting(overlay.TARGETS, name) or (),
            lists=_fitting(overlay.LISTS, name) or (),
            deletes=name.endswith(".deleted") and name not in overlay.NO_REMOVALS,
            ignored_reason=overlay.IGNORED.get(name),
        )
        for name in sorted(names)
    )


def annotated_objects(source: SdkSource) -> dict[str, tuple[str, ...]]:
    """Type → the object that its thin sibling's class says it is related to. Half of the types have none."""
    found = {}
    for module, node in _event_classes(source):
        lookup_type = class_constant(node, "LOOKUP_TYPE")
        if not isinstance(lookup_type, str) or not lookup_type.startswith(THIN):
            continue
        fetch = next(
            (f for f in node.body if isinstance(f, ast.FunctionDef) and f.name == FETCH), None
        )
        returned = subscript(fetch.returns)[0] if fetch and fetch.returns else None
        ref = source.resolve(returned, module) if returned else None
        name = source.object_names.get((ref.module, ref.node.name)) if ref else None
        if name:
            found[lookup_type.removeprefix(THIN)] = (name,)
    return found


def _event_classes(source: SdkSource) -> Iterator[tuple[str, ast.ClassDef]]:
    for name, path in source.paths():
        if path.parent.name == "events" and path.stem.endswith("_event"):
            for node in source.module(name).classes.values():
                if node.name.endswith("Event"):
                    yield name, node


def _names(source: SdkSource) -> tuple[str, ...]:
    """Raises RuntimeError where the SDK's event no longer enumerates its types."""
    for name, annotation, _ in annotated(source.resources["event"].node):
        head, parts = subscript(annotation)
        if name == "type" and head == "Literal":
            return tuple(str(part.value) for part in parts if isinstance(part, ast.Constant))
    raise RuntimeError("the SDK's event class does not enumerate its types")


def _objects(
    name: str, said: Mapping[str, tuple[str, ...]], resources: Collection[str]
) -> tuple[str, ...]:
    """As annotated; else the longest beginning of the type that is an object's name. Raises ValueError for neither."""
    if name in said:
        return said[name]
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        if (beginning := ".".join(parts[:length])) in resources:
            return (beginning,)
    raise ValueError(f"neither the SDK nor the overlay says what {name} carries")


def _fitting(said: Mapping[str, Said], name: str) -> Said | None:
    """What the overlay says of this type, or of the family with the longest name."""
    if name in said:
        return said[name]
    families = [pattern for pattern in said if _fits(pattern, name)]
    return said[max(families, key=len)] if families else None


def _fits(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _require_used(
    names: Collection[str], said: Mapping[str, tuple[str, ...]], resources: Collection[str]
) -> None:
    """A line that fits no type, names what the SDK does not have, or repeats what it says is a mistake or out of date."""
    for table in (
        overlay.OBJECTS,
        overlay.TARGETS,
        overlay.LISTS,
        overlay.NO_REMOVALS,
        overlay.IGNORED,
    ):
        for pattern in table:
            if not any(_fits(pattern, name) for name in names):
                raise ValueError(f"no event type is {pattern}")
    for pattern, objects in overlay.OBJECTS.items():
        if unknown := set(objects) - set(resources):
            raise ValueError(f"{pattern} carries {sorted(unknown)}, which the SDK does not have")
        if all(_says(name, said, resources) == objects for name in names if _fits(pattern, name)):
            raise ValueError(f"the SDK says itself what {pattern} carries")


def _says(
    name: str, said: Mapping[str, tuple[str, ...]], resources: Collection[str]
) -> tuple[str, ...] | None:
    try:
        return _objects(name, said, resources)
    except ValueError:
        return None
