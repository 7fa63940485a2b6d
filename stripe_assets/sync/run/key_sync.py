"""One API key's run: every selected model of every account that the key reaches, from Stripe into
the mirror. It prepares, follows events, sweeps, and finishes."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from stripe_assets.catalog import catalog
from stripe_assets.catalog.incremental import is_incremental
from stripe_assets.catalog.lists import root_lists
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Mirror, MirrorError, Owner, without_ids
from stripe_assets.stripe_api import ApiKey, InvalidApiKey, StripeError
from stripe_assets.sync.engine.memory import fewer_cycle_searches, share_one_heap
from stripe_assets.sync.engine.session import InSession, Session, SyncAborted
from stripe_assets.sync.events.incremental import (
    Incremental,
    IncrementalResult,
    decisions_after,
)
from stripe_assets.sync.planning.freshness import (
    Decisions,
    Mode,
    follows_events,
    reason_lines,
)
from stripe_assets.sync.planning.plan import Plan
from stripe_assets.sync.results import ModelResult
from stripe_assets.sync.retrieval.closure import Closure, ClosureResult, WrittenByRun
from stripe_assets.sync.run.prepare import Prepared, prepare
from stripe_assets.sync.run.sweep import SweepStep

logger = logging.getLogger(__name__)


class KeySync(InSession):
    """Use it as a context manager. On exit each thread ends, within the time of its request.

        with KeySync(key, mirror, ["invoice"], run_id=…) as sync:
            plan = sync.prepare()
            for result in sync.run():
                …

    `models` are resource names; none means all. `mode`: `full` sweeps them. `incremental` and
    `auto` follow the events since the last time, and sweep what events do not keep current.
    `prepare` and `run` raise SyncAborted when Stripe refuses the key (401) or cannot be reached at
    all, or when the database cannot be written.
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
        self._mirror = mirror
        self._run_id = run_id
        self._mode: Mode = mode
        self._selected = [name for name in catalog().resources if not models or name in set(models)]
        self._session = Session(key, mirror)
        self._prepared: Prepared | None = None
        self._closure: ClosureResult | None = None
        self.progress = self._session.progress

    @property
    def related(self) -> str | None:
        """What the run retrieved because its rows refer to it. None before that."""
        return self._closure.line() if self._closure else None

    def prepare(self) -> Plan:
        """Finds the accounts and writes their rows. Returns what the run will do."""
        try:
            self._prepared = prepare(self._session, self._selected, self._mode, self._run_id)
        except (StripeError, InvalidApiKey, MirrorError) as error:
            raise SyncAborted(str(error)) from None
        return self._prepared.plan

    def run(self) -> Iterator[ModelResult]:
        """Yields the result of each selected model as it finishes. Raises SyncAborted after the
        finished results are yielded."""
        assert self._prepared, "prepare() comes first"
        self.progress.begin(len(self._selected))
        share_one_heap()
        with fewer_cycle_searches():
            yield from self._run(self._prepared)

    def _run(self, prepared: Prepared) -> Iterator[ModelResult]:
        session, selected = self._session, set(self._selected)
        statuses: dict[str, str] = {}
        try:
            since = self._mirror.accounts.begin_pending_references(
                session.alias, session.platform, session.began
            )
            decisions, incremental = self._follow_events(prepared)
            sweep = SweepStep(
                session, prepared, decisions, incremental, overtakes_events=self._mode == "full"
            )
            for result in sweep.run():
                statuses[result.model] = result.status
                if result.model in selected:
                    self.progress.model_done()
                    yield result
            self._finish(prepared, sweep, since)
        except MirrorError as error:
            session.abort(error)
        session.raise_if_halted()
        if self._is_everything and self._nothing_answers(statuses):
            raise SyncAborted(
                f"{session.alias}: Stripe shows no model at all to this key. Check the key, its"
                " permissions and STRIPE_API_BASE"
            )
        if prepared.accounts_unread and ACCOUNT not in selected:
            raise SyncAborted(
                f"{session.alias}: the list of accounts could not be read to its end:"
                f" {prepared.accounts_unread}"
            )
        if self._closure and self._closure.errors:
            errors = "; ".join(self._closure.errors)
            raise SyncAborted(f"{session.alias}: related objects are missing: {errors}")

    def _follow_events(self, prepared: Prepared) -> tuple[Decisions, IncrementalResult]:
        """Returns the decisions for the sweeps as well: accounts whose events cannot be read are
        swept."""
        session, decisions = self._session, prepared.decisions
        if not follows_events(decisions):
            return decisions, IncrementalResult()
        result = Incremental(session, decisions, prepared.models, self._run_id).run()
        after = decisions_after(decisions, result)
        self._say_what_is_swept(result, after, len(prepared.models))
        return after, result

    def _say_what_is_swept(self, result: IncrementalResult, after: Decisions, models: int) -> None:
        """One line for each reason why events cannot be read: many accounts may have the same."""
        refused: dict[str, list[Owner]] = {}
        for owner, reason in result.without_events.items():
            refused.setdefault(without_ids(reason), []).append(owner)
        for reason, owners in refused.items():
            many = f" and {len(owners) - 1:,} more accounts" if len(owners) > 1 else ""
            said = f"the events of {owners[0].account_id}{many} cannot be read: {reason}"
            swept = {
                one: replace(after[one], reasons=dict.fromkeys([said], tuple(after[one].swept)))
                for one in owners
            }
            for line in reason_lines(swept, models):
                logger.warning("%s: %s", self._session.alias, line)

    def _finish(self, prepared: Prepared, sweep: SweepStep, since: datetime) -> None:
        """The last step: it closes references, and records that the run is over."""
        session, halted = self._session, self._session.halt.is_set
        # After a failure, what the failed list would have brought is not asked for one by one.
        if not halted() and not sweep.failed:
            self._close_references(prepared, sweep, since)
        if not halted() and not sweep.failed and self._overtakes_unknown_events():
            began = prepared.sweeps.began
            for owner in prepared.owners:
                self._mirror.ledger.overtake(owner, None, began, datetime.now(UTC))
        if not halted():
            # The next run continues a failed model. It does not sweep again, for that, the models
            # that it is read through.
            needed = with_upstreams(session.catalog.upstreams, sweep.failed)
            prepared.sweeps.end([name for name in needed if is_incremental(name)])
        if not halted() and prepared.accounts_unread:
            self._mirror.accounts.add_covered(session.alias, prepared.owners, datetime.now(UTC))
        if not halted() and prepared.all_accounts_listed and not sweep.accounts_failed:
            self._mirror.accounts.set_covered(session.alias, prepared.owners, datetime.now(UTC))

    def _overtakes_unknown_events(self) -> bool:
        """Whether the run read everything: then events that nobody could read are settled."""
        return self._mode == "full" and self._is_everything

    @property
    def _is_everything(self) -> bool:
        return len(self._selected) == len(self._session.catalog.resources)

    def _nothing_answers(self, statuses: Mapping[str, str]) -> bool:
        """Whether every model that has a list of its own is unavailable."""
        session = self._session
        listed = root_lists(session.catalog, self._selected, session.platform.livemode)
        return all(statuses.get(name) == "unavailable" for name, _, _ in listed)

    def _close_references(self, prepared: Prepared, sweep: SweepStep, since: datetime) -> None:
        session, owners = self._session, prepared.owners
        written = WrittenByRun(session, owners, since)
        covers = frozenset(owners).__contains__
        self._closure = Closure(session, written, covers, sweep.unavailable).run()
        logger.info("%s: %s", session.alias, self._closure.line())
        if not self._closure.errors:
            self._mirror.accounts.end_pending_references(session.alias)
