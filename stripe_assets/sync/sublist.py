"""The rest of a sublist that its parent's answer cut off."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import Checkpoint, ClosedSublist, OpenSublist, Owner, ParentRef
from stripe_assets.sync.task import Parent, Task

PREFIX = "sublist "


def rest_of(catalog: Catalog, model: str, sublist: OpenSublist, reader: Owner, depth: int) -> Task:
    """The task that reads on where the parent's answer ended."""
    cursor = (sublist.cursor,) if sublist.cursor else ()
    began, count = sublist.observed_at, sublist.count
    return _task(catalog, model, sublist.parent, sublist.owner, reader, sublist.url, cursor, count, began, depth)


def restored(catalog: Catalog, model: str, reader: Owner, checkpoint: Checkpoint) -> Task:
    """The task that an interrupted run left; see `checkpoint_of`."""
    resource, id_, field, account_id, url, position, since, *cursor = checkpoint.cursor
    owner = Owner(account_id, reader.livemode)
    began = datetime.fromisoformat(since)
    return _task(catalog, model, ParentRef(resource, id_, field), owner, reader, url, tuple(cursor), int(position), began, depth=1)


def checkpoint_of(task: Task, *, done: bool = False) -> Checkpoint:
    """Recorded with the parent's sweep: its list may go on later only if this is not forgotten."""
    parent = task.parent
    assert parent and parent.field and task.since
    state = (parent.resource, parent.id, parent.field, parent.owner.account_id, task.path, str(task.position), task.since.isoformat())
    return Checkpoint(task.reader, parent.resource, task.key, (*state, *task.cursor), done)


def closed(catalog: Catalog, task: Task) -> ClosedSublist:
    """What to tell the mirror when the last page has come: rows that it no longer has are gone."""
    parent = task.parent
    assert parent and parent.field and task.since
    field = _field(catalog, parent.resource, parent.field)
    return ClosedSublist(field.targets, parent.resource, parent.field, parent.owner, (parent.id,), task.since)


def _task(
    catalog: Catalog,
    model: str,
    parent: ParentRef,
    owner: Owner,
    reader: Owner,
    url: str,
    cursor: tuple[str, ...],
    position: int,
    since: datetime,
    depth: int,
) -> Task:
    assert parent.field
    field = _field(catalog, parent.resource, parent.field)
    below = f"{parent.field}.data."
    expand = [path.removeprefix(below) for path in catalog[parent.resource].expand if path.startswith(below)]
    params: dict[str, Any] = {"limit": 100}
    if expand:
        params["expand"] = [f"data.{path}" for path in expand]
    return Task(
        model=model,
        resource=field.targets[0],
        reader=reader,
        path=url,
        endpoint=field.url or url,
        key=f"{PREFIX}{parent.field} {parent.id}",
        params=params,
        parent=Parent(parent.resource, parent.id, owner, parent.field),
        cursor=cursor,
        position=position,
        since=since,
        depth=depth,
    )


def _field(catalog: Catalog, resource: str, name: str):
    return next(field for field in catalog[resource].fields if field.kind == "sublist" and field.name == name)
