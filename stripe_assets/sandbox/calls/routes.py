"""The catalog's routes, found by method and URL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stripe_assets.sandbox.objects.schema import schemas


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    kind: str
    """`list`, `retrieve`, `other`; `create`, `update`, `delete`, `action`."""
    resources: tuple[str, ...]
    """What it answers with: more than one for a union."""
    params: Mapping[str, str]
    required: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def version(self) -> str:
        return self.path[1:3]

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        found: dict[str, str] = {}
        for mine, given in zip(self.parts, parts, strict=True):
            if mine.startswith("{"):
                found[mine[1:-1]] = given
            elif mine != given:
                return None
        return found


_LIST = {"limit": "integer", "starting_after": "string", "ending_before": "string", "expand": "array:string"}

ADDED: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("GET", "/v1/account", "retrieve", "account", {"expand": "array:string"}),
    ("GET", "/v1/charges/{charge}/refunds", "list", "refund", _LIST),
    ("GET", "/v1/customers/{customer}/subscriptions", "list", "subscription", _LIST),
)
"""Routes that Stripe has and the SDK does not name: one's own account, and URLs that sublists continue at."""


_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def normal(path: str) -> str:
    """A template whose placeholders have no names: the SDK calls one parent `{fee}` here and `{id}` there."""
    return _PLACEHOLDER.sub("{}", path)


@cache
def table() -> dict[tuple[str, int], list[Route]]:
    """Routes by method and number of URL parts, those with fewer placeholders first."""
    gathered: dict[tuple[str, str], dict[str, Any]] = {}
    for name, schema in schemas().items():
        for method, routes in (("GET", schema.gets), ("POST", schema.posts), ("DELETE", schema.deletes)):
            for path, spec in routes.items():
                entry = gathered.setdefault((method, path), {"kind": spec["kind"], "resources": [], "params": {}, "required": []})
                entry["resources"].append(name)
                entry["params"].update(spec.get("params", {}))
                entry["required"].extend(spec.get("required", ()))
    for method, path, kind, name, params in ADDED:
        gathered.setdefault((method, path), {"kind": kind, "resources": [name], "params": params, "required": []})
    found: dict[tuple[str, int], list[Route]] = {}
    for (method, path), entry in gathered.items():
        if path.startswith("/v2/") and entry["kind"] == "list":
            entry["params"].setdefault("page", "string")
        parts = tuple(path.strip("/").split("/"))
        required = tuple(dict.fromkeys(entry["required"]))
        route = Route(method, path, entry["kind"], tuple(dict.fromkeys(entry["resources"])), entry["params"], required, parts)
        found.setdefault((method, len(parts)), []).append(route)
    for routes in found.values():
        routes.sort(key=lambda route: sum(part.startswith("{") for part in route.parts))
    return found


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    parts = tuple(path.strip("/").split("/"))
    for route in table().get((method, len(parts)), ()):
        if (placeholders := route.match(parts)) is not None:
            return route, placeholders
    return None


@cache
def _retrieves() -> dict[str, tuple[str, ...]]:
    """Normal path of each retrieve route that ends in a placeholder → its resources."""
    return {
        normal(route.path): route.resources
        for (method, _), routes in table().items()
        if method == "GET"
        for route in routes
        if route.kind == "retrieve" and route.path.endswith("}")
    }


def parent_of(route: Route) -> tuple[str, ...]:
    """The resources that the last placeholder of a nested list is an id of."""
    path = normal(route.path)
    return _retrieves().get(path[: path.rindex("{}") + 2], ())
