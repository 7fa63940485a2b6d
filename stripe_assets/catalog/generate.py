"""Writes and checks the catalog's data files.

Its command line is `python -m stripe_assets.catalog`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from stripe_assets.catalog import codec
from stripe_assets.catalog.generator import presence
from stripe_assets.catalog.generator.build import build
from stripe_assets.catalog.generator.routes import SdkRoute
from stripe_assets.catalog.generator.sdk import Sdk
from stripe_assets.catalog.overlay.routes import DOCUMENTED, ON_REQUEST

FOLDER = Path(__file__).parent
CATALOG, SHAPES = "catalog.json", "shapes.json"
POST_KINDS = {"create": "create", "update": "update", "modify": "update"}


def generate() -> dict[str, bytes]:
    """File name → its content, made from the installed SDK and the overlay. Takes some seconds."""
    sdk = Sdk.read()
    return {
        CATALOG: codec.dump_catalog(sdk.sdk_version, sdk.api_version, build(sdk), sdk.events),
        SHAPES: codec.dump_shapes(_shapes(sdk)),
    }


def _shapes(sdk: Sdk) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        name: {"fields": node, "gets": {}, "posts": {}, "deletes": {}}
        for name, node in sdk.shapes.items()
    }
    by_path = {
        path: name for name in sdk.shapes for path in (route.path for route in sdk.retrieves(name))
    }
    for route in sdk.routes:
        # v2 answers a DELETE with a stub of another type. The deleted object is the one that the
        # same path retrieves.
        for name in route.returns or filter(None, [by_path.get(route.path)]):
            found[name][f"{route.method}s"][route.path] = _route(route)
    for name, fields in sdk.shapes.items():
        for field, node in fields.items():
            if (unset := presence.unset(name, field, node)) in ("absent", "either"):
                node["unset"] = unset
    for name, paths in ON_REQUEST.items():
        for path in paths:
            _mark_on_request(found[name]["fields"], path.split("."))
    return found


def _route(route: SdkRoute) -> dict[str, Any]:
    kinds = {"get": route.kind, "post": POST_KINDS.get(route.name, "action"), "delete": "delete"}
    entry: dict[str, Any] = {"kind": kinds[route.method], "params": route.params}
    if route.required:
        entry["required"] = route.required
    return entry


def _mark_on_request(fields: dict[str, Any], path: list[str]) -> None:
    """Raises KeyError for a path that the SDK does not have."""
    node = fields[path[0]]
    if path[1:]:
        _mark_on_request(node["fields"], path[1:])
    else:
        node["on_request"] = True


def documented() -> list[str]:
    """The expansions that rest on Stripe's documentation alone. All others are held against its
    OpenAPI document."""
    return [f"{name}.{path}" for name, paths in sorted(DOCUMENTED.items()) for path in paths]


def breaking_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The changes that would break an existing database: a table or column that is removed, renamed
    or of another kind.

    Parameters: old, new: two parsed `catalog.json`. One line for each change.
    """
    after = {item["name"]: item for item in new["resources"]}
    found = []
    for item in old["resources"]:
        name = item["name"]
        if name not in after or after[name]["table"] != item["table"]:
            found.append(f"{name}: the table {item['table']} is gone")
            continue
        columns = {field["column"]: field for field in after[name]["fields"] if "column" in field}
        for field in item["fields"]:
            column = field.get("column")
            if column is None:
                continue
            if column not in columns:
                found.append(f"{name}.{column} is gone")
            elif columns[column]["kind"] != field["kind"]:
                found.append(
                    f"{name}.{column} was {field['kind']} and would be {columns[column]['kind']}"
                )
    return found


def check(folder: Path = FOLDER) -> list[str]:
    """The names of the files in `folder` that differ from the installed SDK and the overlay."""
    wanted = generate()
    return [
        name
        for name, content in wanted.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != content
    ]


def write(folder: Path = FOLDER, allow_breaking: bool = False) -> list[str]:
    """Writes the files, and returns an empty list.

    If the new catalog would break existing databases, and this is not allowed, writes nothing and
    returns the breaking changes.
    """
    wanted = generate()
    present = folder / CATALOG
    broken = (
        breaking_changes(orjson.loads(present.read_bytes()), orjson.loads(wanted[CATALOG]))
        if present.is_file()
        else []
    )
    if broken and not allow_breaking:
        return broken
    for name, content in wanted.items():
        (folder / name).write_bytes(content)
    return []
