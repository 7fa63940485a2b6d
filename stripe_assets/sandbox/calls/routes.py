"""The catalog's routes, found by method and URL."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from stripe_assets.sandbox.objects.schema import schemas


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    """The template of its URLs: `/v1/customers/{customer}`."""
    kind: str
    """Of a GET: `list`, `retrieve` or `other`. Else: `create`, `update`, `delete` or `action`."""
    resources: tuple[str, ...]
    """The resources that it returns: more than one for a union."""
    params: Mapping[str, str]
    """Parameter → type, as `parameters.check` reads it."""
    required: tuple[str, ...]
    parts: tuple[str, ...]
    """The path, split at its slashes."""

    @property
    def version(self) -> str:
        """`v1` or `v2`."""
        return self.path[1:3]

    def match(self, parts: tuple[str, ...]) -> dict[str, str] | None:
        """The values of the placeholders in a URL of as many parts. None: another route's URL."""
        found: dict[str, str] = {}
        for mine, given in zip(self.parts, parts, strict=True):
            if mine.startswith("{"):
                found[mine[1:-1]] = given
            elif mine != given:
                return None
        return found


_LIST = {
    "limit": "integer",
    "starting_after": "string",
    "ending_before": "string",
    "expand": "array:string",
}

ADDED: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("GET", "/v1/account", "retrieve", "account", {"expand": "array:string"}),
    ("GET", "/v1/charges/{charge}/refunds", "list", "refund", _LIST),
    ("GET", "/v1/customers/{customer}/subscriptions", "list", "subscription", _LIST),
)
"""Routes that Stripe has and the SDK does not name: the key's own account, and the URLs that
continue a sublist."""

_PLACEHOLDER = re.compile(r"\{[^}]*\}")


def normal(path: str) -> str:
    """A template whose placeholders have no names.

    The SDK names the same parent `{fee}` in one route and `{id}` in another.
    """
    return _PLACEHOLDER.sub("{}", path)


@cache
def table() -> dict[tuple[str, int], list[Route]]:
    """Routes by method and number of URL parts. Routes with fewer placeholders come first."""
    found: dict[tuple[str, int], list[Route]] = {}
    for route in _routes():
        found.setdefault((route.method, len(route.parts)), []).append(route)
    for routes in found.values():
        routes.sort(key=lambda route: sum(part.startswith("{") for part in route.parts))
    return found


def _routes() -> Iterator[Route]:
    for (method, path), entry in _gathered().items():
        if path.startswith("/v2/") and entry["kind"] == "list":
            entry["params"].setdefault("page", "string")
        yield Route(
            method,
            path,
            entry["kind"],
            tuple(dict.fromkeys(entry["resources"])),
            entry["params"],
            tuple(dict.fromkeys(entry["required"])),
            tuple(path.strip("/").split("/")),
        )


def _gathered() -> dict[tuple[str, str], dict[str, Any]]:
    """(method, path) → the route's parts. A union's route stands at each of its resources."""
    gathered: dict[tuple[str, str], dict[str, Any]] = {}
    for name, schema in schemas().items():
        by_method = (("GET", schema.gets), ("POST", schema.posts), ("DELETE", schema.deletes))
        for method, routes in by_method:
            for path, spec in routes.items():
                entry = gathered.setdefault((method, path), _entry(spec["kind"]))
                entry["resources"].append(name)
                entry["params"].update(spec.get("params", {}))
                entry["required"].extend(spec.get("required", ()))
    for method, path, kind, name, params in ADDED:
        gathered.setdefault((method, path), {**_entry(kind), "resources": [name], "params": params})
    return gathered


def _entry(kind: str) -> dict[str, Any]:
    return {"kind": kind, "resources": [], "params": {}, "required": []}


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a URL with the values of its placeholders. None for an unknown URL."""
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
    """The resources whose id stands in the last placeholder of a nested list's URL."""
    path = normal(route.path)
    return _retrieves().get(path[: path.rindex("{}") + 2], ())
