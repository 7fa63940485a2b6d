"""What a finished sweep did not list any more: each is asked for before it is called deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from stripe_assets.catalog.lists import sweep_shows_deletions
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.retrieval import read_by_platform, retrieve_route
from stripe_assets.mirror import Batch, ObjectRef, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.engine.handlers import Page, PageHandler, Retrieval
from stripe_assets.sync.engine.model_state import ModelState, ModelStates
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.retrieval.retrieve import TASKS_AT_ONCE, ReadRequest, retrieve_task

ASKED_AGAIN_AFTER = timedelta(days=30)
"""An object that exists though no list has it (an inline price, a detached payment method) is asked for again so much later."""


class Deletions:
    """Told of each model when its lists are read; opens the retrieves of what they no longer have, as work of that model.

    `started` gives when the sweep of an account's model began, by Stripe's clock, None where it was not swept; `lost` the
    accounts that the key no longer reaches.
    """

    def __init__(
        self,
        session: Session,
        started: Callable[[Owner, str], datetime | None],
        owners: Callable[[], tuple[Owner, ...]],
        lost: Callable[[], list[Owner]],
        put: Callable[[list[Task]], None],
    ) -> None:
        self._session = session
        self._started = started
        self._owners = owners
        self._lost = lost
        self._put = put

    def read(self, states: ModelStates, state: ModelState) -> bool:
        """Whether something may have to be asked for. Called with the states locked: it asks nobody."""
        resource = self._session.catalog[state.model]
        if state.failed or not (
            resource.rows_are_accounts or sweep_shows_deletions(self._session.catalog, resource)
        ):
            return False
        wished = self._lost_accounts if resource.rows_are_accounts else self._no_longer_listed
        owners = [owner for owner in self._owners() if self._complete(states, resource, owner)]
        if not owners:
            return False
        handler = AskedFor(self._session, states)
        self._put(
            [self._work(resource, lambda: self._tasks(resource, wished(resource, owners), handler))]
        )
        return True

    def _work(self, resource: Resource, work: Callable[[], list[Task]]) -> Task:
        name, why = resource.name, f"{resource.name}: no longer listed"
        return Task(name, name, self._session.platform, path=why, endpoint=why, key=why, work=work)

    def _tasks(
        self, resource: Resource, wishes: list[ReadRequest], handler: PageHandler
    ) -> list[Task]:
        """Some of the retrieves, and the work that gives the others."""
        some, rest = wishes[:TASKS_AT_ONCE], wishes[TASKS_AT_ONCE:]
        tasks = [
            retrieve_task(self._session.catalog, self._session.platform, wish, handler)
            for wish in some
        ]
        return (
            [*tasks, self._work(resource, lambda: self._tasks(resource, rest, handler))]
            if rest
            else tasks
        )

    def _complete(self, states: ModelStates, resource: Resource, owner: Owner) -> bool:
        """Whether all lists that could have had this account's objects, and those that these hang on, were read to their ends."""
        if self._started(owner, resource.name) is None and not resource.rows_are_accounts:
            return False
        platform = self._session.platform
        reader = (
            None
            if owner == platform or read_by_platform(self._session.catalog, resource)
            else owner.account_id
        )
        todo, seen = [resource.name], set[str]()
        while todo:
            name = todo.pop()
            state = states[name]
            its = (
                None
                if read_by_platform(self._session.catalog, self._session.catalog[name])
                else reader
            )
            if state.failed or any(place[0] == its for place in state.unavailable):
                return False
            seen.add(name)
            todo += state.upstreams.models - seen
        return True

    def _no_longer_listed(self, resource: Resource, owners: list[Owner]) -> list[ReadRequest]:
        again = self._session.api.now() - ASKED_AGAIN_AFTER
        columns = {
            field.name: field.column
            for field in resource.fields
            if field.column and not field.derived
        }
        routes = [route for route in (resource.retrieve, *resource.other_retrieves) if route]
        parents = {
            name: columns[field]
            for route in routes
            for name, field in route.params.items()
            if field in columns
        }
        wishes = []
        for owner in owners:
            before = self._started(owner, resource.name)
            assert before is not None
            for row in self._session.mirror.unlisted(
                resource.name, owner, before, again, sorted(set(parents.values()))
            ):
                known = {name: str(row[column]) for name, column in parents.items() if row[column]}
                if retrieve_route(resource, known):
                    wishes.append(
                        ReadRequest(ObjectRef(resource.name, owner, row["id"]), parents=known)
                    )
        return wishes

    def _lost_accounts(self, resource: Resource, owners: list[Owner]) -> list[ReadRequest]:
        return [
            ReadRequest(ObjectRef(resource.name, owner, owner.account_id)) for owner in self._lost()
        ]


class AskedFor(Retrieval):
    """The retrieves of what is no longer listed. What could not be asked for leaves its model unfinished: it is not called deleted."""

    def __init__(self, session: Session, states: ModelStates) -> None:
        super().__init__(session, unlisted=True)
        self._own_account = session.platform.account_id
        self._states = states

    def written(self, task: Task, page: Page, observed_at: datetime) -> None:
        pass

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        batch = super().refused(task, error, asked_at)
        if batch is None:  # neither there nor gone: said, and asked for again by the next sweep
            account = task.reader.account_id
            header = None if account == self._own_account else account
            self._states.refuse(
                task.model, (header, f"{task.endpoint} of what is no longer listed"), error.reason
            )
        self.absent.clear()
        return batch

    def failed(self, task: Task, error: Exception) -> None:
        wanted = task.wanted
        name = f"{wanted.resource} {wanted.id}" if wanted else task.path
        self._states.fail(
            task.model, f"{name} is no longer listed, and could not be asked for: {error}"
        )
