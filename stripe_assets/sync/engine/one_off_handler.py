"""The handlers of reads that belong to no sweep. They keep no checkpoint."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import Batch, OpenSublist, ParentRef
from stripe_assets.stripe_api import Failure, MalformedPage, StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.expansions import Option
from stripe_assets.sync.engine.nested import Routes, fan_outs, nested_tasks
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.task import (
    Item,
    PageHandler,
    PageResult,
    Request,
    Retrieve,
    Task,
)

Items = Sequence[Item]


class OneOffHandler(PageHandler):
    """Reads something once. What the page's rows need besides (nested lists, the rests of
    sublists) is read for the same purpose: `part` says by which handler."""

    def __init__(
        self, catalog: Catalog, now: Callable[[], datetime], nested: Routes | None = None
    ) -> None:
        """`now`: Stripe's clock. `nested`: the nested lists that are read for the rows."""
        self.catalog = catalog
        self.now = now
        self.nested: Routes = nested or {}

    def took(self, request: Request, items: Items, batch: Batch, observed_at: datetime) -> bool:
        """The rows of `items` are about to be written. Returns whether to read the next page."""
        return True

    def written(self, request: Request, items: Items, observed_at: datetime) -> None:
        """The rows of `items` are in the database."""
        return

    @abstractmethod
    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> Batch | None:
        """Stripe does not have it, or does not show it. Returns what that says about rows."""

    def part(self, request: Request, parent: ParentRef) -> PageHandler | None:
        """Returns the handler of a list that belongs to one of the rows. None: it is not read."""
        return PartOf(self, lambda error: self.failed(request, error))

    def tolerates(self, request: Request) -> bool:
        """Whether Stripe is known to refuse this list: to be refused again is no failure."""
        return False

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        kept, observed_at = page.kept, page.answer.observed_at
        if page.bad:
            self.bad_items(request, page.bad)
        read_on = self.took(request, kept, batch, observed_at)
        following = request.following(page) if read_on else None
        batch.closed += sublist.closed_by(self.catalog, request, following)
        tasks: list[Task] = [following] if following else []
        tasks += self._rests(request, batch) + self._nested_lists(request, batch)
        return PageResult(batch, tasks, lambda: self.written(request, kept, observed_at))

    def bad_items(self, request: Request, count: int) -> None:
        """Some items of a page cannot become rows."""
        said = f"{count} items of the page are no objects of this list"
        self.failed(request, MalformedPage(Failure(path=request.source.path, message=said)))

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        batch = self.unavailable(request, error, asked_at)
        return PageResult(batch) if batch else None

    def not_read(self, request: Request, error: StripeError) -> PageResult | None:
        self.failed(request, error)
        return None

    def unread(self, request: Request, batch: Batch) -> list[OpenSublist]:
        """Returns the sublists that the answer should have and has not."""
        return [one for one in batch.unread if not one.absent]

    def _rests(self, request: Request, batch: Batch) -> list[Task]:
        """The rests of the page's sublists, and the sublists that the request asks for itself."""
        tasks: list[Task] = []
        for open_list in (*batch.sublists, *self.unread(request, batch)):
            if handler := self.part(request, open_list.parent):
                model, reader = request.model, request.source.reader
                depth = request.depth + 1
                rest = sublist.rest_of(self.catalog, model, open_list, reader, handler, depth)
                tasks.append(replace(rest, nested=request.nested))
        return tasks + self._wanted_sublists(request)

    def _wanted_sublists(self, request: Request) -> list[Task]:
        """Sublists that the answer need not carry. An event about the object is about them."""
        if not isinstance(request, Retrieve) or not request.nested:
            return []
        tasks: list[Task] = []
        for field in self.catalog[request.resource].fields:
            is_listed = field.kind == "sublist" and not field.read_to_end and field.url
            if not is_listed or request.nested.isdisjoint(field.targets):
                continue
            parent = ParentRef(request.resource, request.wanted.id, field.name)
            if handler := self.part(request, parent):
                whole = sublist.from_the_start(
                    self.catalog, request, field.name, handler, self.now()
                )
                tasks.append(replace(whole, nested=request.nested))
        return tasks

    def _nested_lists(self, request: Request, batch: Batch) -> list[Task]:
        tasks: list[Task] = []
        for fan_out in fan_outs(self.catalog, self.nested, request, batch):
            tasks += nested_tasks(
                fan_out, lambda parent: self.part(request, parent), request.nested
            )
        return tasks


class PartOf(OneOffHandler):
    """A nested list, or the rest of a sublist. Where it fails, the read of its parent failed."""

    def __init__(self, whole: OneOffHandler, fail: Callable[[Exception], None]) -> None:
        super().__init__(whole.catalog, whole.now, whole.nested)
        self._whole = whole
        self._fail = fail

    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        # A parent that is gone by now has an event of its own, which will say so.
        parent = request.source.parent
        gone = parent is not None and error.denies(parent.id)
        if not gone and not self._whole.tolerates(request):
            self._fail(error)

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        self._fail(error)

    def gave_up(self, request: Request, option: Option) -> PageResult | None:
        return self._whole.gave_up(request, option)

    def part(self, request: Request, parent: ParentRef) -> PageHandler | None:
        return self
