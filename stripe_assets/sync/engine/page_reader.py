"""Reads a page of a list: request, rows, and what follows from them: the next page, nested lists, the rest of sublists."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Field, Route
from stripe_assets.mirror import Batch, Checkpoint, Owner, flatten
from stripe_assets.stripe_api import (
    Answer,
    AuthenticationFailed,
    InvalidRequest,
    NotFound,
    Stopped,
    StripeApi,
    StripeError,
    items,
    next_cursor,
)
from stripe_assets.sync.engine import sublist
from stripe_assets.sync.engine.fan_out import FanOut, Step, parents_of
from stripe_assets.sync.engine.model_state import ModelStates, Place
from stripe_assets.sync.engine.refused_parameters import RefusedParameters
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.write_queue import PendingWrite, WriteSink

logger = logging.getLogger(__name__)

NO_WAIT = 0.01
"""Seconds."""


class PageReader:
    """What a worker thread does with a task. State is kept by the tasks, the models' states and the mirror."""

    def __init__(
        self,
        catalog: Catalog,
        api: StripeApi,
        own_account: str,
        states: ModelStates,
        nested: Mapping[str, list[tuple[str, Route]]],
        *,
        schedule: Callable[[list[Task]], None],
        pages: WriteSink,
        idle: Callable[[Task], bool],
        abort: Callable[[Exception], None],
    ) -> None:
        self._catalog = catalog
        self._api = api
        self._own_account = own_account
        self._states = states
        self._nested = nested
        self._schedule = schedule
        self._pages = pages
        self._idle = idle
        self._abort = abort
        self._refusals = RefusedParameters()

    def read(self, task: Task) -> None:
        """Reads the task's page and schedules what comes of it. Whatever goes wrong is told to the model's state.

        A task that a halted run leaves unread stays open: its model is not finished.
        """
        try:
            if task.work:
                self._schedule(task.work())
            elif not self._states.dropped(task, self.place(task)):
                self._read(task)
        except Stopped:
            return
        except AuthenticationFailed as error:
            self._abort(error)
            return
        except Exception as error:
            logger.debug("reading %s failed", task.key, exc_info=True)
            self._failed(task, error)
        self._states.close(task.model)

    def _read(self, task: Task) -> None:
        path, params = task.request()
        params = self._refusals.without(task.endpoint, params)
        self._pages.wait_for_room()
        self._states.request(task.model, task.reader.account_id)
        asked_at = self._api.now()
        try:
            answer = self._api.get(
                path, params, stripe_account=self._header(task.reader), endpoint=task.endpoint
            )
        except (AuthenticationFailed, Stopped):
            raise
        except StripeError as error:
            self._refused(task, error, asked_at)
            return
        if task.paging == "object":
            page, cursor = [answer.body], None
        else:
            page = items(answer.body, path=task.path)
            cursor = next_cursor(
                answer.body,
                task.paging,
                asked=task.cursor[-1] if task.cursor else None,
                path=task.path,
            )
        self._states.answered(task.model, self.place(task))
        self.take(task, page, cursor, answer)

    def take(self, task: Task, page: list[dict], cursor: str | None, answer: Answer) -> None:
        """Writes the items of a page and schedules what follows from it."""
        handler = task.handler
        readable = handler.readable(task, page) if handler else page
        batch = flatten(
            self._catalog,
            task.resource,
            readable,
            task.owner,
            answer.observed_at,
            api_version=answer.api_version,
            parent=task.parent,
            position=task.position,
            platform_id=self._own_account,
            listed=task.paging != "object",
            clean=answer.clean,
        )
        read_on = handler.took(task, readable, batch, answer.observed_at) if handler else True
        if shards := self._shards(task, page, cursor, answer.waited):
            batch.checkpoints = [
                self._checkpoint(task, (), 0),
                *(Checkpoint(one.reader, one.model, one.key) for one in shards),
            ]
            self._put(task, batch, (), shards)
            return
        following: list[Task] = []
        if cursor is not None and read_on:
            seen = (
                [cursor] if task.paging == "next_page_url" else [str(item["id"]) for item in page]
            )
            following.append(task.after(seen, len(page)))
        after = following[0].cursor if following else ()
        if not handler and not task.fan_out:
            batch.checkpoints.append(self._checkpoint(task, after, len(page)))
        if task.since and not following:
            batch.closed.append(sublist.closed(self._catalog, task))
        self._sublists_came(task, page, batch)
        nested = self._nested_lists(task, batch)
        if nested and not task.has_caused:
            following = [replace(one, has_caused=True) for one in following]
        following += self._rest_of_sublists(task, batch) + nested
        # Without an handler the objects themselves are not kept until their rows are written.
        then = (lambda: handler.written(task, readable, answer.observed_at)) if handler else None
        self._put(task, batch, after, following, then)

    def _shards(
        self, task: Task, page: list[dict], cursor: str | None, waited: float
    ) -> list[Task]:
        """The narrower ranges that are read in place of the task's. What hangs on the rows of this page comes with theirs."""
        if task.created is None or task.listing is None:
            return []
        if cursor is None:
            task.listing.ended(task.created)
            return []
        if task.has_caused:
            return []
        created = [at for item in page if type(at := item.get("created")) is int]
        if len(created) < len(page):  # an object without it is in no range
            return []
        # A request that had to wait for the rate budget would not have come sooner in more parts.
        now, idle = int(self._api.now().timestamp()), waited < NO_WAIT and self._idle(task)
        useful = self._api.useful_at_once(task.endpoint, self._header(task.reader))
        parts = task.listing.narrower(
            task.created, created, read=task.read, useful=useful, idle=idle, now=now
        )
        return [task.narrowed(part) for part in parts]

    def _put(
        self,
        task: Task,
        batch: Batch,
        after: Sequence[str],
        following: list[Task] | None = None,
        then: Callable[[], None] | None = None,
    ) -> None:
        """Writes a page. What follows is asked for when that is committed: a crash costs no list more than the page that it is at."""

        def done(error: Exception | None) -> None:
            if error is not None:
                self._failed(task, error, f"writing a page of {task.path}")
            else:
                if step:
                    step.committed()
                if then:
                    then()
                if following:
                    self._schedule(following)
            self._states.close(task.model)

        step = (
            Step(task.fan_out, task.parent.id, after)
            if task.fan_out and task.parent and not task.handler
            else None
        )
        self._states.open(task.model)
        self._pages.put(PendingWrite(batch, done, step))

    def _checkpoint(self, task: Task, after: Sequence[str], count: int) -> Checkpoint:
        """Where the list goes on; a list that has ended is done."""
        if task.since:
            return sublist.checkpoint_of(
                task.after(after, count) if after else task, done=not after
            )
        return Checkpoint(task.reader, task.model, task.key, tuple(after), done=not after)

    def _sublists_came(self, task: Task, page: list[dict], batch: Batch) -> None:
        """Models that are filled by the items' sublists were read if these were in the answer, and are told if not."""
        came = {name for one in (*batch.closed, *batch.sublists) for name in one.targets}
        for name in came:
            if name in self._states and task.resource in self._states[name].upstreams.with_sublists:
                self._states.answered(name, self.place(task))
        for field in self._catalog[task.resource].fields if page else ():
            if (
                field.kind == "sublist"
                and field.read_to_end
                and len(field.path) == 1
                and came.isdisjoint(field.targets)
            ):
                self._missing_sublist(task, field, f"the answer has no {field.name}")

    def _missing_sublist(self, task: Task, field: Field, reason: str) -> None:
        for name in field.targets:
            if name in self._states and task.resource in self._states[name].upstreams.with_sublists:
                self._states.refuse(name, self.place(task), reason)

    def _rest_of_sublists(self, task: Task, batch: Batch) -> list[Task]:
        """A task, and a checkpoint, for each sublist of the page that has more than what came with its parent.

        It counts for the model of the parent: those that the sublist fills wait for that, and fail with it.
        """
        tasks = []
        for open_list in batch.sublists:
            rest = sublist.rest_of(
                self._catalog, task.model, open_list, task.reader, task.depth + 1
            )
            if task.handler:
                tasks += self._parts(task, [rest])
            else:
                batch.checkpoints.append(sublist.checkpoint_of(rest))
                tasks.append(rest)
        return tasks + self._wanted_sublists(task)

    def _wanted_sublists(self, task: Task) -> list[Task]:
        """Sublists that the event of the one object of an handler is about, and that its answer need not carry."""
        if not (task.handler and task.wanted and task.lists):
            return []
        fields = [
            field
            for field in self._catalog[task.resource].fields
            if field.kind == "sublist" and not field.read_to_end
        ]
        lists = [
            sublist.from_the_start(self._catalog, task, field.name, self._api.now())
            for field in fields
            if field.url and not task.lists.isdisjoint(field.targets)
        ]
        return self._parts(task, lists)

    def _nested_lists(self, task: Task, batch: Batch) -> list[Task]:
        """The lists that hang on the page's rows: on its items, and on those of their sublists (a customer's sources)."""
        tasks: list[Task] = []
        listed = task.parent.resource if task.parent and task.since else task.resource
        for resource, rows in batch.rows.items():
            if resource != listed and listed not in self._catalog[resource].depends_on:
                continue
            for model, route in self._nested.get(resource, ()):
                if task.lists is not None and model not in task.lists:
                    continue
                parents = parents_of(self._catalog[resource], route, rows)
                for variant in route.variants if parents else ():
                    fan_out = FanOut(
                        self._catalog[model], route, variant, task.reader, parents, task.depth + 1
                    )
                    if task.handler:
                        tasks += self._parts(task, fan_out.tasks())
                    else:
                        batch.checkpoints.append(fan_out.checkpoint())
                        tasks += fan_out.tasks()
        return tasks

    def _parts(self, task: Task, lists: list[Task]) -> list[Task]:
        """The lists that hang on an handler's rows are part of it."""
        assert task.handler
        parts = ((one, task.handler.part(task, one.parent)) for one in lists if one.parent)
        return [replace(one, handler=part, lists=task.lists) for one, part in parts if part]

    def _refused(self, task: Task, error: StripeError, asked_at: datetime) -> None:
        """Stripe's refusal is about a cursor or a parent that has gone, a parameter, what is available; or it is a failure."""
        if isinstance(error, InvalidRequest | NotFound) and task.cursor and not task.restarted:
            self._schedule(
                [task.with_older_cursor() if error.refused_cursor else task.from_the_start()]
            )
        elif isinstance(error, InvalidRequest) and (refused := self._refusals.learn(task, error)):
            self._states.refuse(
                task.model, (self._header(task.reader), f"{task.endpoint} {refused}"), error.reason
            )
            for field in self._catalog[task.resource].fields:
                if field.kind == "sublist" and refused.endswith(".".join(field.path)):
                    self._missing_sublist(task, field, error.reason)
            self._schedule([task])
        elif task.handler and error.unavailable:
            if batch := task.handler.refused(task, error, asked_at):
                self._put(task, batch, ())
        elif isinstance(error, NotFound) and error.missing and task.parent:
            self._states.parent_gone(task.model)
            self._forget(task)
        elif not error.unavailable or (task.cursor and not task.parent):
            self._failed(task, error)
        else:
            self._states.refuse(
                task.model, self.place(task), error.reason, nested=task.fan_out is not None
            )
            if (
                not task.fan_out
            ):  # a run that takes this one up is to know of the refusal: it asks again
                self._forget(task)

    def _failed(self, task: Task, error: Exception, doing: str = "") -> None:
        if task.handler:
            task.handler.failed(
                task, error
            )  # one object of many: the others are wanted all the same
        else:
            text = (
                str(error)
                if isinstance(error, StripeError)
                else f"{doing or task.path}: {type(error).__name__}: {error}"
            )
            self._states.fail(task.model, text)

    def _forget(self, task: Task) -> None:
        """A nested list that has no answer is not to be asked for again by the run that takes this one up."""
        if task.parent:
            self._put(
                task, Batch(checkpoints=[] if task.fan_out else [self._checkpoint(task, (), 0)]), ()
            )

    def _header(self, reader: Owner) -> str | None:
        return None if reader.account_id == self._own_account else reader.account_id

    def place(self, task: Task) -> Place:
        """The route, the same for all parents of a nested list."""
        return (self._header(task.reader), task.endpoint)
