"""What an answer expands, as a tree of fields.

The path `customer.default_source` is `{"customer": {"default_source": {}}}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_assets.sandbox.objects.relations import INCLUDABLE
from stripe_assets.sandbox.objects.schema import is_node, schemas

Tree = dict[str, Any]
"""Field → what to expand in the object or objects there."""


def key_of(tree: Tree, prefix: str = "") -> tuple[str, ...]:
    """A hashable form of the tree: a cache's key."""
    found: list[str] = []
    for name, below in sorted(tree.items()):
        found.append(prefix + name)
        found.extend(key_of(below, f"{prefix}{name}."))
    return tuple(found)


def is_expandable(resource: str, parts: Sequence[str]) -> bool:
    """Whether this path of field names leads to something that the resource can expand."""
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
            return not rest or any(is_expandable(target, rest) for target in below["to"])
        guide = below
    return False
