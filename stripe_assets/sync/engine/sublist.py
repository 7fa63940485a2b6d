"""The rest of a sublist that its parent's answer cut off."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import Checkpoint, ClosedSublist, OpenSublist, Owner, ParentRef
from stripe_assets.sync.engine.task import Task

PREFIX = "sublist "


def rest_of(catalog: Catalog, model: str, sublist: OpenSublist, reader: Owner, depth: int) -> Task:
    """The task that reads on where the parent's answer ended."""
    parent = sublist.parent
    assert parent.field
    field = _field(catalog, parent.resource, parent.field)
    below = f"{parent.field}.data."
    expand = [
        f"data.{path.removeprefix(below)}"
        for path in catalog[parent.resource].expand
        if path.startswith(below)
    ]
    return Task(
        model=model,
        resource=field.targets[0],
        reader=reader,
        path=sublist.url,
        endpoint=field.url or sublist.url,
        key=f"{PREFIX}{parent.field} {parent.id}",
        params={"limit": 100, "expand": expand} if expand else {"limit": 100},
        parent=parent,
        owned_by=sublist.owner,
        cursor=(sublist.cursor,) if sublist.cursor else (),
        position=sublist.count,
        since=sublist.observed_at,
        depth=depth,
    )


def from_the_start(catalog: Catalog, task: Task, field: str, now: datetime) -> Task:
    """A sublist of the object that the task retrieves, whatever came with it."""
    wanted = task.wanted
    assert wanted
    url = (_field(catalog, task.resource, field).url or "").replace(
        "{id}", quote(wanted.id, safe="")
    )
    left = OpenSublist(
        ParentRef(task.resource, wanted.id, field), task.owner, (), url, None, 0, now
    )
    return replace(rest_of(catalog, task.model, left, task.reader, task.depth + 1), since=None)


def restored(
    catalog: Catalog, model: str, reader: Owner, checkpoint: Checkpoint, now: datetime
) -> Task:
    """The task that an interrupted run left; see `checkpoint_of`.

    `now`: the earliest stamp of what this run reads. What it has read itself is never older than what it takes to be gone.
    """
    resource, id_, field, account_id, url, position, since, *cursor = checkpoint.cursor
    parent, owner = ParentRef(resource, id_, field), Owner(account_id, reader.livemode)
    left = OpenSublist(
        parent, owner, (), url, None, int(position), min(datetime.fromisoformat(since), now)
    )
    return replace(rest_of(catalog, model, left, reader, depth=1), cursor=tuple(cursor))


def checkpoint_of(task: Task, *, done: bool = False) -> Checkpoint:
    """Recorded with the parent's sweep: its list may go on later only if this is not forgotten."""
    parent = task.parent
    assert parent and parent.field and task.since
    state = (
        parent.resource,
        parent.id,
        parent.field,
        task.owner.account_id,
        task.path,
        str(task.position),
        task.since.isoformat(),
    )
    return Checkpoint(task.reader, parent.resource, task.key, (*state, *task.cursor), done)


def closed(catalog: Catalog, task: Task) -> ClosedSublist:
    """What to tell the mirror when the last page has come: rows that it no longer has are gone."""
    parent = task.parent
    assert parent and parent.field and task.since
    field = _field(catalog, parent.resource, parent.field)
    return ClosedSublist(
        field.targets, parent.resource, parent.field, task.owner, (parent.id,), task.since
    )


def _field(catalog: Catalog, resource: str, name: str):
    return next(
        field
        for field in catalog[resource].fields
        if field.kind == "sublist" and field.name == name
    )
