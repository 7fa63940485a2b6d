"""Reads a page of a list: request, rows, and what follows from them: the next page, nested lists, the rest of sublists."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Route
from stripe_assets.mirror import Batch, Checkpoint, Missing, Owner, ParentRef, flatten
from stripe_assets.stripe_api import (
    Answer,
    AuthenticationFailed,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    Stopped,
    StripeApi,
    StripeError,
    items,
    next_cursor,
)
from stripe_assets.sync import sublist
from stripe_assets.sync.fan_out import FanOut, parents_of
from stripe_assets.sync.model_state import ModelStates
from stripe_assets.sync.refusals import Refusals
from stripe_assets.sync.task import Task
from stripe_assets.sync.writer import Page

logger = logging.getLogger(__name__)


class Reader:
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
        write: Callable[[Page], None],
        abort: Callable[[Exception], None],
    ) -> None:
        self._catalog = catalog
        self._api = api
        self._own_account = own_account
        self._states = states
        self._nested = nested
        self._schedule = schedule
        self._write = write
        self._abort = abort
        self._refusals = Refusals()
        self.absent: dict[Missing, str] = {}
        """Wanted objects that Stripe does not have, or does not show → its reason."""

    def read(self, task: Task) -> None:
        """Reads the task's page and schedules what comes of it. Whatever goes wrong is told to the model's state."""
        try:
            state = self._states[task.model]
            route = (task.reader.account_id, task.endpoint)
            if state.failed or (task.fan_out and route in state.closed_routes):
                return
            self._read(task)
        except Stopped:
            pass
        except AuthenticationFailed as error:
            self._abort(error)
        except StripeError as error:
            self._refused(task, error)
        except Exception as error:
            logger.debug("reading %s failed", task.key, exc_info=True)
            self._states.fail(task.model, f"{task.path}: {type(error).__name__}: {error}")
        finally:
            self._states.close(task.model)

    def _read(self, task: Task) -> None:
        path, params = task.request()
        params = self._refusals.without(task.endpoint, params)
        self._states.request(task.model, task.reader.account_id)
        answer = self._api.get(path, params, stripe_account=self._header(task.reader), endpoint=task.endpoint)
        if task.paging == "object":
            page, cursor = [answer.body], None
        else:
            page = items(answer.body, path=task.path)
            cursor = next_cursor(answer.body, task.paging, asked=task.cursor[-1] if task.cursor else None, path=task.path)
        if not task.cursor:
            self._states.answered(task.model)
        self.take(task, page, cursor, answer)

    def take(self, task: Task, page: list[dict], cursor: str | None, answer: Answer) -> None:
        """Writes the items of a page and schedules what follows from it."""
        parent = task.parent
        batch = flatten(
            self._catalog,
            task.resource,
            page,
            task.owner,
            answer.observed_at,
            api_version=self._catalog.api_version,
            parent=ParentRef(parent.resource, parent.id, parent.field) if parent else None,
            position=task.position,
            platform_id=self._own_account,
        )
        following: list[Task] = []
        if cursor is not None:
            seen = [cursor] if task.paging == "next_page_url" else [str(item["id"]) for item in page]
            following.append(task.after(seen, len(page)))
        if not task.wanted:
            batch.checkpoints.append(self._checkpoint(task, following))
        if task.since and not following:
            batch.closed.append(sublist.closed(self._catalog, task))
        following += self._rest_of_sublists(task, batch)
        following += self._nested_lists(task, batch)
        # Written before what follows is scheduled: no later page of this list may be committed before it.
        self._states.open(task.model)
        self._write(Page(batch, lambda error: self._written(task, error)))
        self._schedule(following)

    def _written(self, task: Task, error: Exception | None) -> None:
        if error is not None:
            self._states.fail(task.model, f"writing a page of {task.path}: {type(error).__name__}: {error}")
        self._states.close(task.model)

    def _checkpoint(self, task: Task, following: list[Task]) -> Checkpoint:
        """Where the list goes on; a list that has ended is done."""
        cursor = following[0].cursor if following else ()
        if task.fan_out and task.parent:
            return task.fan_out.advanced(task.parent.id, cursor)
        if task.since:
            return sublist.checkpoint_of(following[0] if following else task, done=not following)
        return Checkpoint(task.reader, task.model, task.key, cursor, done=not following)

    def _rest_of_sublists(self, task: Task, batch: Batch) -> list[Task]:
        """A task, and a checkpoint, for each sublist of the page that has more than what came with its parent."""
        tasks = []
        for open_list in batch.sublists:
            model = next((name for name in open_list.targets if name in self._states), task.model)
            rest = sublist.rest_of(self._catalog, model, open_list, task.reader, task.depth + 1)
            batch.checkpoints.append(sublist.checkpoint_of(rest))
            tasks.append(rest)
        return tasks

    def _nested_lists(self, task: Task, batch: Batch) -> list[Task]:
        """The lists that hang on the page's rows: on its items, and on those of their sublists (a customer's sources)."""
        tasks: list[Task] = []
        listed = task.parent.resource if task.parent and task.since else task.resource
        for resource, rows in batch.rows.items():
            if resource != listed and listed not in self._catalog[resource].depends_on:
                continue
            for model, route in self._nested.get(resource, ()):
                parents = parents_of(self._catalog[resource], route, rows)
                for variant in route.variants if parents else ():
                    fan_out = FanOut(self._catalog[model], route, variant, task.reader, parents, task.depth + 1)
                    batch.checkpoints.append(fan_out.checkpoint())
                    tasks += fan_out.tasks()
        return tasks

    def _refused(self, task: Task, error: StripeError) -> None:
        """Stripe's refusal is an answer about what is available, or a cursor or a parent that has gone, or a failure."""
        if isinstance(error, InvalidRequest) and error.refused_cursor and task.cursor:
            self._schedule([task.with_older_cursor()])
        elif task.wanted and _about_availability(error):
            self.absent[task.wanted] = error.reason
        elif isinstance(error, NotFound) and error.missing and task.parent:
            self._states.answered(task.model)
            self._forget(task)
        elif isinstance(error, InvalidRequest) and (refused := self._refusals.learn(task, error)):
            self._states.refuse(task.model, f"{self._what(task)} {refused}", error.reason)
            self._schedule([task])
        elif not _about_availability(error) or (task.cursor and not task.parent):
            self._states.fail(task.model, str(error))
        else:
            whatever_parent = isinstance(error, PermissionDenied) or (isinstance(error, NotFound) and error.unknown_url)
            route = (task.reader.account_id, task.endpoint) if whatever_parent else None
            self._states.refuse(task.model, self._what(task), error.reason, route=route)
            self._forget(task)

    def _forget(self, task: Task) -> None:
        """A nested list that has no answer is not to be asked for again by the run that takes this one up."""
        batch = Batch()
        if task.parent:
            batch.checkpoints.append(self._checkpoint(task, []))
            self._states.open(task.model)
            self._write(Page(batch, lambda error: self._written(task, error)))

    def _header(self, reader: Owner) -> str | None:
        return None if reader.account_id == self._own_account else reader.account_id

    def _what(self, task: Task) -> str:
        """The route, once for all parents of a nested list."""
        return task.endpoint if task.reader.account_id == self._own_account else f"{task.reader.account_id} {task.endpoint}"


def _about_availability(error: StripeError) -> bool:
    """Any 400, 403 or 404 to a list says that this key cannot have it, whatever the code: reported, and not a failure."""
    return error.unavailable or error.status in (400, 403, 404)
