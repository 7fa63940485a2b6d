"""The handlers of a sweep: it reads lists to their ends, and keeps a checkpoint of each.

A sweep has three kinds of lists: the lists of an account, the nested lists of their rows, and the
rests of sublists. What a page needs besides (nested lists, rests) is recorded with the page, in one
transaction: a crash loses nothing of it.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Field
from stripe_assets.mirror import Batch, Checkpoint
from stripe_assets.stripe_api import NotFound, StripeError
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.fan_out import FanOut, Step
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.nested import Routes, fan_outs, nested_tasks
from stripe_assets.sync.engine.splitting import Splitter
from stripe_assets.sync.engine.task import (
    ListPage,
    Page,
    PageHandler,
    PageResult,
    Request,
    Retrieve,
    Task,
)


class SweepHandlers:
    """The handlers of a sweep, and what they share."""

    def __init__(
        self, catalog: Catalog, states: ModelStates, routes: Routes, splitter: Splitter
    ) -> None:
        """`routes`: the nested lists that the run reads."""
        self.catalog = catalog
        self.states = states
        self.routes = routes
        self.splitter = splitter
        self.lists = SweptList(self)
        self.rests = SweptRest(self)

    def nested(self, fan_out: FanOut) -> list[ListPage]:
        """Returns the tasks of nested lists."""
        handler = SweptNestedList(self, fan_out)
        return nested_tasks(fan_out, lambda parent: handler)

    def gave_up(self, request: Request, parameter: str, error: StripeError) -> None:
        """Records what a list is read without."""
        source, states = request.source, self.states
        place = states.place(source.reader, f"{source.endpoint} {parameter}")
        states.refuse(source.model, place, error.reason)
        for field in self.catalog[source.resource].fields:
            if field.kind == "sublist" and parameter.endswith(".".join(field.path)):
                self._sublist_is_missing(request, field, error.reason)

    def sublists_came(self, request: Request, page: Page, batch: Batch) -> None:
        """Tells the models that sublists fill whether the answer brought their sublists."""
        came = {name for one in (*batch.closed, *batch.sublists) for name in one.targets}
        for name in came:
            if self._fills(request, name):
                self.states.answered(name, self.states.place_of(request))
        fields = self.catalog[request.resource].fields if page.items else ()
        for field in fields:
            is_own = field.kind == "sublist" and field.read_to_end and len(field.path) == 1
            if is_own and came.isdisjoint(field.targets):
                self._sublist_is_missing(request, field, f"the answer has no {field.name}")

    def _sublist_is_missing(self, request: Request, field: Field, reason: str) -> None:
        for name in field.targets:
            if self._fills(request, name):
                self.states.refuse(name, self.states.place_of(request), reason)

    def _fills(self, request: Request, model: str) -> bool:
        """Whether sublists of what the task reads fill a model of this run."""
        states = self.states
        return model in states and request.resource in states[model].upstreams.with_sublists


class SweepHandler(PageHandler):
    """What the handlers of a sweep have in common."""

    def __init__(self, sweep: SweepHandlers) -> None:
        self._sweep = sweep
        self._states = sweep.states

    def is_needed(self, request: Request) -> bool:
        return not self._states[request.model].failed

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        sweep, catalog = self._sweep, self._sweep.catalog
        self._states.answered(request.model, self._states.place_of(request))
        following = request.following(page)
        step = self._record(request, following, batch)
        batch.closed += sublist.closed_by(catalog, request, following)
        sweep.sublists_came(request, page, batch)
        nested: list[Task] = []
        for fan_out in fan_outs(catalog, sweep.routes, request, batch):
            batch.checkpoints.append(fan_out.checkpoint())
            nested += sweep.nested(fan_out)
        if following and following.part and nested:
            part = replace(following.part, has_children=True)
            following = replace(following, part=part)
        tasks: list[Task] = [following] if following else []
        tasks += self._rests(request, batch) + nested
        return PageResult(batch, tasks, step.committed if step else None, step)

    @abstractmethod
    def _record(self, request: Request, following: ListPage | None, batch: Batch) -> Step | None:
        """Records where the list continues: a checkpoint in the batch, or the step of a fan-out."""

    def _rests(self, request: Request, batch: Batch) -> list[Task]:
        """Returns a task for each sublist of the page that was cut off, and records it.

        It counts for the model of the parent. The models that the sublist fills wait for that one.
        """
        sweep, tasks = self._sweep, list[Task]()
        for open_list in batch.sublists:
            rest = sublist.rest_of(
                sweep.catalog,
                request.model,
                open_list,
                request.source.reader,
                sweep.rests,
                request.depth + 1,
            )
            batch.checkpoints.append(sublist.checkpoint_of(rest))
            tasks.append(rest)
        return tasks

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        said = f"{doing or request.source.path}: {type(error).__name__}: {error}"
        text = str(error) if isinstance(error, StripeError) else said
        self._states.fail(request.model, text)

    def gave_up(self, request: Request, parameter: str, error: StripeError) -> None:
        self._sweep.gave_up(request, parameter, error)


class SweptList(SweepHandler):
    """A list of an account, or the account's only object of its kind."""

    def received(self, request: Request, page: Page, batch: Batch) -> PageResult:
        parts = self._sweep.splitter.parts(request, page)
        if not parts:
            return super().received(request, page, batch)
        self._states.answered(request.model, self._states.place_of(request))
        begun = [Checkpoint(one.source.reader, one.model, one.key) for one in parts]
        batch.checkpoints = [_list_checkpoint(request, None), *begun]
        return PageResult(batch, [*parts])

    def _record(self, request: Request, following: ListPage | None, batch: Batch) -> None:
        batch.checkpoints.append(_list_checkpoint(request, following))

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        if isinstance(request, ListPage) and request.cursor.ids:  # it answered before
            self.failed(request, error)
        else:
            # No checkpoint: a run that continues this one asks again.
            self._states.refuse(request.model, self._states.place_of(request), error.reason)
        return None


