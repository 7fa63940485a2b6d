"""The handlers that read holes. The hole is their checkpoint: it moves with each page, and is
filled at the end of its list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from stripe_assets.mirror import Batch, Hole
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine.fan_out import FanOut
from stripe_assets.sync.engine.holes import ITEMS, NOT_YET, REFUSED_NOW
from stripe_assets.sync.engine.nested import Routes, fan_outs, nested_tasks
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.parent_check import parent_check
from stripe_assets.sync.engine.sweep_handler import SweepHandler, SweepParts
from stripe_assets.sync.engine.sweep_handlers import SweptNestedList
from stripe_assets.sync.engine.task import ListPage, PageResult, Request, Task


class HoleHandler(SweepHandler):
    """Reads what a handler of a sweep could not read."""

    def __init__(self, sweep: SweepParts, inner: SweepHandler, hole: Hole, routes: Routes) -> None:
        """`inner`: the handler of the list. `routes`: the nested lists of all models. The run may
        not read all of those that syncs keep current, and then they are holes as well."""
        super().__init__(sweep)
        self._inner = inner
        self._hole = hole
        self._routes = routes

    def _record(
        self, request: Request, page: Page, following: ListPage | None, batch: Batch
    ) -> None:
        if following is None or self._is_past(page):
            batch.holes[self._hole.id] = None
            self._sweep.before.holes.fill(self._hole.id)
        else:
            cursor = self.hole_cursor(following)
            batch.holes[self._hole.id] = replace(self._hole, cursor=cursor, answer="")

    def _is_past(self, page: Page) -> bool:
        """Whether the rest of the list was read already."""
        return False

    def _nested(self, request: Request, batch: Batch) -> list[Task]:
        """Each nested list is a hole until it is read: no checkpoint of a sweep keeps it."""
        tasks: list[Task] = []
        before, states = self._sweep.before, self._states
        for fan_out in fan_outs(self._sweep.catalog, self._routes, request, batch):
            model = fan_out.resource.name
            if model not in states and not before.is_kept(fan_out.reader, model):
                continue
            inner = SweptNestedList(self._sweep, fan_out)
            for task in self._each(fan_out, inner):
                hole = inner.hole(task, NOT_YET)
                self._sweep.leave(PageResult(batch), hole)
                if model in states:
                    tasks.append(replace(task, handler=self._for(inner, hole)))
        return tasks

    def _each(self, fan_out: FanOut, inner: SweepHandler) -> list[ListPage]:
        return nested_tasks(fan_out, lambda parent: inner)

    def _rests(self, request: Request, batch: Batch) -> list[Task]:
        tasks: list[Task] = []
        for rest in self._rests_of(request, batch):
            hole = self._sweep.rests.hole(rest, NOT_YET)
            self._sweep.leave(PageResult(batch), hole)
            tasks.append(replace(rest, handler=self._for(self._sweep.rests, hole)))
        return tasks

    def _for(self, inner: SweepHandler, hole: Hole) -> HoleHandler:
        return HoleHandler(self._sweep, inner, hole, self._routes)

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        parent = request.source.parent
        if parent is None or not isinstance(request, ListPage):
            return self._list_refused(request, error)
        if error.denies(parent.id):
            return parent_check(self, self._sweep.catalog, request, error)
        first = error.unavailable and not error.is_about_object and not request.cursor.ids
        return self.not_shown(request, error) if first else self.not_read(request, error)

    def _list_refused(self, request: Request, error: StripeError) -> PageResult:
        """A list of an account is refused. Where it never answered before, that is a fact."""
        model, reader = request.model, request.source.reader
        if not error.unavailable or self.hole_cursor(request):
            return self.not_read(request, error)
        if self._sweep.before.was_readable(reader, model):
            hole = self.hole(request, f"{REFUSED_NOW}{error.reason}")
            return self._sweep.leave(self.ended(request), hole)
        self._states.refuse(model, self._states.place_of(request), error.reason)
        return self.parent_gone(request)

    def hole_key(self, request: Request) -> str:
        return self._hole.key

    def hole_cursor(self, request: Request) -> tuple[str, ...]:
        return self._inner.hole_cursor(request)

    def in_parts(self, request: Request, parts: Sequence[ListPage]) -> None:
        """A hole has one place where it is read on."""
        return

    def ended(self, request: Request) -> PageResult:
        return PageResult(Batch())

    def parent_gone(self, request: Request) -> PageResult:
        self._sweep.before.holes.fill(self._hole.id)
        return PageResult(Batch(holes={self._hole.id: None}))


class ItemsHandler(HoleHandler):
    """Reads a page again that had items which no row can hold."""

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        result = super().received(request, page, batch)
        if page.bad or self._is_past(page):  # the rest of the list was read before
            rest = [task for task in result.tasks if getattr(task, "handler", None) is self]
            result.tasks = [task for task in result.tasks if task not in rest]
        return result

    def _record(
        self, request: Request, page: Page, following: ListPage | None, batch: Batch
    ) -> None:
        if not page.bad:
            super()._record(request, page, following, batch)

    def _is_past(self, page: Page) -> bool:
        return any(item.get("id") == self._hole.cursor[-1] for item in page.items)

    def hole_cursor(self, request: Request) -> tuple[str, ...]:
        return (*self._inner.hole_cursor(request), self._hole.cursor[-1])

    def _bad_items(self, request: Request, page: Page, result: PageResult) -> PageResult:
        hole = replace(self._hole, answer=f"{page.bad} items of the page are no objects of it")
        return self._sweep.leave(result, hole)


def hole_handler(sweep: SweepParts, inner: SweepHandler, hole: Hole, routes: Routes) -> HoleHandler:
    """Returns the handler that reads a hole."""
    kind = ItemsHandler if hole.key.startswith(ITEMS) else HoleHandler
    return kind(sweep, inner, hole, routes)
