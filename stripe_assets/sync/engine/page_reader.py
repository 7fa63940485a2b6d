"""What a reading thread does with a task: ask Stripe, make rows of the answer, hand them to the
writer, and put the tasks that follow once the rows are committed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from stripe_assets.catalog import Catalog
from stripe_assets.mirror import flatten
from stripe_assets.stripe_api import (
    AuthenticationFailed,
    InvalidRequest,
    NotFound,
    Stopped,
    StripeApi,
    StripeError,
)
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.refused_parameters import RefusedParameters
from stripe_assets.sync.engine.task import (
    Deferred,
    ListPage,
    Page,
    PageResult,
    Request,
    Retrieve,
    Task,
)
from stripe_assets.sync.engine.write_queue import PendingWrite, WriteSink

logger = logging.getLogger(__name__)


class PageReader:
    """Knows no purpose: a task's handler does. All state is in the tasks, the models' states and
    the mirror."""

    def __init__(
        self,
        catalog: Catalog,
        api: StripeApi,
        states: ModelStates,
        *,
        put: Callable[[list[Task]], None],
        writes: WriteSink,
        abort: Callable[[Exception], None],
    ) -> None:
        self._catalog = catalog
        self._api = api
        self._states = states
        self._put = put
        self._writes = writes
        self._abort = abort
        self._refused_parameters = RefusedParameters()

    def read(self, task: Task) -> None:
        """Does a task, and closes it in its model's state. Raises nothing.

        A task that a halted run leaves stays open: its model is not finished.
        """
        try:
            if isinstance(task, Deferred):
                self._put(task.work())
            elif task.handler.is_needed(task):
                self._read(task)
        except Stopped:
            return
        except AuthenticationFailed as error:
            self._abort(error)
            return
        except Exception as error:
            logger.debug("%s: %s failed", task.model, task.name, exc_info=True)
            task.failed(error)
        self._states.close(task.model)

    def _read(self, task: ListPage | Retrieve) -> None:
        source = task.source
        path, params = task.request()
        params = self._refused_parameters.without(source.endpoint, params)
        self._writes.wait_for_room()
        self._states.request(source.model, source.reader.account_id)
        asked_at = self._api.now()
        try:
            answer = self._api.get(
                path,
                params,
                stripe_account=self._states.header(source.reader),
                endpoint=source.endpoint,
            )
        except (AuthenticationFailed, Stopped):
            raise
        except StripeError as error:
            self._refused(task, error, asked_at)
        else:
            self.take(task, task.page(answer))

    def take(self, request: ListPage | Retrieve, page: Page) -> None:
        """Writes a page, and puts what follows once it is committed."""
        source, answer = request.source, page.answer
        kept = request.handler.readable(request, page.items)
        batch = flatten(
            self._catalog,
            source.resource,
            kept,
            source.owner,
            answer.observed_at,
            api_version=answer.api_version,
            parent=source.parent,
            position=request.position,
            platform_id=self._states.own_account,
            listed=request.listed,
            clean=answer.clean,
        )
        page = replace(page, kept=kept)
        self._write(request, request.handler.received(request, page, batch))

    def _write(self, request: Request, result: PageResult) -> None:
        """What follows is read after the commit: a crash costs each list at most one page."""
        tasks, committed = result.tasks, result.committed

        def done(error: Exception | None) -> None:
            if error is not None:
                request.handler.failed(request, error, f"writing a page of {request.source.path}")
            else:
                if committed:
                    committed()
                if tasks:
                    self._put(tasks)
            self._states.close(request.model)

        self._states.open(request.model)
        self._writes.put(PendingWrite(result.batch, done, result.step))

    def _refused(self, task: ListPage | Retrieve, error: StripeError, asked_at: datetime) -> None:
        """Stripe refuses a cursor, a parameter, or what the task asks for; or something failed."""
        if again := _with_another_cursor(task, error):
            self._put([again])
        elif isinstance(error, InvalidRequest) and (
            parameter := self._refused_parameters.learn(task.source, error)
        ):
            task.handler.gave_up(task, parameter, error)
            self._put([task])
        elif not error.unavailable:
            task.handler.failed(task, error)
        elif result := task.handler.refused(task, error, asked_at):
            self._write(task, result)


def _with_another_cursor(task: Request, error: StripeError) -> ListPage | None:
    """Returns the task to try where the refusal can be about its cursor."""
    if not isinstance(error, InvalidRequest | NotFound) or not isinstance(task, ListPage):
        return None
    if not task.cursor.ids or task.cursor.restarted:
        return None
    cursor = task.cursor.older() if error.refused_cursor else task.cursor.at_start()
    return replace(task, cursor=cursor)
