"""A form's text as the values of a resource's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.calls.errors import invalid
from stripe_assets.sandbox.objects.schema import Node, schemas


def fields_of(resource: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What of the parameters is a field of the resource, in its type. Raises ApiError (400)."""
    fields = schemas()[resource].fields
    return {name: typed(fields[name], value, name) for name, value in given.items() if name in fields}


def typed(node: Node, value: Any, name: str) -> Any:
    kind = node["t"]
    if value == "" and (node.get("null") or kind in ("array", "map")):
        return None if node.get("null") else LEAST[kind]()
    if isinstance(value, Mapping):
        if kind == "object":
            return {key: typed(node["fields"][key], item, f"{name}[{key}]") for key, item in value.items() if key in node["fields"]}
        if kind == "map" and "of" in node:
            return {key: typed(node["of"], item, f"{name}[{key}]") for key, item in value.items()}
        return dict(value)
    if isinstance(value, list):
        return [typed(node["of"], item, name) for item in value] if kind == "array" else value
    if not isinstance(value, str):
        return value
    try:
        if kind in ("integer", "timestamp"):
            return int(value)
        if kind == "float":
            return float(value)
    except ValueError:
        raise invalid(f"Invalid integer: {value}", name, "parameter_invalid_integer") from None
    if kind == "boolean":
        return value == "true"
    return value


LEAST = {"array": list, "map": dict}
