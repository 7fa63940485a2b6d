"""One API key, one run: every selected model of every account that the key reaches, from Stripe into the mirror."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType

from stripe_assets.catalog import catalog
from stripe_assets.catalog.incremental import is_incremental
from stripe_assets.catalog.lists import (
    list_key,
    list_params,
    listed_under_accounts,
    nested_lists,
    root_lists,
)
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import upstreams_of, with_upstreams
from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.stripe_api import ApiKey, InvalidApiKey, StripeError
from stripe_assets.sync.engine.accounts import Accounts, AccountsPage, account_id_of
from stripe_assets.sync.engine.memory import one_heap, seldom_searched
from stripe_assets.sync.engine.model_state import ModelState
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.session import Session, SyncAborted
from stripe_assets.sync.engine.shards import BEGINNING, WHOLE, Listing
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.events.incremental import Follow
from stripe_assets.sync.planning.freshness import Freshness, Mode
from stripe_assets.sync.planning.plan import Plan, plan
from stripe_assets.sync.planning.resume import SweepRun
from stripe_assets.sync.results import ModelResult, wholly_refused
from stripe_assets.sync.retrieval.closure import Closure, ClosureResult, WrittenByRun
from stripe_assets.sync.retrieval.deletions import Deletions

logger = logging.getLogger(__name__)

EARLIER = "by the run that is gone on with"


class KeySync:
    """Use it as a context manager: leaving it ends every thread, within the time of the request each is in.

        with KeySync(key, mirror, ["invoice"], run_id=…) as sync:
            plan = sync.prepare()
            for result in sync.run():
                …

    `models` are resource names; none means all. `mode`: `full` sweeps them, `incremental` and `auto` follow the events since
    the last time and sweep what cannot be kept current by them. Raises SyncAborted from `prepare` and `run` when the key is
    refused (401), when Stripe cannot be reached at all, or when the database cannot be written.
    """

    def __init__(
        self,
        key: ApiKey,
        mirror: Mirror,
        models: Sequence[str] = (),
        *,
        run_id: str,
        mode: Mode = "full",
    ) -> None:
        self._key = key
        self._mirror = mirror
        self._catalog = catalog()
        self._run_id = run_id
        self._mode: Mode = mode
        self._selected = [
            name for name in self._catalog.resources if not models or name in set(models)
        ]
        self._feeders = with_upstreams(
            self._catalog, [*self._selected, ACCOUNT]
        )  # accounts are read anyway, to know the owners
        self._session = Session(key, mirror)
        self.progress = self._session.progress
        self._owners: tuple[Owner, ...] = ()
        self._phase: Pool
        self._sweeps: SweepRun
        self._currency: Freshness
        self._follow: Follow | None = None
        self._rows: dict[tuple[Owner, str], int] = {}
        self._above: dict[str, list[str]] = {}
        self._lost: list[Owner] = []
        self._beginnings: dict[Owner, int] = {}
        """When an account was created, Unix seconds."""
        self._failed: set[str] = set()
        self._unavailable: dict[tuple[Owner, str], str] = {}
        self._accounts_known = False
        """Whether all accounts were listed, and what is no longer among them was asked for."""
        self.closure: ClosureResult | None = None

    def __enter__(self) -> KeySync:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the run's threads. What a thread has under way is finished or given up; nothing is written afterwards."""
        self._session.close()

    def stop(self) -> None:
        """Asks the run to end; `run` then raises SyncAborted. For another thread, or a signal handler."""
        self._session.halt.set()

    @property
    def related(self) -> str | None:
        """What the run has fetched because its rows refer to it; None before it has come to that."""
        return self.closure.line() if self.closure else None

    def prepare(self) -> Plan:
        """Finds the accounts and says what the run will do. The accounts' own rows are written on the way."""
        session = self._session
        try:
            accounts, own = session.identify()
            platform = session.platform
            self._mirror.found_key(self._key.alias, platform, self._key.fingerprint)
            now = (
                own.answer.observed_at if own else session.api.now()
            )  # what comes with the own account belongs to this run's sweeps
            listed = [name for name in self._feeders if not self._catalog[name].on_demand_reason]
            nested = nested_lists(self._catalog, listed, platform.livemode)
            self._sweeps = SweepRun(
                self._mirror,
                self._catalog,
                self._key.alias,
                self._feeders,
                nested,
                self._run_id,
                now,
            )
            self._currency = Freshness(
                self._mirror, self._sweeps, self._mode, list(self._feeders), now
            )
            self._sweeps.begin_accounts(platform, now)
            unlisted = Deletions(
                session,
                self._sweep_began,
                lambda: self._owners,
                lambda: self._lost,
                lambda tasks: self._phase.put(tasks),
            )
            self._phase = session.phase(
                self._feeders, nested, lambda state: unlisted.read(self._phase.states, state)
            )
            self._owners = self._read_accounts(platform, own, accounts)
            self._accounts_known = not accounts.refused
            self._lost = (
                []
                if accounts.refused
                else [
                    owner
                    for owner in self._mirror.reach(self._key.alias)
                    if owner not in self._owners
                ]
            )
            swept = {name for names in self._currency.swept.values() for name in names}
            rows = self._mirror.counts(self._owners, swept)
        except (StripeError, InvalidApiKey, MirrorError) as error:
            raise SyncAborted(str(error)) from None
        return plan(
            self._catalog,
            self._key.alias,
            self._owners,
            self._selected,
            self._currency,
            rows,
            self.progress.requests,
            accounts.refused,
        )

    def run(self) -> Iterator[ModelResult]:
        """Yields the result of each selected model as it finishes. Raises SyncAborted after what is finished is yielded."""
        assert self._owners, "prepare() comes first"
        self.progress.begin(len(self._selected))
        one_heap()
        with seldom_searched():
            yield from self._run()

    def _run(self) -> Iterator[ModelResult]:
        session = self._session
        try:
            session.tolerated = {owner: its.partly for owner, its in self._currency.refused.items()}
            since = self._mirror.begin_closing(self._key.alias, session.platform, session.began)
            if self._currency.follows:
                self._follow = Follow(session, self._currency, self._owners, self._run_id)
                self._follow.run()
                for line in self._currency.late_lines():
                    logger.warning("%s: %s", self._key.alias, line)
            yield from self._results()
            if (
                not session.halt.is_set() and not self._failed
            ):  # what a list that failed would have brought is not asked for one by one
                self._close_references(since)
            if (
                not session.halt.is_set()
                and not self._failed
                and len(self._selected) == len(self._catalog.resources)
            ):
                began = self._sweeps.began
                for owner in self._owners:
                    self._overtake(owner, None, began)
            if not session.halt.is_set():
                # A model that failed is gone on with, and what it is read from is not swept again for that.
                self._sweeps.end(
                    [
                        name
                        for name in with_upstreams(self._catalog, self._failed)
                        if is_incremental(name)
                    ]
                )
            if not session.halt.is_set() and self._accounts_known:
                self._mirror.record_reach(self._key.alias, self._owners, datetime.now(UTC))
        except MirrorError as error:
            session.abort(error)
        session.raise_if_halted()
        if self.closure and self.closure.errors:
            raise SyncAborted(
                f"{self._key.alias}: related objects are missing: " + "; ".join(self.closure.errors)
            )

    def _results(self) -> Iterator[ModelResult]:
        selected = set(self._selected)
        for state in self._phase.run(self._tasks_by_owner()):
            result = self._result(state)
            if state.model in selected:
                self.progress.model_done()
                yield result

    def _tasks_by_owner(self) -> Iterator[list[Task]]:
        """What is to be listed for one account after the other: a platform's thousands do not all wait in memory."""
        currency, accounts = (
            self._currency,
            {name for name in self._feeders if self._catalog[name].rows_are_accounts},
        )
        for owner in self._owners:
            swept, finished = (
                currency.swept[owner] - accounts,
                currency.finished.get(owner, frozenset()),
            )
            if not swept and not finished:
                continue
            finished = self._sweeps.begin(owner, swept, finished, self._session.api.now())
            currency.take_up(owner, finished)
            names = [name for name in self._feeders if name in currency.swept[owner]]
            for name in [
                name for name in finished if not self._refused(owner, name)
            ] + self._sweeps.partly_read(owner, names):
                self._phase.states.answered(name, (self._header(owner), EARLIER))
            yield self._root_tasks(owner, names) + self._sweeps.left_over(owner, names)

    def _sweep_began(self, owner: Owner, model: str) -> datetime | None:
        """When the first of the lists that fill an account's model was asked for, its parents' among them.

        A run that takes up another one's sweeps does not read again what hangs on the pages that are done. None where it was not swept.
        """
        if self._sweeps.started(owner, model) is None or model in self._currency.finished.get(
            owner, ()
        ):
            return None
        above = self._above.get(model) or self._above.setdefault(
            model, list(with_upstreams(self._catalog, [model]))
        )
        began = [
            self._sweeps.started(self._owners[0] if name == ACCOUNT else owner, name)
            for name in above
        ]
        return min(at for at in began if at)

    def _read_accounts(
        self, platform: Owner, own: AccountsPage | None, accounts: Accounts
    ) -> tuple[Owner, ...]:
        """The own account and the connected ones, each asked for once: they are the owners and the `account` rows."""
        phase, owners = self._phase, [platform]
        self._currency.decide([platform])
        below = listed_under_accounts(self._catalog)
        for page in itertools.chain([own] if own else [], accounts.connected()):
            new = [
                Owner(account_id_of(account, page.path), platform.livemode)
                for account in page.accounts
            ]
            self._currency.decide(new)
            owners += new
            dated = (
                (owner, account.get("created"))
                for owner, account in zip(new, page.accounts, strict=True)
            )
            self._beginnings.update(
                (owner, created) for owner, created in dated if type(created) is int
            )
            phase.states.request(ACCOUNT, platform.account_id)
            lists = below.intersection(
                name for owner in new for name in self._currency.swept[owner]
            )
            task = Task(
                model=ACCOUNT,
                resource=ACCOUNT,
                reader=platform,
                path=page.path,
                endpoint=page.path,
                key=page.path,
                lists=lists,
            )
            phase.states.answered(ACCOUNT, phase.reader.place(task))
            phase.reader.take(task, page.accounts, None, page.answer)
        for what, reason in accounts.refused.items():
            phase.states.refuse(ACCOUNT, (None, what), reason)
        return tuple(dict.fromkeys(owners))

    def _root_tasks(self, owner: Owner, names: Sequence[str]) -> list[Task]:
        tasks, lists = [], self._currency.swept[owner]
        for name, route, variant in root_lists(self._catalog, names, owner.livemode):
            if route is None:
                path = self._catalog[name].singleton
                assert path
                task = Task(
                    name, name, owner, path, endpoint=path, key=path, paging="object", lists=lists
                )
            else:
                in_parts = route.created_filter == "created"
                task = Task(
                    name,
                    name,
                    owner,
                    route.path,
                    endpoint=route.path,
                    key=list_key(route, variant),
                    paging=route.paging,
                    params=list_params(self._catalog[name], route, variant),
                    lists=lists,
                    created=WHOLE if in_parts else None,
                    listing=Listing(self._beginnings.get(owner, BEGINNING)) if in_parts else None,
                )
            resumed = self._sweeps.resume(task)
            tasks += resumed
            if not resumed:
                self._phase.states.answered(name, (self._header(owner), EARLIER))  # read to its end
        return tasks

    def _result(self, state: ModelState) -> ModelResult:
        name, own = state.model, self._owners[0]
        accounts = self._catalog[name].rows_are_accounts
        swept = (
            (own,)
            if accounts
            else tuple(owner for owner in self._owners if name in self._currency.swept[owner])
        )
        rows = self._mirror.counts_by_owner(name, self._owners)
        refused = {
            owner: reason
            for owner in self._owners
            if owner not in swept and (reason := self._refused(owner, name))
        }
        for owner, reason in refused.items():
            self._unavailable[owner, name] = reason
            state.unavailable.setdefault((self._header(owner), "not read"), reason)
        if not swept and own not in refused:
            state.reads += 1  # it follows events
        if accounts and state.failed:
            self._accounts_known = False
        errors = [
            error
            for error in (state.error, self._follow.error(name) if self._follow else None)
            if error
        ]
        if errors:
            self._failed.add(name)
        elif swept:
            self._finish(state, swept, rows)
        return ModelResult(
            model=name,
            alias=self._key.alias,
            status="failed" if errors else state.status,
            rows_written=self.progress.rows[name],
            rows_in_mirror=sum(rows.values()),
            requests=state.requests.total(),
            seconds=state.seconds,
            availability=_unlisted(self._catalog[name]) or state.availability,
            error="; ".join(errors) or None,
        )

    def _refused(self, owner: Owner, model: str) -> str | None:
        """Why a model that was not swept could not be read either."""
        if self._follow and (owner, model) in self._follow.refused:
            return self._follow.refused[owner, model]
        known = self._currency.refused.get(owner)
        return known.wholly.get(model) if known else None

    def _header(self, owner: Owner) -> str | None:
        """The connected account, None for the key's own: as the states name it."""
        return None if owner == self._owners[0] else owner.account_id

    def _finish(self, state: ModelState, swept: Sequence[Owner], rows: Mapping[Owner, int]) -> None:
        """Only what was read with all that hangs on it can follow events from now on."""
        name = state.model
        unlisted = _unlisted(self._catalog[name])
        said = {owner: unlisted or state.availability_of(self._header(owner)) for owner in swept}

        for owner, reason in said.items():
            if wholly_refused(reason):
                self._unavailable[owner, name] = reason

        def until(owner: Owner) -> datetime | None:
            read = (owner, name) not in self._unavailable
            return (
                self._sweep_began(owner, name)
                if read and name not in self._currency.alone.get(owner, ())
                else None
            )

        self._sweeps.finish(name, said, rows, state.requests, until)
        for owner in swept:
            if began := until(owner):
                self._overtake(owner, name, began)

    def _overtake(self, owner: Owner, model: str | None, began: datetime) -> None:
        if self._mode == "full":
            self._mirror.ledger.overtake(owner, model, began, datetime.now(UTC))

    def _close_references(self, since: datetime) -> None:
        written, covered = WrittenByRun(self._session, self._owners, since), frozenset(self._owners)
        self.closure = Closure(
            self._session, written, covered.__contains__, self._unavailable
        ).run()
        logger.info("%s: %s", self._key.alias, self.closure.line())
        if not self.closure.errors:
            self._mirror.closed(self._key.alias)


def _unlisted(resource: Resource) -> str | None:
    """Why no list of Stripe's fills a model, if none does."""
    if resource.on_demand_reason:
        return f"on demand: {resource.on_demand_reason}"
    upstreams = upstreams_of(catalog(), resource)
    if upstreams.is_listed or upstreams.models:
        return None
    return "not listed: Stripe has no list of these, a row comes when something embeds one"
