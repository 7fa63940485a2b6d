"""The tasks of nested lists: which of them the rows of a page need, and how each is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import list_params
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import Batch, Owner, ParentRef
from stripe_assets.stripe_api import route_path
from stripe_assets.sync.engine.fan_out import FanOut, ParentRow, parents_of
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import Cursor, ListPage, PageHandler, Request

Routes = Mapping[str, Sequence[tuple[str, Route]]]
"""Parent → the models and routes of the lists that are read for each of its rows."""


def fan_outs(catalog: Catalog, routes: Routes, request: Request, batch: Batch) -> Iterator[FanOut]:
    """Yields the nested lists of a page's rows: of its items, and of the rows of their sublists.

    A customer's sources, for instance, are rows of a sublist, and may have lists of their own.
    """
    source = request.source
    is_rest = isinstance(request, ListPage) and request.since is not None
    listed = source.parent.resource if source.parent and is_rest else source.resource
    for resource, rows in batch.rows.items():
        if resource != listed and listed not in catalog[resource].depends_on:
            continue
        for model, route in routes.get(resource, ()):
            if request.nested is not None and model not in request.nested:
                continue
            parents = parents_of(catalog[resource], route, rows)
            for variant in route.variants if parents else ():
                depth = request.depth + 1
                yield FanOut(catalog[model], route, variant, source.reader, parents, depth)


def nested_tasks(
    fan_out: FanOut,
    handler_of: Callable[[ParentRef], PageHandler | None],
    nested: frozenset[str] | None = None,
) -> list[ListPage]:
    """Returns the tasks of a fan-out, for each parent that `handler_of` has a handler for."""
    tasks = []
    for row in fan_out.remaining.values():
        parent = ParentRef(fan_out.parent, row.id, link=fan_out.route.parent_id_column)
        handler = handler_of(parent)
        if handler is not None:
            tasks.append(_nested_list(fan_out, row, parent, handler, nested))
    return tasks


def _nested_list(
    fan_out: FanOut,
    row: ParentRow,
    parent: ParentRef,
    handler: PageHandler,
    nested: frozenset[str] | None,
) -> ListPage:
    route, name = fan_out.route, fan_out.resource.name
    in_query = {
        param: value for param, value in row.values.items() if "{" + param + "}" not in route.path
    }
    source = Source(
        model=name,
        resource=name,
        reader=fan_out.reader,
        path=route_path(route.path, row.values),
        endpoint=route.path,
        params=list_params(fan_out.resource, route, fan_out.variant) | in_query,
        required=frozenset(route.parent_params),
        parent=parent,
        owned_by=Owner(row.account_id, fan_out.reader.livemode),
    )
    return ListPage(
        source=source,
        handler=handler,
        depth=fan_out.depth,
        nested=nested,
        key=f"{fan_out.key} {row.id}",
        paging=route.paging,
        cursor=Cursor(tuple(row.cursor)),
    )
