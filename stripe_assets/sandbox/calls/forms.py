"""The text of a form, turned into values of a resource's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.calls.errors import invalid
from stripe_assets.sandbox.objects.schema import Node, schemas


def fields_of(resource: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that are fields of the resource, each in its field's type.

    Raises ApiError (400) for a value of another type.
    """
    fields = schemas()[resource].fields
    return {
        name: typed(fields[name], value, name) for name, value in given.items() if name in fields
    }


def typed(node: Node, value: Any, name: str) -> Any:
    """The value in the type of its field. Empty text unsets a field, as in Stripe's forms.

    `name` is the parameter that an error names. Raises ApiError (400).
    """
    kind = node["t"]
    if value == "" and (node.get("null") or kind in EMPTY):
        return None if node.get("null") else EMPTY[kind]()
    if isinstance(value, Mapping):
        if kind == "object":
            return {
                key: typed(node["fields"][key], item, f"{name}[{key}]")
                for key, item in value.items()
                if key in node["fields"]
            }
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


EMPTY = {"array": list, "map": dict}
"""The empty value of a kind of field that cannot be null."""
