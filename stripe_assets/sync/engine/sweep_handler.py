"""What the handlers of a sweep have in common: checkpoints, the lists that a page's rows need, and
holes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import cached_property

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import Batch, Hole, OpenSublist
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.before import Before
from stripe_assets.sync.engine.expansions import Expansions, Option, given_up
from stripe_assets.sync.engine.fan_out import FanOut, Step
from stripe_assets.sync.engine.holes import ABSENT, ITEMS, ROUTE
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.nested import Routes, fan_outs
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.splitting import Splitter
from stripe_assets.sync.engine.task import (
    ListPage,
    PageHandler,
    PageResult,
    Request,
    Task,
)


class SweepParts(ABC):
    """What the handlers of a sweep share."""

    def __init__(
        self,
        catalog: Catalog,
        states: ModelStates,
        routes: Routes,
        splitter: Splitter,
        before: Before,
        expansions: Expansions,
    ) -> None:
        """`routes`: the nested lists that the run reads."""
        self.catalog = catalog
        self.states = states
        self.routes = routes
        self.splitter = splitter
        self.before = before
        self.expansions = expansions

    def is_unavailable(self, request: ListPage) -> bool:
        """Whether Stripe did not show this list the last time, or this route to any parent."""
        source, holes = request.source, self.before.holes
        keys = (request.key, f"{ROUTE}{source.endpoint}")
        return any(holes.is_unavailable(source.reader, source.model, key) for key in keys)

    @cached_property
    @abstractmethod
    def rests(self) -> SweepHandler:
        """The handler of the rests of sublists."""

    @abstractmethod
    def nested(self, fan_out: FanOut) -> list[ListPage]:
        """Returns the tasks of nested lists, without those that Stripe does not show."""

    def leave(self, result: PageResult, hole: Hole) -> PageResult:
        """Adds a hole to what is written."""
        left = self.before.holes.leave(hole)
        result.batch.holes[left.id] = left
        return result


class SweepHandler(PageHandler):
    """What the handlers of a sweep have in common."""

    def __init__(self, sweep: SweepParts) -> None:
        self._sweep = sweep
        self._states = sweep.states

    def is_needed(self, request: Request) -> bool:
        return not self._states[request.model].failed

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        catalog = self._sweep.catalog
        self._states.answered(request.model, self._states.place_of(request))
        self._sublists_came(request, batch)
        following = request.following(page)
        step = self._record(request, page, following, batch)
        batch.closed += sublist.closed_by(catalog, request, following)
        nested = self._nested(request, batch)
        if following and following.part and nested:
            part = replace(following.part, has_children=True)
            following = replace(following, part=part)
        tasks: list[Task] = [following] if following else []
        tasks += self._rests(request, batch) + nested
        result = PageResult(batch, tasks, step.committed if step else None, step)
        return self._bad_items(request, page, result) if page.bad else result

    def _sublists_came(self, request: Request, batch: Batch) -> None:
        """Tells the models that sublists fill that the answer brought their sublists."""
        states = self._states
        for name in {name for one in (*batch.closed, *batch.sublists) for name in one.targets}:
            if name in states and request.resource in states[name].upstreams.with_sublists:
                states.answered(name, states.place_of(request))

    @abstractmethod
    def _record(
        self, request: Request, page: Page, following: ListPage | None, batch: Batch
    ) -> Step | None:
        """Records where the list continues: a checkpoint in the batch, or the step of a fan-out."""

    @abstractmethod
    def hole_key(self, request: Request) -> str:
        """Returns the key of the hole that the rest of the list would be."""

    @abstractmethod
    def hole_cursor(self, request: Request) -> tuple[str, ...]:
        """Returns what is needed to read on from this page."""

    @abstractmethod
    def ended(self, request: Request) -> PageResult:
        """Records that the list is not read on."""

    def parent_gone(self, request: Request) -> PageResult:
        """Records that the list does not exist any more."""
        return self.ended(request)

    def hole(self, request: Request, answer: str, *, unavailable: bool = False) -> Hole:
        """Returns the hole from this page to the list's end."""
        return Hole(
            request.source.reader,
            request.model,
            self.hole_key(request),
            self.hole_cursor(request),
            answer,
            unavailable,
        )

    def _nested(self, request: Request, batch: Batch) -> list[Task]:
        """Returns the tasks of the nested lists of the page's rows, and records them."""
        tasks: list[Task] = []
        for fan_out in fan_outs(self._sweep.catalog, self._sweep.routes, request, batch):
            tasks += self._sweep.nested(fan_out)
            batch.checkpoints.append(fan_out.checkpoint())
        return tasks

    def _rests(self, request: Request, batch: Batch) -> list[Task]:
        """Returns a task for each sublist of the page that was cut off, and records it.

        It counts for the model of the parent. The models that the sublist fills wait for that one.
        """
        tasks: list[Task] = []
        for rest in self._rests_of(request, batch):
            if not self._sweep.is_unavailable(rest):
                batch.checkpoints.append(sublist.checkpoint_of(rest))
                tasks.append(rest)
        return tasks

    def _rests_of(self, request: Request, batch: Batch) -> list[ListPage]:
        reader, depth = request.source.reader, request.depth + 1
        catalog, handler = self._sweep.catalog, self._sweep.rests
        return [
            sublist.rest_of(catalog, request.model, open_list, reader, handler, depth)
            for open_list in (*batch.sublists, *self._unread(request, batch))
        ]

    def _unread(self, request: Request, batch: Batch) -> list[OpenSublist]:
        """Returns the sublists that the answer should have and has not. Of those that it leaves
        out: the ones that objects always have, and the ones whose expansion Stripe refuses. Of the
        others Stripe shows nothing.
        """
        if not batch.unread:
            return []
        sweep, reader = self._sweep, request.source.reader
        refused = sweep.expansions.refused(self._states.place_of(request))
        found, absent = sublist.to_read(sweep.catalog, batch.unread, refused)
        for name in sorted(absent):
            key, said = f"{ABSENT}{request.source.endpoint} {name}", f"the answer has no {name}"
            hole = Hole(reader, request.model, key, answer=said, unavailable=True)
            if not sweep.before.holes.has(hole.id):
                sweep.leave(PageResult(batch), hole)
        return found

    def _bad_items(self, request: Request, page: Page, result: PageResult) -> PageResult:
        """Some items of the page cannot become rows. The page is asked for again later."""
        until = page.items[-1]["id"] if page.items else ""
        hole = self.hole(request, f"{page.bad} items of the page are no objects of this list")
        key, cursor = f"{ITEMS}{until} {hole.key}", (*hole.cursor, until)
        return self._sweep.leave(result, replace(hole, key=key, cursor=cursor, count=page.bad))

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        said = f"{doing or request.source.path}: {type(error).__name__}: {error}"
        self._states.fail(request.model, said)

    def not_read(self, request: Request, error: StripeError) -> PageResult:
        return self._sweep.leave(self.ended(request), self.hole(request, error.reason))

    def not_shown(self, request: Request, error: StripeError) -> PageResult:
        """Stripe refuses this list, while it shows others of the model."""
        hole = self.hole(request, error.reason, unavailable=True)
        place = self._states.place_of(request)
        self._states.refuse_part(request.model, place)
        if not self._states.has_answered(request.model, place):
            self._sweep.before.holes.refuse(hole, place)
        return self._sweep.leave(self.ended(request), hole)

    def gave_up(self, request: Request, option: Option) -> PageResult:
        return self._sweep.leave(PageResult(Batch()), given_up(request.source, option))
