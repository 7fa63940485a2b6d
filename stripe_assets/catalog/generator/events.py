"""The event types. The SDK has their names and most of their objects; the overlay has the rest."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from stripe_assets.catalog.generator.source import SdkSource, annotated, class_constant, subscript
from stripe_assets.catalog.model import EventType
from stripe_assets.catalog.overlay import events as overlay

THIN = "v1."
"""The start of a thin event's type. The snapshot event with the rest of the type as its name has
the same object."""
FETCH = "fetch_related_object"

Value = TypeVar("Value")


def event_types(source: SdkSource) -> tuple[EventType, ...]:
    """All types of snapshot events, sorted by name.

    Raises ValueError for an entry of the overlay that has no effect.
    """
    names, annotated_as = _names(source), annotated_objects(source)
    _require_used(names, annotated_as, source.resources)
    return tuple(
        EventType(
            name,
            objects=_overlay_value(overlay.OBJECTS, name)
            or _objects(name, annotated_as, source.resources),
            targets=_overlay_value(overlay.TARGETS, name) or (),
            lists=_overlay_value(overlay.LISTS, name) or (),
            deletes=name.endswith(".deleted") and name not in overlay.NO_REMOVALS,
            ignored_reason=overlay.IGNORED.get(name),
        )
        for name in sorted(names)
    )


def annotated_objects(source: SdkSource) -> dict[str, tuple[str, ...]]:
    """Type → the object that the thin event of this type is related to, by its class in the SDK.

    Half of the types have no thin event.
    """
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
    """The names of all types.

    Raises RuntimeError where the SDK's event class does not enumerate them.
    """
    for name, annotation, _ in annotated(source.resources["event"].node):
        head, parts = subscript(annotation)
        if name == "type" and head == "Literal":
            return tuple(str(part.value) for part in parts if isinstance(part, ast.Constant))
    raise RuntimeError("the SDK's event class does not enumerate its types")


def _objects(
    name: str, annotated_as: Mapping[str, tuple[str, ...]], resources: Collection[str]
) -> tuple[str, ...]:
    """The annotated object; else the object whose name is the longest start of the type.

    Raises ValueError where there is neither.
    """
    if name in annotated_as:
        return annotated_as[name]
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        if (beginning := ".".join(parts[:length])) in resources:
            return (beginning,)
    raise ValueError(f"OBJECTS: add {name}: the SDK does not say what its data.object is")


def _overlay_value(table: Mapping[str, Value], name: str) -> Value | None:
    """The overlay's value for this type, else for the longest pattern that fits it."""
    if name in table:
        return table[name]
    patterns = [pattern for pattern in table if _fits(pattern, name)]
    return table[max(patterns, key=len)] if patterns else None


def _fits(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _require_used(
    names: Collection[str], annotated_as: Mapping[str, tuple[str, ...]], resources: Collection[str]
) -> None:
    """Raises ValueError for an entry of the overlay that fits no type, names an object that the SDK
    does not have, or repeats what the SDK says."""
    for table in (
        overlay.OBJECTS,
        overlay.TARGETS,
        overlay.LISTS,
        overlay.NO_REMOVALS,
        overlay.IGNORED,
    ):
        for pattern in table:
            if not any(_fits(pattern, name) for name in names):
                raise ValueError(f"the overlay has {pattern}, but the SDK has no such event type")
    for pattern, objects in overlay.OBJECTS.items():
        if unknown := set(objects) - set(resources):
            raise ValueError(
                f"OBJECTS: {pattern} has {sorted(unknown)}, which the SDK does not have"
            )
        if all(
            _sdk_objects(name, annotated_as, resources) == objects
            for name in names
            if _fits(pattern, name)
        ):
            raise ValueError(f"OBJECTS: remove {pattern}: the SDK says the same")


def _sdk_objects(
    name: str, annotated_as: Mapping[str, tuple[str, ...]], resources: Collection[str]
) -> tuple[str, ...] | None:
    try:
        return _objects(name, annotated_as, resources)
    except ValueError:
        return None
