"""The handlers of a sweep: it reads lists to their ends, and keeps a checkpoint of each.

A sweep has three kinds of lists: the lists of an account, the nested lists of their rows, and the
rests of sublists. What a page needs besides (nested lists, rests) is recorded with the page, in one
transaction: a crash loses nothing of it. What cannot be read is recorded as a hole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from stripe_assets.mirror import Batch, Checkpoint
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.cursor import OLDER_IDS
from stripe_assets.sync.engine.fan_out import FanOut, Step
from stripe_assets.sync.engine.holes import EVERYTHING, REFUSED_NOW, ROUTE
from stripe_assets.sync.engine.nested import nested_tasks
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.parent_check import parent_check
from stripe_assets.sync.engine.sweep_handler import SweepHandler, SweepParts
from stripe_assets.sync.engine.task import (
    ListPage,
    PageResult,
    Request,
    Retrieve,
)


class SweptList(SweepHandler):
    """A list of an account, or the account's only object of its kind."""

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        parts = self._sweep.splitter.parts(request, page)
        if not parts:
            return super().received(request, page, batch)
        self._states.answered(request.model, self._states.place_of(request))
        result = self.in_parts(request, parts)
        batch.checkpoints = result.batch.checkpoints
        return replace(result, batch=batch)

    def in_parts(self, request: Request, parts: Sequence[ListPage]) -> PageResult:
        begun = [Checkpoint(one.source.reader, one.model, one.key) for one in parts]
        checkpoints = [_list_checkpoint(request, None), *begun]
        return PageResult(Batch(checkpoints=checkpoints), [*parts])

    def _record(
        self, request: Request, page: Page, following: ListPage | None, batch: Batch
    ) -> None:
        batch.checkpoints.append(_list_checkpoint(request, following))

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        states, model, reader = self._states, request.model, request.source.reader
        place = states.place_of(request)
        if not error.unavailable or states.has_answered(model, place):
            return self.not_read(request, error)
        if self._sweep.before.was_readable(reader, model):
            hole = self.hole(request, f"{REFUSED_NOW}{error.reason}")
            return self._sweep.leave(self.ended(request), hole)
        # No checkpoint: a run that continues this one asks again.
        states.refuse(model, place, error.reason)
        return None

    def hole_key(self, request: Request) -> str:
        assert isinstance(request, ListPage | Retrieve)
        return request.key

    def hole_cursor(self, request: Request) -> tuple[str, ...]:
        return request.cursor.ids[-OLDER_IDS:] if isinstance(request, ListPage) else ()

    def ended(self, request: Request) -> PageResult:
        return PageResult(Batch(checkpoints=[_list_checkpoint(request, None)]))


class OneOfMany(SweepHandler):
    """A list that each parent has. Where many are refused, or fail, and none has answered, the
    others are not asked for."""

    def is_needed(self, request: Request) -> bool:
        hopeless = self._states.is_hopeless(request.model, self._states.place_of(request))
        return super().is_needed(request) and not hopeless

    def waits(self, request: Request) -> bool:
        return self._states.is_suspect(request.model, self._states.place_of(request))

    def not_read(self, request: Request, error: StripeError) -> PageResult:
        place = self._states.place_of(request)
        if not self._states.failed_for_all(request.model, place):
            return super().not_read(request, error)
        hole = self.hole(request, f"{place[1]} failed for every parent: {error.reason}")
        everything = replace(hole, key=EVERYTHING, cursor=())
        return self._sweep.leave(self.ended(request), everything)

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        assert isinstance(request, ListPage) and request.source.parent
        if error.denies(request.source.parent.id):
            return parent_check(self, self._sweep.catalog, request, error)
        if not error.unavailable or error.is_about_object or request.cursor.ids:
            return self.not_read(request, error)
        return self.not_shown(request, error)


class SweptNestedList(OneOfMany):
    """A nested list. Its progress is a step of the fan-out of all parents of a page."""

    def __init__(self, sweep: SweepParts, fan_out: FanOut) -> None:
        super().__init__(sweep)
        self._fan_out = fan_out

    def _record(
        self, request: Request, page: Page, following: ListPage | None, batch: Batch
    ) -> Step:
        return self._step(request, following)

    def hole_key(self, request: Request) -> str:
        assert request.source.parent
        return self._fan_out.key_of(request.source.parent.id)

    def hole_cursor(self, request: Request) -> tuple[str, ...]:
        assert isinstance(request, ListPage) and request.source.parent
        row = self._fan_out.remaining[request.source.parent.id]
        return (row.as_text(request.cursor.ids[-OLDER_IDS:]),)

    def ended(self, request: Request) -> PageResult:
        step = self._step(request, None)
        return PageResult(Batch(), committed=step.committed, step=step)

    def _step(self, request: Request, following: ListPage | None) -> Step:
        assert request.source.parent
        cursor = following.cursor.ids if following else ()
        return Step(self._fan_out, request.source.parent.id, cursor)


class SweptRest(OneOfMany):
    """The rest of a sublist. Its checkpoint belongs to the sweep of the parent."""

    def _record(
        self, request: Request, page: Page, following: ListPage | None, batch: Batch
    ) -> None:
        assert isinstance(request, ListPage)
        reached = sublist.checkpoint_of(following or request, done=following is None)
        batch.checkpoints.append(reached)

    def hole_key(self, request: Request) -> str:
        assert isinstance(request, ListPage)
        return request.key

    def hole_cursor(self, request: Request) -> tuple[str, ...]:
        assert isinstance(request, ListPage)
        return sublist.checkpoint_of(request).cursor

    def ended(self, request: Request) -> PageResult:
        assert isinstance(request, ListPage)
        return PageResult(Batch(checkpoints=[sublist.checkpoint_of(request, done=True)]))


def _list_checkpoint(request: Request, following: ListPage | None) -> Checkpoint:
    """Returns where a list continues. A list that has ended is done."""
    assert isinstance(request, ListPage | Retrieve)
    cursor = following.cursor.ids if following else ()
    reader = request.source.reader
    return Checkpoint(reader, request.model, request.key, cursor, done=not cursor)


class SweepHandlers(SweepParts):
    """The handlers of a sweep."""

    @cached_property
    def lists(self) -> SweptList:
        return SweptList(self)

    @cached_property
    def rests(self) -> SweptRest:
        return SweptRest(self)

    def nested(self, fan_out: FanOut) -> list[ListPage]:
        handler, holes = SweptNestedList(self, fan_out), self.before.holes
        model, reader = fan_out.resource.name, fan_out.reader
        nowhere = holes.is_unavailable(reader, model, f"{ROUTE}{fan_out.route.path}")
        fan_out.leave_out(
            lambda parent: nowhere or holes.is_unavailable(reader, model, fan_out.key_of(parent))
        )
        return nested_tasks(fan_out, lambda parent: handler)
