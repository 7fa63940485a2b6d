"""One API key, one run: every selected model of every account that the key reaches, from Stripe into the mirror."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType

from stripe_assets.catalog import catalog
from stripe_assets.catalog.model import Resource, Route
from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.stripe_api import ApiKey, InvalidApiKey, StripeApi, StripeError
from stripe_assets.sync.closure import Closure, ClosureResult
from stripe_assets.sync.fan_out import active_routes
from stripe_assets.sync.model_state import Feeders, ModelState, feeders_of, with_feeders
from stripe_assets.sync.owners import ACCOUNT, AccountsPage, Owners, account_id_of
from stripe_assets.sync.phase import Phase
from stripe_assets.sync.plan import Plan, plan, root_lists
from stripe_assets.sync.results import ModelResult, Progress
from stripe_assets.sync.resume import Sweeps
from stripe_assets.sync.task import Task, list_key, list_params
from stripe_assets.sync.writer import Writer

logger = logging.getLogger(__name__)


class SyncAborted(Exception):
    """The run of a key ended before all was done; the message says why and what to do."""


class KeySync:
    """Use it as a context manager: leaving it ends every thread, within the time of the request each is in.

        with KeySync(key, mirror, ["invoice"], run_id=…) as sync:
            plan = sync.prepare()
            for result in sync.run():
                …

    `models` are resource names; none means all. Raises SyncAborted from `prepare` and `run` when the key is refused
    (401), when Stripe cannot be reached at all, or when the database cannot be written.
    """

    def __init__(self, key: ApiKey, mirror: Mirror, models: Sequence[str] = (), *, run_id: str) -> None:
        self._key = key
        self._mirror = mirror
        self._catalog = catalog()
        self._run_id = run_id
        self._selected = [name for name in self._catalog.resources if not models or name in set(models)]
        self._feeders = with_feeders(self._catalog, [*self._selected, ACCOUNT])  # accounts are read anyway, to know the owners
        self._halt = threading.Event()
        self._aborted: Exception | None = None
        self._began = datetime.now(UTC)
        self._api = StripeApi(key, stop=self._halt)
        self._phases: list[Phase] = []
        self._owners: tuple[Owner, ...] = ()
        self.progress = Progress(lambda: self._api.requests)
        self._writer = Writer(mirror, written=self.progress.written, broken=self._abort)
        self.closure: ClosureResult | None = None

    def __enter__(self) -> KeySync:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the run's threads. What a thread has under way is finished or given up; nothing is written afterwards."""
        self._halt.set()
        for phase in self._phases:
            phase.close()
        self._writer.close()

    def stop(self) -> None:
        """Asks the run to end; `run` then raises SyncAborted. For another thread, or a signal handler."""
        self._halt.set()

    @property
    def _partial(self) -> bool:
        return len(self._selected) < len(self._catalog.resources)

    @property
    def related(self) -> str | None:
        """What a run of some models has fetched because their rows refer to it; None where that was not its task."""
        return self.closure.line() if self.closure else None

    def prepare(self) -> Plan:
        """Finds the accounts and says what the run will do. The accounts' own rows are written on the way."""
        self._writer.start()
        try:
            accounts = Owners(self._api, self._key, self._catalog[ACCOUNT])
            own_id, own = accounts.own()
            platform = Owner(own_id, self._key.livemode)
            self._api.key = replace(self._key, account_id=own_id)  # the budget is the account's, whichever key reaches it
            listed = [name for name in self._feeders if not self._catalog[name].on_demand]
            nested = active_routes(self._catalog, listed, platform.livemode)
            self._sweeps = Sweeps(self._mirror, self._catalog, self._key.alias, self._feeders, nested, self._run_id)
            self._sweeps.begin([(platform, ACCOUNT)])
            self._owners = self._read_accounts(self._new_phase(platform, self._feeders, nested), platform, own, accounts)
            rows = self._mirror.counts(self._owners)
        except (StripeError, InvalidApiKey, MirrorError) as error:
            raise SyncAborted(str(error)) from None
        requests = self.progress.requests
        return plan(
            self._catalog,
            self._key.alias,
            self._owners,
            self._selected,
            list(self._feeders),
            rows,
            requests,
            accounts.refused,
            related=self._partial,
        )

    def run(self) -> Iterator[ModelResult]:
        """Yields the result of each selected model as it finishes. Raises SyncAborted after what is finished is yielded."""
        assert self._phases, "prepare() comes first"
        self.progress.begin(len(self._selected))
        try:
            yield from self._results(self._phases[0])
            if not self._halt.is_set() and self._partial:
                self._close_references()
        except MirrorError as error:
            self._abort(error)
        if self._halt.is_set():
            raise SyncAborted(self._why_aborted())

    def _results(self, phase: Phase) -> Iterator[ModelResult]:
        selected = set(self._selected)
        for state in phase.run(self._tasks_by_owner()):
            result = self._result(state)
            if state.model in selected:
                self.progress.model_done()
                yield result

    def _tasks_by_owner(self) -> Iterator[list[Task]]:
        """What is to be listed for one account after the other: a platform's thousands do not all wait in memory."""
        for owner in self._owners:
            self._sweeps.begin([(owner, name) for name in self._feeders if not self._catalog[name].lists_owners])
            yield self._root_tasks(owner) + self._sweeps.left_over(owner)

    def _new_phase(self, platform: Owner, feeders: Mapping[str, Feeders], nested: Mapping[str, list[tuple[str, Route]]]) -> Phase:
        account, writer = platform.account_id, self._writer
        phase = Phase(self._catalog, self._api, account, feeders, nested, writer, halt=self._halt, abort=self._abort)
        self._phases.append(phase)
        return phase

    def _read_accounts(self, phase: Phase, platform: Owner, own: AccountsPage | None, accounts: Owners) -> tuple[Owner, ...]:
        """The own account and the connected ones, each asked for once: they are the owners and the `account` rows."""
        ids = [platform.account_id]
        for page in itertools.chain([own] if own else [], accounts.connected()):
            ids += [account_id_of(account, page.path) for account in page.accounts]
            phase.states.request(ACCOUNT, platform.account_id)
            task = Task(model=ACCOUNT, resource=ACCOUNT, reader=platform, path=page.path, endpoint=page.path, key=page.path)
            phase.states.answered(ACCOUNT, phase.reader.place(task))
            phase.reader.take(task, page.accounts, None, page.answer)
        for what, reason in accounts.refused.items():
            phase.states.refuse(ACCOUNT, (None, what), reason)
        return tuple(Owner(id_, platform.livemode) for id_ in dict.fromkeys(ids))

    def _root_tasks(self, owner: Owner) -> list[Task]:
        tasks = []
        for name, route, variant in root_lists(self._catalog, self._feeders, owner.livemode):
            if route is None:
                path = self._catalog[name].singleton
                assert path
                task = Task(name, name, owner, path, endpoint=path, key=path, paging="object")
            else:
                key, params = list_key(route, variant), list_params(self._catalog[name], route, variant)
                task = Task(name, name, owner, route.path, endpoint=route.path, key=key, paging=route.paging, params=params)
            resumed = self._sweeps.resume(task)
            if resumed is not None:
                tasks.append(resumed)
            else:
                self._phases[0].states.answered(name)  # read to its end by the run that is taken up
        return tasks

    def _result(self, state: ModelState) -> ModelResult:
        name = state.model
        rows = self._mirror.counts_by_owner(name, self._owners)
        result = ModelResult(
            model=name,
            alias=self._key.alias,
            status=state.status,
            rows_written=self.progress.rows[name],
            rows_in_mirror=sum(rows.values()),
            requests=state.requests.total(),
            seconds=state.seconds,
            availability=_unlisted(self._catalog[name]) or state.availability,
            error=state.error,
        )
        if not state.failed:
            own, *connected = self._owners
            unlisted = _unlisted(self._catalog[name])
            said = {own: unlisted or state.availability_of(None)}
            if not self._catalog[name].lists_owners:
                said |= {owner: unlisted or state.availability_of(owner.account_id) for owner in connected}
            self._sweeps.finish(name, said, rows, state.requests)
        return result

    def _close_references(self) -> None:
        """A run of all models has listed everything; a run of some fetches what their rows refer to."""

        def phase(models: Iterable[str]) -> Phase:
            return self._new_phase(self._owners[0], dict.fromkeys(models, Feeders()), {})

        self.closure = Closure(self._catalog, self._mirror, self._owners, phase).run(self._began)
        logger.info("%s: %s", self._key.alias, self.closure.line())
        if self.closure.errors:
            raise SyncAborted(f"{self._key.alias}: related objects are missing: " + "; ".join(self.closure.errors))

    def _abort(self, error: Exception) -> None:
        self._aborted = self._aborted or error
        self._halt.set()

    def _why_aborted(self) -> str:
        if self._aborted is not None:
            return str(self._aborted)
        return f"{self._key.alias}: stopped; what was read is in the database, and the next run goes on from there"


def _unlisted(resource: Resource) -> str | None:
    """Why no list of Stripe's fills a model, if none does."""
    if resource.on_demand:
        return f"on demand: {resource.on_demand}"
    feeders = feeders_of(catalog(), resource)
    if feeders.complete or feeders.models:
        return None
    return "not listed: Stripe has no list of these, a row comes when something embeds one"
