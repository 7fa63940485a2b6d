"""Objects that a model needs besides its lists. They are retrieved when the lists are read, as
further work of the model."""

from __future__ import annotations

from collections.abc import Callable

from stripe_assets.catalog.model import Resource
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import Deferred, PageHandler, Task
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import TASKS_AT_ONCE, retrieve_task


class FurtherRetrieves:
    def __init__(self, session: Session, pool: Pool) -> None:
        self._session = session
        self._pool = pool

    def put(
        self,
        resource: Resource,
        why: str,
        find: Callable[[], list[ReadRequest]],
        handler: PageHandler,
    ) -> None:
        """`find` asks the database. It is called later, by a task."""

        def work() -> list[Task]:
            return self._tasks(resource, why, find(), handler)

        self._pool.put([self._deferred(resource, why, work)])

    def _deferred(self, resource: Resource, why: str, work: Callable[[], list[Task]]) -> Deferred:
        name, states = f"{resource.name}: {why}", self._pool.states

        def failed(error: Exception) -> None:
            states.fail(resource.name, f"{name}: {type(error).__name__}: {error}")

        account_id = self._session.platform.account_id
        return Deferred(resource.name, name, account_id, work, failed)

    def _tasks(
        self, resource: Resource, why: str, requests: list[ReadRequest], handler: PageHandler
    ) -> list[Task]:
        """Returns some of the retrieves, and the work that makes the rest of them."""
        session = self._session
        some, rest = requests[:TASKS_AT_ONCE], requests[TASKS_AT_ONCE:]
        tasks: list[Task] = [
            retrieve_task(session.catalog, session.platform, request, handler) for request in some
        ]
        if rest:
            more = self._deferred(resource, why, lambda: self._tasks(resource, why, rest, handler))
            tasks.append(more)
        return tasks
