"""The catalog's records as JSON and back. A value that equals its default is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

import orjson

from stripe_assets.catalog.model import EventTarget, EventType, Field, Resource, Retrieve, Route

Json = dict[str, Any]


def plain(record: Field | Route | Retrieve | Resource | EventType | EventTarget) -> Json:
    """The record as a dictionary, without the values that equal their default."""
    found: Json = {}
    for spec in fields(record):
        value = getattr(record, spec.name)
        default = (
            spec.default
            if spec.default is not MISSING
            else spec.default_factory()
            if spec.default_factory is not MISSING
            else MISSING
        )
        if value != default:
            found[spec.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    match value:
        case Field() | Route() | Retrieve() | EventTarget():
            return plain(value)
        case tuple():
            return [_plain(item) for item in value]
        case Mapping():
            return dict(value)
    return value


def _field(data: Json) -> Field:
    data["path"] = tuple(data["path"])
    if "targets" in data:
        data["targets"] = tuple(data["targets"])
    return Field(**data)


def _route(data: Json) -> Route:
    if "variants" in data:
        data["variants"] = tuple(data["variants"])
    if "parent_where" in data:
        data["parent_where"] = tuple(data["parent_where"])
    if "include" in data:
        data["include"] = tuple(data["include"])
    return Route(**data)


def _retrieve(data: Json) -> Retrieve:
    if "gone_codes" in data:
        data["gone_codes"] = tuple(data["gone_codes"])
    if "include" in data:
        data["include"] = tuple(data["include"])
    return Retrieve(**data)


def resource(data: Json) -> Resource:
    """The record of one resource. Changes `data`, the parsed JSON."""
    data["fields"] = tuple(map(_field, data["fields"]))
    data["routes"] = tuple(map(_route, data.get("routes", ())))
    if "retrieve" in data:
        data["retrieve"] = _retrieve(data["retrieve"])
    if "other_retrieves" in data:
        data["other_retrieves"] = tuple(map(_retrieve, data["other_retrieves"]))
    for name in ("secrets", "purged"):
        if name in data:
            data[name] = tuple(map(tuple, data[name]))
    for name in (
        "expand",
        "on_request",
        "depends_on",
        "aliases",
        "id_prefixes",
        "not_final_when",
        "changes_with_parent_fields",
    ):
        if name in data:
            data[name] = tuple(data[name])
    return Resource(**data)


def event_type(data: Json) -> EventType:
    """The record of one event type. Changes `data`, the parsed JSON."""
    data["objects"] = tuple(data["objects"])
    if "targets" in data:
        data["targets"] = tuple(
            EventTarget(entry["resource"], tuple(entry["path"])) for entry in data["targets"]
        )
    if "lists" in data:
        data["lists"] = tuple(data["lists"])
    return EventType(**data)


def dump_catalog(
    sdk_version: str, api_version: str, resources: Iterable[Resource], events: Iterable[EventType]
) -> bytes:
    """The content of `catalog.json`: one line for each field, route, other property and event type,
    for readable diffs."""
    lines = []
    for item in resources:
        data = plain(item)
        parts = []
        for key, value in data.items():
            if key in {"fields", "routes"}:
                inner = ",\n".join("   " + _text(entry) for entry in value)
                parts.append(f'  "{key}": [\n{inner}\n  ]')
            else:
                parts.append(f'  "{key}": {_text(value)}')
        lines.append(" {\n" + ",\n".join(parts) + "\n }")
    head = f'{{"sdk_version": "{sdk_version}", "api_version": "{api_version}", "resources": [\n'
    types = ",\n".join(" " + _text(plain(item)) for item in events)
    return (head + ",\n".join(lines) + '\n],\n"events": [\n' + types + "\n]}\n").encode()


def dump_shapes(shapes: Mapping[str, Json]) -> bytes:
    """The content of `shapes.json`: one line for each top-level field and each route."""
    lines = []
    for name, shape in shapes.items():
        parts = []
        for key, entries in shape.items():
            inner = ",\n".join(
                f"   {_text(entry)}: {_text(value)}" for entry, value in entries.items()
            )
            parts.append(f'  "{key}": {{\n{inner}\n  }}' if inner else f'  "{key}": {{}}')
        lines.append(f" {_text(name)}: {{\n" + ",\n".join(parts) + "\n }")
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _text(value: object) -> str:
    return orjson.dumps(value).decode()
