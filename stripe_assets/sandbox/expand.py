"""`expand[]`: checked against the shapes, turned into a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_assets.sandbox.errors import ApiError
from stripe_assets.sandbox.relations import INCLUDABLE
from stripe_assets.sandbox.schema import is_node, schemas

Tree = dict[str, Any]
"""Field → what to expand in the object or objects there."""

DEEPEST = 4


def parse(resources: Sequence[str], paths: Sequence[str], in_list: bool) -> Tree:
    """The tree below one item. Raises ApiError (400) for a path that no resource of the route can expand."""
    tree: Tree = {}
    for path in paths:
        parts = path.split(".")
        if len(parts) > DEEPEST:
            raise _refused(f"You cannot expand more than {DEEPEST} levels of a property. Property: {path}")
        if in_list:
            if parts[0] != "data" or len(parts) < 2:
                raise _refused(f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' instead.")
            parts = parts[1:]
        if not any(_expandable(resource, parts) for resource in resources):
            raise _refused(f"This property cannot be expanded ({path}).")
        below = tree
        for part in parts:
            below = below.setdefault(part, {})
    return tree


def key(tree: Tree, prefix: str = "") -> tuple[str, ...]:
    """A tree as something to cache by."""
    found: list[str] = []
    for name, below in sorted(tree.items()):
        found.append(prefix + name)
        found.extend(key(below, f"{prefix}{name}."))
    return tuple(found)


def _expandable(resource: str, parts: Sequence[str]) -> bool:
    if ".".join(parts) in INCLUDABLE.get(resource, ()):
        return True
    schema = schemas()[resource]
    guide: Mapping[str, Any] = schema.guide
    for i, part in enumerate(parts):
        below = guide.get(part)
        if below is None:
            return False
        if is_node(below):
            rest = list(parts[i + 1 :])
            if rest and below["t"] == "sublist":
                if rest[0] != "data":
                    return False
                rest = rest[1:]
            return not rest or any(_expandable(target, rest) for target in below["to"])
        guide = below
    return False


def _refused(message: str) -> ApiError:
    return ApiError(400, message, param="expand")
