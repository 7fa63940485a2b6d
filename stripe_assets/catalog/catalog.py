"""The loaded catalog: resources in dependency order, and the ways to find one."""

from __future__ import annotations

import difflib
import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from stripe_assets.catalog import codec
from stripe_assets.catalog.model import EventType, Resource
from stripe_assets.catalog.upstreams import Upstreams, upstreams_of

FOLDER = Path(__file__).parent


class UnknownModel(ValueError):
    """No model of the catalog has this name. The message suggests similar names."""


class Catalog:
    """Every model that Stripe's API has, by name."""

    def __init__(
        self,
        sdk_version: str,
        api_version: str,
        resources: Iterable[Resource],
        events: Iterable[EventType] = (),
    ) -> None:
        self.sdk_version = sdk_version
        """The version of the stripe SDK that the catalog was generated from."""
        self.api_version = api_version
        """Stripe's API version, as `2026-10-28.endive`."""
        self.resources: Mapping[str, Resource] = MappingProxyType(
            {item.name: item for item in resources}
        )
        """Name → resource. A resource comes after all that it depends on."""
        self.events: Mapping[str, EventType] = MappingProxyType(
            {item.name: item for item in events}
        )
        """Name → event type. All types that the SDK knows."""

    def __getitem__(self, name: str) -> Resource:
        return self.resources[name]

    def find(self, name: str) -> Resource:
        """The model with this API name, class name, table name or alias.

        Letter case, dots, dashes, underscores and blanks do not matter. Raises UnknownModel.
        """
        found = self._by_spelling.get(_spelling(name))
        if found:
            return found
        close = difflib.get_close_matches(_spelling(name), self._by_spelling, n=3, cutoff=0.6)
        names = dict.fromkeys(self._by_spelling[spelling].class_name for spelling in close)
        hint = f" Did you mean {' or '.join(names)}?" if names else ""
        raise UnknownModel(f"Stripe has no model {name!r}.{hint}")

    def by_object(self, obj: Mapping[str, Any], targets: Sequence[str] = ()) -> Resource | None:
        """The model of an API object, by its `object` field. None where there is no such model.

        With `targets`, also None where the model is not one of them.
        """
        name = obj.get("object")
        if not isinstance(name, str) or (targets and name not in targets):
            return None
        return self.resources.get(name)

    def by_id(self, id: str, targets: Sequence[str]) -> str | None:
        """Which of a reference's possible targets the id belongs to, by the id's prefix.

        A single target needs no prefix. None where no target has a prefix that fits.
        """
        if len(targets) == 1:
            return targets[0]
        fitting = [
            (len(p), name)
            for name in targets
            if name in self.resources
            for p in self.resources[name].id_prefixes
            if id.startswith(p)
        ]
        return max(fitting)[1] if fitting else None

    @functools.cached_property
    def upstreams(self) -> Mapping[str, Upstreams]:
        """Model → the models that must be read to fill it. In the catalog's order."""
        models = self.resources
        return {name: upstreams_of(resource, models) for name, resource in models.items()}

    def listed_at(self, path: str, name: str) -> frozenset[str]:
        """The models whose objects the list of a route can have: the given one, and the others
        that the route returns. `path` is the route's template, or a sublist's `url`."""
        return self._listed_at.get(path, frozenset()) | {name}

    @functools.cached_property
    def _listed_at(self) -> Mapping[str, frozenset[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for resource in self.resources.values():
            for route in resource.routes:
                found[route.path].add(resource.name)
            for field in resource.fields:
                if field.url:
                    found[field.url].update(field.targets)
        return {path: frozenset(names) for path, names in found.items()}

    @functools.cached_property
    def with_events(self) -> frozenset[str]:
        """The models that some event type makes a run read: its targets; for a type without
        targets, its objects."""
        found = {
            name
            for item in self.events.values()
            if item.ignored_reason is None
            for name in ({target.resource for target in item.targets} or item.objects)
        }
        return frozenset(found & set(self.resources))

    @functools.cached_property
    def children_without_events(self) -> Mapping[str, tuple[Resource, ...]]:
        """Parent → the resources that have a list nested under it and no events of their own."""
        found: dict[str, tuple[Resource, ...]] = {}
        for item in self.resources.values():
            for parent in {
                route.parent
                for route in item.routes
                if route.parent and item.name not in self.with_events
            }:
                found[parent] = (*found.get(parent, ()), item)
        return found

    @functools.cached_property
    def _by_spelling(self) -> Mapping[str, Resource]:
        found: dict[str, Resource] = {}
        for item in self.resources.values():
            for name in item.aliases:
                found[_spelling(name)] = item
        for item in self.resources.values():
            for name in (item.class_name, item.table, item.name):
                found[_spelling(name)] = item
        return found


def _spelling(name: str) -> str:
    return re.sub(r"[._\s-]", "", name).lower()


@functools.cache
def catalog() -> Catalog:
    """The catalog. Its data file is read once in a process."""
    data = orjson.loads((FOLDER / "catalog.json").read_bytes())
    return Catalog(
        data["sdk_version"],
        data["api_version"],
        map(codec.resource, data["resources"]),
        map(codec.event_type, data["events"]),
    )


@functools.cache
def shapes() -> Mapping[str, dict[str, Any]]:
    """Resource → its shape, for the sandbox and the tests.

    A shape has `fields` (name → node) and `gets`, `posts` and `deletes` (path → kind, params,
    required). A node is `{"t": kind}`, with `null`, `enum`, `of` (the items of an array or map),
    `fields` (of an object), `to` (the resources of a reference), `on_request` for a field that is
    no reference and is sent only if `expand` names it, and `unset` (`absent`, `either`) for a
    top-level field that may be left out.
    """
    return MappingProxyType(orjson.loads((FOLDER / "shapes.json").read_bytes()))
