"""Whole objects from a few fields: every other field gets null, or the least that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from stripe_assets.sandbox.objects.schema import Node, schemas

VARIANTS = 3
"""From this number of type-specific fields on, an object has only those of its own `type`."""

LEAST: dict[str, Callable[[], Any]] = {
    "boolean": lambda: False,
    "integer": lambda: 0,
    "float": lambda: 0.0,
    "decimal": lambda: "0",
    "int64_string": lambda: "0",
    "array": list,
    "map": dict,
    "ref": lambda: None,
    "embed": lambda: None,
    "id": lambda: None,
    "any": lambda: None,
}
"""Kind of a field → its least value. Text is empty."""


def complete(resource: str, given: Mapping[str, Any], created: int) -> dict[str, Any]:
    """The whole object. Fields of `given` keep their values, also those that no schema has."""
    return _complete(schemas()[resource].fields, given, created)


def _complete(fields: Mapping[str, Node], given: Mapping[str, Any], created: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    hidden = hidden_variants(fields, given.get("type"))
    for name, node in fields.items():
        if name in given:
            out[name] = deepen(node, given[name], created)
        elif name not in hidden and node["t"] != "sublist":
            out[name] = None if node.get("null") else _least(node, created)
    for name, value in given.items():
        out.setdefault(name, value)
    return out


def deepen(node: Node, value: Any, created: int) -> Any:
    """A given value, where the objects within it are completed too."""
    if node["t"] == "object" and isinstance(value, dict):
        return _complete(node["fields"], value, created)
    if node["t"] == "array" and isinstance(value, list):
        return [deepen(node["of"], item, created) for item in value]
    if node["t"] == "map" and isinstance(value, dict) and "of" in node:
        return {name: deepen(node["of"], item, created) for name, item in value.items()}
    return value


def _least(node: Node, created: int) -> Any:
    kind = node["t"]
    if kind == "object":
        return _complete(node["fields"], {}, created)
    if kind in ("enum", "literal"):
        return node["enum"][0]
    if kind == "timestamp":
        return created
    if kind == "rfc3339":
        return rfc3339(created)
    return LEAST.get(kind, lambda: "")()


def hidden_variants(fields: Mapping[str, Node], chosen: Any) -> set[str]:
    """The fields that only an object of another `type` has. `chosen` is this object's type."""
    kind = fields.get("type")
    if kind is None or kind["t"] not in ("enum", "string"):
        return set()
    named = kind.get("enum")
    found = {
        name
        for name, node in fields.items()
        if node.get("null")
        and node["t"] in ("object", "map", "any")
        and name != "metadata"
        and (named is None or name in named)
    }
    return found - {chosen} if len(found) >= VARIANTS else set()


def rfc3339(at: int) -> str:
    """A time in Unix seconds as v2 writes it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
