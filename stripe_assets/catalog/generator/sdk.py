"""The SDK as the generator reads it: shapes, routes and event types, and what follows from them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from stripe_assets.catalog.generator.events import event_types
from stripe_assets.catalog.generator.routes import SdkRoute, routes
from stripe_assets.catalog.generator.shapes import Node, Shapes
from stripe_assets.catalog.generator.source import SdkSource
from stripe_assets.catalog.model import EventType

PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Sdk:
    """The content of one version of the SDK."""

    sdk_version: str
    api_version: str
    shapes: dict[str, Node]
    """Resource → field → node."""
    routes: tuple[SdkRoute, ...]
    events: tuple[EventType, ...]

    @classmethod
    def read(cls) -> Sdk:
        """Parses the installed SDK.

        Raises RuntimeError where it is not installed, or not written as expected.
        """
        source = SdkSource()
        shapes = Shapes(source)
        return cls(
            _assigned(source, "stripe._version", "VERSION"),
            _assigned(source, "stripe._api_version", "CURRENT"),
            {name: shapes.resource(name) for name in sorted(source.resources)},
            tuple(routes(source, shapes)),
            event_types(source),
        )

    @cached_property
    def lists(self) -> dict[str, SdkRoute]:
        """Path → list route."""
        return {route.path: route for route in self.routes if route.kind == "list"}

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The resources that have a table, sorted.

        A list returns them, or a retrieve by id, or an event contains them, or they are singletons,
        or one of these refers to them.
        """
        listed = {name for route in self.lists.values() for name in route.returns}
        retrieved = {name for name in self.shapes if self.retrieves(name) and self.has_id(name)}
        carried = {
            name
            for item in self.events
            if item.ignored_reason is None and not item.targets
            for name in item.objects
            if self.has_id(name)
        }
        found = (
            listed | retrieved | carried | {name for name in self.shapes if self.singleton(name)}
        )
        waiting = list(found)
        while waiting:
            targets = {
                name
                for name in _targets({"t": "object", "fields": self.shapes[waiting.pop()]})
                if self.has_id(name)
            }
            waiting.extend(targets - found)
            found |= targets
        return tuple(sorted(found))

    def has_id(self, name: str) -> bool:
        return "id" in self.shapes[name]

    def retrieves(self, name: str) -> list[SdkRoute]:
        """The routes that read one object by its id.

        Those without a parent come first; the order is the same in each run.
        """
        found = [
            r
            for r in self.routes
            if r.kind == "retrieve"
            and name in r.returns
            and not r.required
            and r.path.endswith("}")
        ]
        return sorted(
            found,
            key=lambda route: (
                len(PLACEHOLDER.findall(route.path)),
                len(route.returns),
                route.path,
            ),
        )

    def singleton(self, name: str) -> str | None:
        """The path of the one object of this resource that an account has.

        None where its objects have ids.
        """
        if self.has_id(name):
            return None
        return next(
            (
                r.path
                for r in self.routes
                if r.kind == "retrieve"
                and r.returns == (name,)
                and not r.required
                and _is_of_account(r)
            ),
            None,
        )

    def plain_list(self, name: str) -> SdkRoute | None:
        """The one list that requires no parameter.

        Returns None if nothing is found. Raises RuntimeError if several are found.
        """
        found = [
            r
            for r in self.lists.values()
            if r.returns == (name,) and not r.required and not PLACEHOLDER.search(r.path)
        ]
        if len(found) > 1:
            paths = [route.path for route in found]
            raise RuntimeError(f"{name} has several lists without a required parameter: {paths}")
        return found[0] if found else None


def _is_of_account(route: SdkRoute) -> bool:
    """Whether the path is of an object of the account.

    v2 has such a path for data that is the same for all accounts: the bank account formats of
    countries.
    """
    return not PLACEHOLDER.search(route.path) and route.path.startswith("/v1/")


def _targets(node: Node) -> set[str]:
    """The resources that a node refers to or holds, at any depth."""
    found = set(node.get("to", ()))
    if "of" in node:
        found |= _targets(node["of"])
    for child in node.get("fields", {}).values():
        found |= _targets(child)
    return found


def _assigned(source: SdkSource, module: str, name: str) -> str:
    for node in ast.walk(source.module(module).tree):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=target)], value=ast.Constant(value=str(value))
            ) if target == name:
                return value
    raise RuntimeError(f"the SDK's module {module} assigns no {name}")