class SweptNestedList(SweepHandler):
    """A nested list. Its progress is a step of the fan-out of all parents of a page."""

    def __init__(self, sweep: SweepHandlers, fan_out: FanOut) -> None:
        super().__init__(sweep)
        self._fan_out = fan_out

    def is_needed(self, request: Request) -> bool:
        hopeless = self._states.is_hopeless(request.model, self._states.place_of(request))
        return super().is_needed(request) and not hopeless

    def _record(self, request: Request, following: ListPage | None, batch: Batch) -> Step:
        return self._step(request, following)

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        if isinstance(error, NotFound) and error.missing:
            self._states.parent_gone(request.model)
            step = self._step(request, None)
            return PageResult(Batch(), committed=step.committed, step=step)
        place = self._states.place_of(request)
        self._states.refuse(request.model, place, error.reason, nested=True)
        return None

    def _step(self, request: Request, following: ListPage | None) -> Step:
        assert request.source.parent
        cursor = following.cursor.ids if following else ()
        return Step(self._fan_out, request.source.parent.id, cursor)


class SweptRest(SweepHandler):
    """The rest of a sublist. Its checkpoint belongs to the sweep of the parent."""

    def _record(self, request: Request, following: ListPage | None, batch: Batch) -> None:
        assert isinstance(request, ListPage)
        reached = sublist.checkpoint_of(following or request, done=following is None)
        batch.checkpoints.append(reached)

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        assert isinstance(request, ListPage)
        if isinstance(error, NotFound) and error.missing:
            self._states.parent_gone(request.model)
        else:
            self._states.refuse(request.model, self._states.place_of(request), error.reason)
        return PageResult(Batch(checkpoints=[sublist.checkpoint_of(request, done=True)]))


def _list_checkpoint(request: Request, following: ListPage | None) -> Checkpoint:
    """Returns where a list continues. A list that has ended is done."""
    assert isinstance(request, ListPage | Retrieve)
    cursor = following.cursor.ids if following else ()
    reader = request.source.reader
    return Checkpoint(reader, request.model, request.key, cursor, done=not cursor)
