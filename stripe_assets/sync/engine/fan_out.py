"""Nested lists: for each row of a page, a list of its own.

The parents that are still to be asked are one checkpoint for each page. It is written with the page
and renewed with each nested list that ends. After a crash the next run asks for what is left. No
state is kept for a parent alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from stripe_assets.catalog.lists import list_key
from stripe_assets.catalog.model import Resource, Route
from stripe_assets.mirror import Checkpoint, Owner

PREFIX = "fan-out "
CURSOR_IDS = 5
"""How many ids of its last page a nested list keeps. When the last object is gone, the one before
it serves as the cursor."""


@dataclass(frozen=True, slots=True)
class ParentRow:
    """What a nested list needs of its parent."""

    id: str
    account_id: str
    """The account that owns the parent's row."""
    values: Mapping[str, str]
    """Parameter of the route → its value."""
    cursor: tuple[str, ...] = ()
    """Where the list continues, when some pages of it were read."""

    def as_text(self, cursor: Sequence[str]) -> str:
        """Returns the parent with the cursor of its list, for the database."""
        row = [self.id, self.account_id, dict(self.values), tuple(cursor)]
        return orjson.dumps(row).decode()


Remaining = Mapping[str, ParentRow]
"""Id → parent that is still to be asked."""


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
        self.parent = route.parent
        self.depth = depth
        self.key = self.key_of(parents[0].id)
        self.remaining: Remaining = {parent.id: parent for parent in parents}

    def key_of(self, parent_id: str) -> str:
        """Names the list of one parent, or of all of which it is the first."""
        return f"{PREFIX}{list_key(self.route, self.variant)} {parent_id}"

    def leave_out(self, known: Callable[[str], bool]) -> None:
        """Leaves out the parents of which it is known that Stripe does not show the list."""
        if any(map(known, self.remaining)):
            self.remaining = {id: row for id, row in self.remaining.items() if not known(id)}

    def checkpoint(self) -> Checkpoint:
        return self.checkpoint_of(self.remaining)

    def checkpoint_of(self, remaining: Remaining) -> Checkpoint:
        """Returns the record of the parents that are still to be asked."""
        parents = tuple(parent.as_text(parent.cursor) for parent in remaining.values())
        return Checkpoint(self.reader, self.parent, self.key, parents, done=not parents)


@dataclass(frozen=True, slots=True)
class Step:
    """One page of one parent's list. Without a `cursor` that list has ended."""

    fan_out: FanOut
    parent_id: str
    cursor: Sequence[str] = ()

    def after(self, remaining: Remaining) -> Remaining:
        """Returns the parents that are still to be asked after this step."""
        left = dict(remaining)
        if self.cursor:
            cursor = tuple(self.cursor[-CURSOR_IDS:])
            left[self.parent_id] = replace(left[self.parent_id], cursor=cursor)
        else:
            left.pop(self.parent_id, None)
        return left

    def committed(self) -> None:
        """Only the thread that writes calls this. No other thread uses `remaining` then."""
        self.fan_out.remaining = self.after(self.fan_out.remaining)


def checkpoints(steps: Iterable[Step]) -> list[Checkpoint]:
    """Returns the checkpoints of the fan-outs after these steps, which one transaction commits."""
    left: dict[FanOut, Remaining] = {}
    for step in steps:
        left[step.fan_out] = step.after(left.get(step.fan_out, step.fan_out.remaining))
    return [fan_out.checkpoint_of(remaining) for fan_out, remaining in left.items()]


def parents_of(
    resource: Resource, route: Route, rows: Iterable[Mapping[str, Any]]
) -> list[ParentRow]:
    """Returns the rows of `resource` that the route is read for, each once."""
    columns = {field.name: field.column for field in resource.fields if not field.derived}
    found: dict[str, ParentRow] = {}
    for row in rows:
        if not _is_parent(row, route, columns):
            continue
        given = {
            name: row.get(columns.get(source) or source)
            for name, source in route.parent_params.items()
        }
        values = {name: value for name, value in given.items() if isinstance(value, str)}
        if len(values) == len(given):
            found[row["id"]] = ParentRow(row["id"], row["_account_id"], values)
    return list(found.values())


def _is_parent(row: Mapping[str, Any], route: Route, columns: Mapping[str, str | None]) -> bool:
    """Whether a row fulfils the route's condition for its parents."""
    if route.parent_where is None:
        return True
    name, wanted = route.parent_where
    value = row.get(columns.get(name) or name)
    return value is not None and wanted in (None, value)


def restored(
    resource: Resource, route: Route, reader: Owner, checkpoint: Checkpoint, depth: int
) -> FanOut | None:
    """Returns the fan-out that an interrupted run left. None: it is a checkpoint of another
    route."""
    for variant in route.variants:
        prefix = f"{PREFIX}{list_key(route, variant)} "
        if checkpoint.cursor and checkpoint.key.startswith(prefix):
            parents = [ParentRow(*orjson.loads(parent)) for parent in checkpoint.cursor]
            fan_out = FanOut(resource, route, variant, reader, parents, depth)
            fan_out.key = checkpoint.key
            return fan_out
    return None
