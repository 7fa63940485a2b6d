"""What the SDK says, read once: shapes, routes, and the questions that building the catalog asks of them."""

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
    sdk_version: str
    api_version: str
    shapes: dict[str, Node]
    """Resource → field → node."""
    routes: tuple[SdkRoute, ...]
    events: tuple[EventType, ...]

    @classmethod
    def read(cls) -> Sdk:
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
        return {route.path: route for route in self.routes if route.kind == "list"}

    @cached_property
    def models(self) -> tuple[str, ...]:
        """Resources that have a table: listed, singletons, retrievable by id, brought by events only, or what such a one refers to."""
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
        """The routes that read one of it by its id, those without a parent first, in a stable order."""
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
        """The path of what an account has one of."""
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
        """The one list that needs to be told nothing."""
        found = [
            r
            for r in self.lists.values()
            if r.returns == (name,) and not r.required and not PLACEHOLDER.search(r.path)
        ]
        if len(found) > 1:
            raise RuntimeError(f"{name} has several plain lists: {[route.path for route in found]}")
        return found[0] if found else None


def _is_of_account(route: SdkRoute) -> bool:
    """v2 has such a path too, for what is the same for everyone: the bank account formats of countries."""
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
    raise RuntimeError(f"{module} has no {name}")
