"""What a reading thread does with a task: ask Stripe, make rows of the answer, hand them to the
writer, and put the tasks that follow once the rows are committed."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.retrieval import same_release
from stripe_assets.mirror import Batch, flatten
from stripe_assets.stripe_api import (
    AuthenticationFailed,
    Failure,
    MalformedPage,
    Stopped,
    StripeApi,
    StripeError,
)
from stripe_assets.sync import constants
from stripe_assets.sync.engine.ask_again import Again, AskAgain
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.page import Page
from stripe_assets.sync.engine.task import (
    Deferred,
    ListPage,
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
        put: Callable[..., None],
        ask_again: AskAgain,
        writes: WriteSink,
        abort: Callable[[Exception], None],
    ) -> None:
        self._catalog = catalog
        self._api = api
        self._states = states
        self._put = put
        self._writes = writes
        self._abort = abort
        self._ask_again = ask_again

    def read(self, task: Task) -> None:
        """Does a task, and closes it in its model's state. Raises nothing.

        A task that a halted run leaves stays open: its model is not finished.
        """
        try:
            if isinstance(task, Deferred):
                self._put(task.work())
            elif task.handler.is_needed(task):
                if not task.tries.refusal and task.handler.waits(task):
                    self._put([task], constants.ASKED_AGAIN_AFTER)
                else:
                    self._read(task)
                    if task.tries.refusal:
                        self._states.suspect(task.model, self._states.place_of(task), -1)
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
        path, params = self._ask_again.params(task)
        self._writes.wait_for_room()
        self._states.request(source.model, source.reader.account_id)
        asked_at = self._api.now()
        try:
            answer = self._api.get(
                path,
                params,
                stripe_account=self._states.header(source.reader),
                endpoint=source.endpoint,
                patient=task.tries.limit is None,
            )
            page = self._of_its_kind(task, task.page(answer))
        except (AuthenticationFailed, Stopped):
            raise
        except StripeError as error:
            self._no_page(task, error, params, asked_at)
        else:
            if task.tries.refusal:  # no fact, as the plain request is answered
                self._conclude(task, task.handler.not_read(task, task.tries.refusal))
            else:
                self.take(task, replace(page, asked=self._ask_again.asked(task)))

    def _of_its_kind(self, task: ListPage | Retrieve, page: Page) -> Page:
        """Returns the page without the objects that its list cannot have. Raises MalformedPage
        where it has no others."""
        kinds = {str(item.get("object")) for item in page.items}
        if kinds <= {task.resource} or not task.listed:
            return page
        wrong = kinds.intersection(self._catalog.resources) - self._catalog.listed_at(
            task.source.endpoint, task.resource
        )
        if not wrong:
            return page
        items = [item for item in page.items if item.get("object") not in wrong]
        if not items:
            said = f"the list has objects of another kind: {', '.join(sorted(wrong))}"
            raise MalformedPage(Failure(path=task.source.path, message=said))
        return replace(page, items=items, bad=page.bad + len(page.items) - len(items))

    def take(self, request: ListPage | Retrieve, page: Page) -> None:
        """Writes a page, and puts what follows once it is committed."""
        kept = request.handler.readable(request, page.items)
        page = replace(page, kept=kept)
        batch = self._rows(request, page)
        if batch.rounded and page.answer.raw:
            page = replace(page, kept=page.answer.exact_items(kept))
            batch = self._rows(request, page)
        self._write(request, request.handler.received(request, page, batch))

    def _rows(self, request: ListPage | Retrieve, page: Page) -> Batch:
        """What another release of the API leaves out says nothing."""
        source, answer = request.source, page.answer
        ours = same_release(answer.api_version, self._catalog.api_version)
        return flatten(
            self._catalog,
            source.resource,
            page.kept,
            source.owner,
            answer.observed_at,
            api_version=answer.api_version,
            parent=source.parent,
            position=request.position,
            platform_id=self._states.own_account,
            listed=request.listed,
            clean=answer.clean,
            asked=page.asked if ours else None,
        )

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

    def _no_page(
        self,
        task: ListPage | Retrieve,
        error: StripeError,
        params: Mapping[str, Any],
        asked_at: datetime,
    ) -> None:
        """The request was refused, has failed, or its answer makes no sense."""
        again = self._ask_again.instead_of(task, error, params)
        if isinstance(again, Again):
            for option in again.without:
                self._conclude(task, task.handler.gave_up(task, option))
            result = task.handler.in_parts(task, again.parts) if again.parts else None
            if result:
                self._write(task, result)
            else:
                self._put([again.task], again.after)
        elif again.refused:
            self._conclude(task, task.handler.refused(task, again, asked_at))
        else:
            self._conclude(task, task.handler.not_read(task, again))

    def _conclude(self, task: Request, result: PageResult | None) -> None:
        if result:
            self._write(task, result)
