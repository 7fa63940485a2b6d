"""Writes and checks the catalog's data files. `python -m stripe_assets.catalog` is its command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from stripe_assets.catalog import codec
from stripe_assets.catalog.generator.build import build
from stripe_assets.catalog.generator.sdk import Sdk

FOLDER = Path(__file__).parent
CATALOG, SHAPES = "catalog.json", "shapes.json"
POST_KINDS = {"create": "create", "update": "update", "modify": "update"}


def generate() -> dict[str, bytes]:
    """File name → its content, as the installed SDK and the overlay give it. Takes some seconds."""
    sdk = Sdk.read()
    return {
        CATALOG: codec.dump_catalog(sdk.sdk_version, sdk.api_version, build(sdk)),
        SHAPES: codec.dump_shapes(_shapes(sdk)),
    }


def _shapes(sdk: Sdk) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {name: {"fields": node, "gets": {}, "posts": {}, "deletes": {}} for name, node in sdk.shapes.items()}
    for route in sdk.routes:
        entry: dict[str, Any] = {"kind": route.kind if route.method == "get" else POST_KINDS.get(route.name, "action")}
        if route.method == "delete":
            entry["kind"] = "delete"
        entry["params"] = route.params
        if route.required:
            entry["required"] = route.required
        for name in route.returns:
            found[name][f"{route.method}s"][route.path] = entry
    return found


def breaking_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What a database with the old catalog's columns could not follow: a table or column gone, renamed or of another type."""
    after = {item["name"]: item for item in new["resources"]}
    found = []
    for item in old["resources"]:
        name = item["name"]
        if name not in after or after[name]["table"] != item["table"]:
            found.append(f"{name}: its table {item['table']} is gone")
            continue
        columns = {field["column"]: field for field in after[name]["fields"] if "column" in field}
        for field in item["fields"]:
            column = field.get("column")
            if column is None:
                continue
            if column not in columns:
                found.append(f"{name}.{column} is gone")
            elif columns[column]["kind"] != field["kind"]:
                found.append(f"{name}.{column} was {field['kind']} and would be {columns[column]['kind']}")
    return found


def check(folder: Path = FOLDER) -> list[str]:
    """The files in `folder` that are not what the installed SDK gives."""
    wanted = generate()
    return [name for name, content in wanted.items() if not (folder / name).is_file() or (folder / name).read_bytes() != content]


def write(folder: Path = FOLDER, allow_breaking: bool = False) -> list[str]:
    """Writes the files. Returns the breaking changes; with any, nothing is written unless they are allowed."""
    wanted = generate()
    present = folder / CATALOG
    broken = breaking_changes(orjson.loads(present.read_bytes()), orjson.loads(wanted[CATALOG])) if present.is_file() else []
    if broken and not allow_breaking:
        return broken
    for name, content in wanted.items():
        (folder / name).write_bytes(content)
    return []
