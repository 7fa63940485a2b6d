"""The step of a run that sweeps the models of each account, and gives each model's result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import root_lists
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import Availability, Batch, Owner
from stripe_assets.sync.engine.holes import OBJECT, ROUTE
from stripe_assets.sync.engine.model_state import ModelState
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.events.incremental import IncrementalResult
from stripe_assets.sync.planning.freshness import Decisions
from stripe_assets.sync.results import HOLES_SHOWN, ModelResult
from stripe_assets.sync.retrieval.deletions import Deletions, Swept, UnreadObjects
from stripe_assets.sync.retrieval.in_full import InFull
from stripe_assets.sync.run.completeness import Completeness
from stripe_assets.sync.run.hole_tasks import HoleTasks
from stripe_assets.sync.run.lists import list_task, singleton_task
from stripe_assets.sync.run.prepare import Prepared

EARLIER = "by the run that this one continues"
"""In place of a route: an earlier run has read it."""


class SweepStep:
    """Sweeps what the decisions say. It also knows, after `run`, what failed and what Stripe does
    not show."""

    def __init__(
        self,
        session: Session,
        prepared: Prepared,
        decisions: Decisions,
        incremental: IncrementalResult,
        *,
        overtakes_events: bool,
    ) -> None:
        """`decisions`: after the incremental step. `overtakes_events`: failed events of before a
        sweep count as settled by it."""
        self._session = session
        self._catalog = session.catalog
        self._prepared = prepared
        self._incremental = incremental
        self._overtakes_events = overtakes_events
        self._decisions = dict(decisions)
        """A sweep that another run finished meanwhile changes the decision of its account."""
        self._completeness = Completeness(session, prepared.owners, self._follows)
        self.failed: set[str] = set()
        self.unavailable: dict[tuple[Owner, str], str] = {}
        """(Account, model) of which Stripe shows nothing → its reason."""
        self.accounts_failed = False

    def run(self) -> Iterator[ModelResult]:
        """Yields the result of each model as it finishes. Raises MirrorError."""
        owners = self._prepared.owners
        swept = Swept(owners, self._prepared.lost, self._began)
        deletions = Deletions(self._session, self._prepared.pool, swept)
        in_full = InFull(self._session, self._prepared.pool, swept)

        def lists_read(state: ModelState) -> bool:
            return any([deletions.begin(state), in_full.begin(state)])

        for state in self._prepared.pool.run(self._tasks(), lists_read):
            yield self._result(state)

    def _tasks(self) -> Iterator[list[Task]]:
        """Yields what is to be listed, one account after the other: the tasks of a platform's
        thousands of accounts are not all in memory."""
        prepared, states = self._prepared, self._prepared.pool.states
        accounts = {name for name in prepared.models if self._catalog[name].rows_are_accounts}
        for owner in prepared.owners:
            decision = self._decisions[owner]
            swept = decision.swept - accounts
            if not swept and not decision.finished:
                yield self._holes_of(owner)
                continue
            now = self._session.api.now()
            finished = prepared.sweeps.begin(owner, swept, decision.finished, now)
            if finished != decision.finished:
                decision = self._decisions[owner] = decision.with_finished(finished)
            names = [name for name in prepared.models if name in decision.swept]
            readable = [name for name in finished if not self._refused(owner, name)]
            for name in readable + prepared.sweeps.partly_read(owner, names):
                states.answered(name, states.place(owner, EARLIER))
            for name in names:
                if not prepared.sweeps.is_continued(owner, name):
                    self._session.before.holes.begin_sweep(owner, name)
            tasks = self._holes_of(owner) + self._lists_of_account(owner, names)
            yield tasks + prepared.sweeps.left_over(owner, names, prepared.pool.sweep)

    def _holes_of(self, owner: Owner) -> list[Task]:
        """Returns the tasks of what runs before could not read, as far as it is due and no sweep
        reads it."""
        decision, sweeps = self._decisions[owner], self._prepared.sweeps
        due = [
            hole
            for hole in decision.holes.due
            if hole.model not in decision.swept
            or sweeps.is_continued(owner, hole.model)
            or hole.key.startswith(OBJECT)
        ]
        if not due:
            return []
        session, pool = self._session, self._prepared.pool
        objects = UnreadObjects(session, pool)
        created = self._prepared.created.get(owner)
        return HoleTasks(session, pool.sweep, objects, created, session.api.now()).of(due)

    def _lists_of_account(self, owner: Owner, names: Sequence[str]) -> list[Task]:
        states, tasks = self._prepared.pool.states, list[Task]()
        for name, route, variant in root_lists(self._catalog, names, owner.livemode):
            lists, nested = self._prepared.pool.sweep.lists, self._decisions[owner].swept
            if route is None:
                task = singleton_task(self._catalog, owner, name, lists, nested)
            else:
                created = self._prepared.created.get(owner)
                task = list_task(
                    self._catalog,
                    owner,
                    name,
                    route,
                    variant,
                    lists,
                    nested=nested,
                    created=created,
                )
            resumed = self._prepared.sweeps.resume(task)
            tasks += resumed
            if not resumed:  # it was read to its end
                states.answered(name, states.place(owner, EARLIER))
        return tasks

    def _began(self, owner: Owner, model: str) -> datetime | None:
        """Returns when the sweep of a model began. None: it was not swept.

        That is the time of the first request for a list that fills the model, or for a list of its
        parents.

        A run that continues sweeps does not read again what belongs to pages that are done.
        """
        sweeps = self._prepared.sweeps
        if sweeps.started(owner, model) is None or model in self._decisions[owner].finished:
            return None
        platform = self._prepared.owners[0]
        began = (
            sweeps.started(platform if name == ACCOUNT else owner, name)
            for name in self._completeness.above(model)
        )
        return min(at for at in began if at)

    def _result(self, state: ModelState) -> ModelResult:
        name, progress = state.model, self._session.progress
        owners = self._prepared.owners
        are_accounts = self._catalog[name].rows_are_accounts
        swept = [one for one in owners if name in self._decisions[one].swept]
        swept = list(owners[:1]) if are_accounts else swept
        rows = self._session.mirror.live_rows.counts_by_owner(name, owners)
        self._add_refusals(state, swept)
        self._settle(state)
        self.accounts_failed |= are_accounts and state.failed
        errors = [error for error in (state.error, self._incremental.error(name)) if error]
        if errors:
            self.failed.add(name)
        else:
            self._finish(state, swept, rows)
        missing = self._completeness.missing(name)
        if missing.left and not errors:
            errors = [missing.said]
        status = "failed" if name in self.failed else "incomplete" if missing else state.status
        listed = _never_listed(self._catalog, self._catalog[name]) or state.availability
        return ModelResult(
            model=name,
            alias=self._session.alias,
            status=status,
            rows_written=progress.rows[name],
            rows_in_mirror=sum(rows.values()),
            requests=state.answers.requests.total(),
            seconds=state.seconds,
            availability=self._completeness.availability(listed, None, name),
            error="; ".join(errors) or None,
            missing=tuple(missing.left[:HOLES_SHOWN]),
        )

    def _settle(self, state: ModelState) -> None:
        """Records which nested lists Stripe does not show."""
        answers, holes = state.answers, self._session.before.holes
        states = self._prepared.pool.states
        before = self._session.before
        found = holes.settle(
            state.model,
            lambda place: place in answers.answered,
            lambda owner: before.was_readable(owner, state.model),
        )
        if found:
            self._session.mirror.write([Batch(holes=found)])
        for owner in self._prepared.owners:
            for hole in holes.unavailable(owner, state.model):
                if hole.key.startswith(ROUTE):
                    place = states.place(owner, hole.key.removeprefix(ROUTE))
                    states.refuse(state.model, place, hole.answer)

    def _add_refusals(self, state: ModelState, swept: Sequence[Owner]) -> None:
        """Adds what was refused the last time and was not swept."""
        owners, states, name = self._prepared.owners, self._prepared.pool.states, state.model
        refused = {
            owner: reason
            for owner in owners
            if owner not in swept and (reason := self._refused(owner, name))
        }
        for owner, reason in refused.items():
            self.unavailable[owner, name] = reason
            states.refuse(name, states.place(owner, "not read"), reason)
        its_list_is_refused = any(place[0] is None for place in state.answers.unavailable)
        if not swept and owners[0] not in refused and not its_list_is_refused:
            states.answered(name, states.place(owners[0], "its events"))

    def _refused(self, owner: Owner, model: str) -> str | None:
        """Returns why a model could not be read that was not swept."""
        return self._decisions[owner].refusals.wholly.get(model)

    def _finish(self, state: ModelState, swept: Sequence[Owner], rows: Mapping[Owner, int]) -> None:
        """From now on a model follows events, where it was read with everything that belongs to
        it."""
        name, states = state.model, self._prepared.pool.states
        never_listed = _never_listed(self._catalog, self._catalog[name])
        holes, whole = self._session.before.holes, self._completeness
        said = {
            owner: whole.availability(
                never_listed or state.availability_of(states.header(owner)), owner, name
            )
            for owner in swept
        }
        current: dict[Owner, datetime] = {}
        for owner, availability in said.items():
            if availability.is_refused:
                self.unavailable[owner, name] = availability.reason
            alone = name in self._decisions[owner].alone
            read = (owner, name) not in self.unavailable and not alone
            if read and (began := self._began(owner, name)):
                current[owner] = began
        mirror, requests = self._session.mirror, state.answers.requests
        if said:
            self._prepared.sweeps.finish(name, said, rows, requests, current.get)
        mirror.holes.close(id for owner in said for id in holes.end_sweep(owner, name))
        changed = {
            owner: whole.availability(
                never_listed or state.availability_of(states.header(owner)), owner, name
            )
            for owner, decision in self._decisions.items()
            if owner not in said
            and name not in decision.refusals.wholly
            and self._may_have_changed(owner, name)
        }
        mirror.sweeps.results.set_availability(name, changed)
        if self._overtakes_events:
            for owner, began in current.items():
                self._session.mirror.ledger.overtake(owner, name, began, datetime.now(UTC))

    def _may_have_changed(self, owner: Owner, model: str) -> bool:
        """Whether another part of the model can be read than the database says."""
        was_incomplete = model in self._decisions[owner].refusals.incomplete
        return was_incomplete or self._completeness.concerns(model, owner)

    def _follows(self, owner: Owner, model: str) -> bool:
        return model in self._decisions[owner].followed


def _never_listed(models: Catalog, resource: Resource) -> Availability | None:
    """Returns why no list of Stripe's fills a model; None where one does."""
    if resource.on_demand_reason:
        return Availability("on demand", resource.on_demand_reason)
    upstreams = models.upstreams[resource.name]
    if upstreams.is_listed or upstreams.models:
        return None
    return Availability(
        "not listed", "Stripe has no list of these, a row comes when something embeds one"
    )
