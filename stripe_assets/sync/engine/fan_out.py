"""Nested lists: for each row of a page that was read, a list of its own.

The parents of a page that are still to be asked are one checkpoint, written with the page and renewed with each child
list that ends. What a crash leaves is asked by the next run; nothing is kept per parent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from stripe_assets.catalog.lists import list_key, list_params
from stripe_assets.catalog.model import Resource, Route
from stripe_assets.mirror import Checkpoint, Owner, ParentRef
from stripe_assets.stripe_api import route_path
from stripe_assets.sync.engine.task import Task

PREFIX = "fan-out "
CURSOR_IDS = 5
"""How many ids of its last page a nested list keeps: the next is tried when the object of the last one is gone."""


@dataclass(frozen=True, slots=True)
class ParentRow:
    """What a nested list needs of its parent: the id, whose row it is, the values of the route's parameters; and where it
    goes on, when some of it has been read."""

    id: str
    account_id: str
    values: Mapping[str, str]
    cursor: tuple[str, ...] = ()


Remaining = Mapping[str, ParentRow]
"""Parents that are still to be asked, by their ids."""


class FanOut:
    """One nested list route over the parents of one page."""

    def __init__(
        self,
        resource: Resource,
        route: Route,
        variant: Mapping[str, str | bool],
        reader: Owner,
        parents: Sequence[ParentRow],
        depth: int,
    ) -> None:
        assert route.parent is not None
        self.resource = resource
        self.route = route
        self.variant = variant
        self.reader = reader
        self.depth = depth
        self.key = f"{PREFIX}{list_key(route, variant)} {parents[0].id}"
        self.remaining: Remaining = {parent.id: parent for parent in parents}

    def tasks(self) -> list[Task]:
        return [self._task(parent) for parent in self.remaining.values()]

    def _task(self, parent: ParentRow) -> Task:
        route = self.route
        in_query = {
            name: value
            for name, value in parent.values.items()
            if "{" + name + "}" not in route.path
        }
        assert route.parent is not None
        return Task(
            model=self.resource.name,
            resource=self.resource.name,
            reader=self.reader,
            path=route_path(route.path, parent.values),
            endpoint=route.path,
            key=f"{self.key} {parent.id}",
            paging=route.paging,
            params=list_params(self.resource, route, self.variant) | in_query,
            parent=ParentRef(route.parent, parent.id, link=route.parent_id_column),
            owned_by=Owner(parent.account_id, self.reader.livemode),
            cursor=tuple(parent.cursor),
            depth=self.depth,
            fan_out=self,
        )

    def checkpoint(self) -> Checkpoint:
        """What is still to be asked."""
        return self.checkpoint_of(self.remaining)

    def checkpoint_of(self, remaining: Remaining) -> Checkpoint:
        parents = tuple(
            orjson.dumps([p.id, p.account_id, dict(p.values), p.cursor]).decode()
            for p in remaining.values()
        )
        assert self.route.parent is not None
        return Checkpoint(self.reader, self.route.parent, self.key, parents, done=not parents)


@dataclass(frozen=True, slots=True)
class Step:
    """A page of one parent's list; no `cursor`: that list has ended."""

    fan_out: FanOut
    parent_id: str
    cursor: Sequence[str] = ()

    def after(self, remaining: Remaining) -> Remaining:
        """What is then still to be asked."""
        left = dict(remaining)
        if self.cursor:
            left[self.parent_id] = replace(
                left[self.parent_id], cursor=tuple(self.cursor[-CURSOR_IDS:])
            )
        else:
            left.pop(self.parent_id, None)
        return left

    def committed(self) -> None:
        """Called by the thread that writes: nobody else reads what is still to be asked."""
        self.fan_out.remaining = self.after(self.fan_out.remaining)


def checkpoints(steps: Iterable[Step]) -> list[Checkpoint]:
    """What is still to be asked once these pages are committed, in one transaction and after all that were before."""
    left: dict[FanOut, Remaining] = {}
    for step in steps:
        left[step.fan_out] = step.after(left.get(step.fan_out, step.fan_out.remaining))
    return [fan_out.checkpoint_of(remaining) for fan_out, remaining in left.items()]


def parents_of(
    resource: Resource, route: Route, rows: Iterable[Mapping[str, Any]]
) -> list[ParentRow]:
    """The rows of `resource` that the route is to be read for, once each."""
    columns = {field.name: field.column for field in resource.fields if not field.derived}
    wanted = route.parent_where
    found: dict[str, ParentRow] = {}
    for row in rows:
        if wanted is not None:
            value = row.get(columns.get(wanted[0]) or wanted[0])
            if value is None or (wanted[1] is not None and value != wanted[1]):
                continue
        given = {
            name: row.get(columns.get(source) or source)
            for name, source in route.parent_params.items()
        }
        values = {name: value for name, value in given.items() if isinstance(value, str)}
        if len(values) == len(given):
            found[row["id"]] = ParentRow(row["id"], row["_account_id"], values)
    return list(found.values())


def restored(
    resource: Resource, route: Route, reader: Owner, checkpoint: Checkpoint, depth: int
) -> FanOut | None:
    """The fan-out that an interrupted run left, if the checkpoint is one of this route's."""
    for variant in route.variants:
        if checkpoint.cursor and checkpoint.key.startswith(f"{PREFIX}{list_key(route, variant)} "):
            parents = [ParentRow(*orjson.loads(parent)) for parent in checkpoint.cursor]
            fan_out = FanOut(resource, route, variant, reader, parents, depth)
            fan_out.key = checkpoint.key
            return fan_out
    return None
