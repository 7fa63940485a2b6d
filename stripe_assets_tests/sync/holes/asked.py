"""A request, and the kind of place that it is in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from stripe_assets.catalog import catalog
from stripe_assets.catalog.roles import OWN_ACCOUNT
from stripe_assets.sandbox.calls import parameters
from stripe_assets.sandbox.calls.routes import Route, find

Place = Literal[
    "own account",
    "accounts",
    "events",
    "first page",
    "later page",
    "part",
    "nested list",
    "retrieve",
    "singleton",
]

LISTS: tuple[Place, ...] = (
    "first page",
    "later page",
    "part",
    "nested list",
    "events",
    "accounts",
)
PLACES: tuple[Place, ...] = (*LISTS, "retrieve", "singleton", "own account")

Key = tuple[object, ...]

OPTIONAL = {"limit", "expand", "include"}
"""Parameters that say how much of an object or of a list is sent, and not what."""
CURSORS = {"starting_after", "page"}


@dataclass(frozen=True, slots=True)
class Asked:
    path: str
    query: str
    account: str
    """The `Stripe-Account` header. Empty: the key's own account."""

    @property
    def params(self) -> dict[str, Any]:
        return parameters.decode(self.query)

    @property
    def route(self) -> Route | None:
        found = find("GET", self.path)
        return found[0] if found else None

    @property
    def is_list(self) -> bool:
        return self.route is not None and self.route.kind == "list"

    @property
    def is_later(self) -> bool:
        """Whether it is a page after the first one."""
        return bool(CURSORS & self.params.keys())

    @property
    def place(self) -> Place:
        if self.path == OWN_ACCOUNT:
            return "own account"
        if not self.is_list:
            return "retrieve" if self.route and "{" in self.route.path else "singleton"
        if self.path == "/v1/accounts":
            return "accounts"
        if self.path == "/v1/events":
            return "events"
        assert self.route
        if "{" in self.route.path or _parent_params() & self.params.keys():
            return "nested list"
        if self.is_later:
            return "later page"
        return "part" if "created" in self.params else "first page"

    @property
    def named(self) -> str | None:
        """The id in the path, else that of the parent in the query."""
        found = find("GET", self.path)
        if found and found[1]:
            return list(found[1].values())[-1]
        params = self.params
        return next((params[name] for name in _parent_params() if name in params), None)

    @property
    def thing(self) -> Key:
        """What is asked for, whatever the request's expansions and the size of its page."""
        return (self.account, self.path, _without(self.params, OPTIONAL))

    @property
    def list(self) -> Key:
        """The list of which this is a page."""
        return (self.account, self.path, _without(self.params, OPTIONAL | CURSORS | {"created"}))

    @property
    def endpoint(self) -> Key:
        return (self.account, self.route.path if self.route else self.path)

    def __str__(self) -> str:
        account = f" of {self.account}" if self.account else ""
        return f"GET {self.path}?{self.query}{account}"


def _without(params: Mapping[str, Any], names: set[str]) -> str:
    kept = {name: value for name, value in params.items() if name not in names}
    return repr(sorted(kept.items()))


@cache
def _parent_params() -> frozenset[str]:
    """The query parameters that name a parent: `customer`, `payout`, `subscription`."""
    models = catalog().resources.values()
    routes = [route for model in models for route in model.routes if route.parent]
    by_route = {p for route in routes for p in route.parent_params if f"{{{p}}}" not in route.path}
    urls = [field.url for model in models for field in model.fields if field.url]
    by_url = {url.partition("?")[2].partition("=")[0] for url in urls if "?" in url}
    return frozenset(by_route | by_url)
