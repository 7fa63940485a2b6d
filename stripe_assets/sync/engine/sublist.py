"""The rest of a sublist: Stripe sends the first items with their parent, and cuts the list off."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Field
from stripe_assets.mirror import Checkpoint, OpenSublist, Owner, ParentRef, WholeSublists
from stripe_assets.sync.constants import PAGE
from stripe_assets.sync.engine.expansions import Option
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import Cursor, ListPage, PageHandler, Request, Retrieve

PREFIX = "sublist "


def rest_of(
    catalog: Catalog,
    model: str,
    sublist: OpenSublist,
    reader: Owner,
    handler: PageHandler,
    depth: int,
) -> ListPage:
    """Returns the task that continues where the parent's answer ended."""
    parent = sublist.parent
    assert parent.field
    field = _field(catalog, parent.resource, parent.field)
    below = f"{parent.field}.data."
    expand = [
        f"data.{path.removeprefix(below)}"
        for path in catalog[parent.resource].expand
        if path.startswith(below)
    ]
    source = Source(
        model=model,
        resource=field.targets[0],
        reader=reader,
        path=sublist.url,
        endpoint=field.url or sublist.url,
        params={"limit": PAGE, "expand": expand} if expand else {"limit": PAGE},
        parent=parent,
        owned_by=sublist.owner,
    )
    return ListPage(
        source=source,
        handler=handler,
        depth=depth,
        key=f"{PREFIX}{parent.field} {parent.id}",
        cursor=Cursor((sublist.cursor,) if sublist.cursor else (), sublist.count),
        since=sublist.observed_at,
    )


def from_the_start(
    catalog: Catalog, retrieve: Retrieve, field: str, handler: PageHandler, now: datetime
) -> ListPage:
    """Returns the task that reads a whole sublist of a retrieved object."""
    wanted, source = retrieve.wanted, retrieve.source
    url = (_field(catalog, source.resource, field).url or "").replace(
        "{id}", quote(wanted.id, safe="")
    )
    parent = ParentRef(source.resource, wanted.id, field)
    whole = OpenSublist(parent, source.owner, (), url, None, 0, now)
    task = rest_of(catalog, source.model, whole, source.reader, handler, retrieve.depth + 1)
    return replace(task, since=None)


def restored(
    catalog: Catalog,
    model: str,
    reader: Owner,
    checkpoint: Checkpoint,
    handler: PageHandler,
    now: datetime,
) -> ListPage:
    """Returns the task that an interrupted run left. See `checkpoint_of`.

    `now` is the earliest time that this run gives to what it reads. A row of this run must not be
    older than the time before which rows are taken to be gone.
    """
    resource, id_, field, account_id, url, position, since, *cursor = checkpoint.cursor
    parent, owner = ParentRef(resource, id_, field), Owner(account_id, reader.livemode)
    began = min(datetime.fromisoformat(since), now)
    left = OpenSublist(parent, owner, (), url, None, int(position), began)
    task = rest_of(catalog, model, left, reader, handler, depth=1)
    return replace(task, cursor=Cursor(tuple(cursor), int(position)))


def checkpoint_of(task: ListPage, *, done: bool = False) -> Checkpoint:
    """Returns the record of a rest. It belongs to the parent's sweep, which may continue after an
    interruption only if this is not forgotten."""
    source, parent = task.source, task.source.parent
    assert parent and parent.field and task.since
    state = (
        parent.resource,
        parent.id,
        parent.field,
        source.owner.account_id,
        source.path,
        str(task.cursor.items),
        task.since.isoformat(),
    )
    return Checkpoint(source.reader, parent.resource, task.key, (*state, *task.cursor.ids), done)


def closed_by(
    catalog: Catalog, request: Request, following: ListPage | None
) -> list[WholeSublists]:
    """Returns what the mirror must know after the last page of a rest: rows that the sublist no
    longer has are gone. Empty after every other page."""
    if not isinstance(request, ListPage) or request.since is None or following is not None:
        return []
    parent = request.source.parent
    assert parent and parent.field
    targets = _field(catalog, parent.resource, parent.field).targets
    owner = request.source.owner
    return [
        WholeSublists(targets, parent.resource, parent.field, owner, {parent.id: request.since})
    ]


def to_read(
    catalog: Catalog, unread: Iterable[OpenSublist], refused: Iterable[Option]
) -> tuple[list[OpenSublist], set[str]]:
    """Returns the sublists that have to be read by their own route, and the fields of which Stripe
    shows nothing. `refused`: the expansions that the answer is without."""
    expanded = {str(path).removeprefix("data.") for _, path in refused}
    found, absent = list[OpenSublist](), set[str]()
    for one in unread:
        field = field_of(catalog, one.parent)
        if not one.absent or not field.nullable or field.name in expanded:
            found.append(one)
        elif len(field.path) == 1:  # what is nested may be absent from a whole object
            absent.add(field.name)
    return found, absent


def field_of(catalog: Catalog, parent: ParentRef) -> Field:
    """Returns the field that has the sublist."""
    assert parent.field
    return _field(catalog, parent.resource, parent.field)


def _field(catalog: Catalog, resource: str, name: str) -> Field:
    fields = catalog[resource].fields
    return next(field for field in fields if field.kind == "sublist" and field.name == name)
