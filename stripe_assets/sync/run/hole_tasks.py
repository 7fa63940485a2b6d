"""The tasks that read holes again. See `engine.holes` for their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import list_key, nested_lists, root_lists
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import Checkpoint, Hole, ObjectRef
from stripe_assets.sync.engine import fan_out, sublist
from stripe_assets.sync.engine.hole_handlers import hole_handler
from stripe_assets.sync.engine.holes import EVERYTHING, EXPANSION, IN_FULL, ITEMS, OBJECT
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.shards import SHARD, Range
from stripe_assets.sync.engine.sweep_handlers import (
    SweepHandler,
    SweepHandlers,
    SweptNestedList,
)
from stripe_assets.sync.engine.task import ListPage, PageHandler, Task
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import retrieve_task
from stripe_assets.sync.run.lists import list_task, singleton_task


class HoleTasks:
    """Makes the tasks of one account's holes."""

    def __init__(
        self,
        session: Session,
        sweep: SweepHandlers,
        objects: PageHandler,
        created: int | None,
        now: datetime,
    ) -> None:
        """`objects`: the handler of single objects. `created`: when the account was created."""
        self._session = session
        self._catalog: Catalog = session.catalog
        self._sweep = sweep
        self._objects = objects
        self._created = created
        self._now = now
        livemode = session.platform.livemode
        listed = (r.name for r in self._catalog.resources.values() if not r.on_demand_reason)
        self._routes = nested_lists(self._catalog, listed, livemode)

    def of(self, holes: Iterable[Hole]) -> list[Task]:
        """Holes that no route of the catalog can read have no task. A full sync reads them."""
        return [task for hole in holes for task in self._tasks(hole)]

    def _tasks(self, hole: Hole) -> Iterator[Task]:
        if hole.key.startswith((EXPANSION, EVERYTHING, IN_FULL)):
            return
        if hole.key.startswith(OBJECT):
            ref = ObjectRef(hole.model, hole.owner, hole.key.removeprefix(OBJECT))
            parents = dict(zip(hole.cursor[::2], hole.cursor[1::2], strict=True))
            request = ReadRequest(ref, parents=parents)
            platform = self._session.platform
            yield retrieve_task(self._catalog, platform, request, self._objects)
            return
        base = hole
        if hole.key.startswith(ITEMS):
            key = hole.key.removeprefix(ITEMS).removeprefix(f"{hole.cursor[-1]} ")
            base = replace(hole, key=key, cursor=hole.cursor[:-1])
        for task, inner in self._base_tasks(base):
            yield replace(task, handler=hole_handler(self._sweep, inner, hole, self._routes))

    def _base_tasks(self, hole: Hole) -> Iterator[tuple[Task, SweepHandler]]:
        """Yields the list's task at the hole's cursor, and the handler that a sweep has for it."""
        catalog, sweep = self._catalog, self._sweep
        checkpoint = Checkpoint(hole.owner, hole.model, hole.key, hole.cursor)
        if hole.key.startswith(sublist.PREFIX):
            yield (
                sublist.restored(
                    catalog, hole.model, hole.owner, checkpoint, sweep.rests, self._now
                ),
                sweep.rests,
            )
        elif hole.key.startswith(fan_out.PREFIX):
            for route in catalog[hole.model].routes:
                if not route.parent:
                    continue
                lists = fan_out.restored(
                    catalog[hole.model], route, hole.owner, checkpoint, depth=1
                )
                if lists is not None:
                    inner = SweptNestedList(sweep, lists)
                    yield from ((task, inner) for task in sweep.nested(lists))
        else:
            yield from ((task, sweep.lists) for task in self._root(hole))

    def _root(self, hole: Hole) -> Iterator[Task]:
        key, shard, part = hole.key.partition(SHARD)
        roots = root_lists(self._catalog, [hole.model], hole.owner.livemode)
        for name, route, variant in roots:
            if route is None:
                if key == self._catalog[name].singleton:
                    yield singleton_task(self._catalog, hole.owner, name, self._sweep.lists, None)
            elif key == list_key(route, variant):
                task = self._list(hole, route, variant)
                yield task.at(hole.cursor, Range.parse(part) if shard else None)

    def _list(self, hole: Hole, route: Route, variant: Mapping[str, str | bool]) -> ListPage:
        return list_task(
            self._catalog,
            hole.owner,
            hole.model,
            route,
            variant,
            self._sweep.lists,
            nested=None,
            created=self._created,
        )
