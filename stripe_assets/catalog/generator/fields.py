"""A resource's fields, from its shape: columns and sublists."""

from __future__ import annotations

import re

from stripe_assets.catalog.generator import presence
from stripe_assets.catalog.generator.sdk import PLACEHOLDER, Sdk
from stripe_assets.catalog.generator.shapes import Node
from stripe_assets.catalog.model import SECRET_NAMES, Field, Kind, Unset, Wire
from stripe_assets.catalog.overlay import references as overlay
from stripe_assets.catalog.overlay import routes as overlay_routes
from stripe_assets.catalog.overlay import secrets

SCALARS: dict[str, tuple[Kind, Wire]] = {
    "string": ("string", "plain"),
    "literal": ("string", "plain"),
    "enum": ("string", "plain"),
    "integer": ("integer", "plain"),
    "float": ("float", "plain"),
    "boolean": ("boolean", "plain"),
    "timestamp": ("timestamp", "plain"),
    "decimal": ("decimal", "plain"),
    "rfc3339": ("timestamp", "rfc3339"),
    "int64_string": ("integer", "int64_string"),
}


def fields(sdk: Sdk, resource: str) -> tuple[Field, ...]:
    shape = sdk.shapes[resource]
    hidden = {path[0] for path in secret_paths(sdk, resource) if len(path) == 1}
    found = [
        _field(sdk, resource, name, node)
        for name, node in shape.items()
        if name not in hidden and not _is_deleted_flag(name, node) and node["t"] != "sublist"
    ]
    found += _sublists(sdk, resource, {"fields": shape}, ())
    found += [
        Field(
            column.removesuffix("_id"),
            "reference",
            path,
            column,
            targets=(target,),
            owner=_owner(resource, column, (target,)),
            derived=True,
        )
        for column, (path, target) in overlay.DERIVED.get(resource, {}).items()
    ]
    return tuple(found)


def secret_paths(sdk: Sdk, resource: str) -> tuple[tuple[str, ...], ...]:
    """The paths of all secrets, also in nested objects.

    In Stripe's API, objects in lists and maps have no secrets.
    """
    found = set(secrets.PATHS.get(resource, ()))

    def walk(nodes: dict[str, Node], path: tuple[str, ...]) -> None:
        for name, node in nodes.items():
            if name in SECRET_NAMES:
                found.add((*path, name))
            elif node["t"] == "object":
                walk(node["fields"], (*path, name))

    walk(sdk.shapes[resource], ())
    return tuple(sorted(found))


def _is_deleted_flag(name: str, node: Node) -> bool:
    """`deleted: true` marks the stub of a deleted object. It is no field of the object."""
    return name == "deleted" and node.get("enum") == [True]


def _field(sdk: Sdk, resource: str, name: str, node: Node) -> Field:
    unset = presence.unset(resource, name, node)
    kind = node["t"]
    target = _string_reference(resource, name, node)
    if target:
        return _reference(resource, name, unset, (target,))
    if kind in SCALARS:
        scalar, wire = SCALARS[kind]
        return Field(name, scalar, (name,), name, unset, wire)
    if kind in {"ref", "embed"} and _have_ids(sdk, node):
        return _reference(resource, name, unset, tuple(node["to"]), embedded=kind == "embed")
    if kind == "array" and node["of"]["t"] in {"ref", "embed"} and _have_ids(sdk, node["of"]):
        targets = tuple(node["of"]["to"])
        embedded = node["of"]["t"] == "embed"
        return Field(
            name,
            "references",
            (name,),
            name,
            unset,
            targets=targets,
            owner=_owner(resource, name, targets),
            embedded=embedded,
        )
    return Field(name, "json", (name,), name, unset)


def _reference(
    resource: str, name: str, unset: Unset, targets: tuple[str, ...], embedded: bool = False
) -> Field:
    owner = _owner(resource, name, targets)
    return Field(
        name,
        "reference",
        (name,),
        f"{name}_id",
        unset,
        targets=targets,
        owner=owner,
        embedded=embedded,
    )


def _have_ids(sdk: Sdk, node: Node) -> bool:
    return bool(node["to"]) and all(sdk.has_id(target) for target in node["to"])


def _string_reference(resource: str, name: str, node: Node) -> str | None:
    if node["t"] != "string":
        return None
    return overlay.STRING_REFERENCES_OF.get((resource, name)) or overlay.STRING_REFERENCES.get(name)


def _owner(resource: str, name: str, targets: tuple[str, ...]) -> str:
    return overlay.OWNERS.get((resource, name)) or ("self" if targets == ("account",) else "own")


def _unset_sublist(resource: str, path: tuple[str, ...], node: Node) -> Unset:
    if len(path) == 1:
        return presence.unset(resource, path[0], node)
    return "null" if node.get("null") else "never"


def _sublists(sdk: Sdk, resource: str, node: Node, path: tuple[str, ...]) -> list[Field]:
    found = []
    for name, child in node["fields"].items():
        here = (*path, name)
        if child["t"] == "sublist" and all(sdk.has_id(target) for target in child["to"]):
            found.append(
                Field(
                    ".".join(here),
                    "sublist",
                    here,
                    unset=_unset_sublist(resource, here, child),
                    targets=tuple(child["to"]),
                    url=_sublist_url(sdk, resource, here, tuple(child["to"])),
                    read_to_end=(resource, ".".join(here))
                    not in overlay_routes.SUBLISTS_NOT_READ_TO_END,
                )
            )
        elif child["t"] == "object":
            found += _sublists(sdk, resource, child, here)
    return found


def _sublist_url(
    sdk: Sdk, resource: str, path: tuple[str, ...], targets: tuple[str, ...]
) -> str | None:
    """The list nested under the parent whose path ends with the field's name, or with all names of
    the field's path joined by `_`. None where there is no such list."""
    named = overlay_routes.SUBLIST_URLS.get((resource, ".".join(path)))
    if named:
        return named
    parents = {PLACEHOLDER.sub("{id}", route.path) for route in sdk.retrieves(resource)}
    for route in sdk.lists.values():
        parent, _, last = route.path.rpartition("/")
        if (
            last in {path[-1], "_".join(path)}
            and PLACEHOLDER.sub("{id}", parent) in parents
            and set(route.returns) == set(targets)
        ):
            return re.sub(r"\{\w+\}", "{id}", route.path)
    return None
