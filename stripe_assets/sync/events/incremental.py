"""The part of a sync that follows events: models are kept current at the price of what has changed."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

from stripe_assets.catalog.incremental import incremental_strategies
from stripe_assets.catalog.lists import list_params
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.roles import ACCOUNT, EVENT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Batch, ObjectRef, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import LAG, OVERLAP
from stripe_assets.sync.engine.handlers import PageHandler, Retrieval
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.events.feed import EventFeed, since
from stripe_assets.sync.events.processing import EventProcessing
from stripe_assets.sync.events.selection import EventReport
from stripe_assets.sync.planning.freshness import Freshness
from stripe_assets.sync.retrieval.retrieve import ReadRequest, reread

logger = logging.getLogger(__name__)

SHOWN = 3


class Follow:
    """Events since the cursors of the accounts, and what has no events but grows."""

    def __init__(
        self, session: Session, currency: Freshness, owners: Sequence[Owner], run_id: str
    ) -> None:
        self._session = session
        self._currency = currency
        self._owners = owners
        self._run_id = run_id
        self._failures: dict[str, list[str]] = {}
        self._unread: set[str] = set()
        """Models of which a list or an unsettled object could not be read."""
        self.refused: dict[tuple[Owner, str], str] = {}
        """What Stripe refuses to list, though it did not before → its reason."""

    def error(self, model: str) -> str | None:
        """What went wrong with the model's objects, or with those that they come with."""
        above = (
            with_upstreams(self._session.catalog, [model])
            if incremental_strategies()[model] == "parents"
            else [model]
        )
        errors = [error for name in above for error in self._failures.get(name, ())]
        if not errors:
            return None
        more = f"; and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        return "; ".join(errors[:SHOWN]) + more

    def run(self) -> None:
        """Raises SyncAborted when the run is halted, MirrorError when the database fails."""
        began = self._session.api.now()
        without = self._read_events()
        owners = [
            owner
            for owner in self._owners
            if owner not in without and self._currency.followed(owner)
        ]
        if owners:
            self._process(owners)
            self._read_unsettled(owners)
            self._read_growth(owners)
        # An event that failed is in the ledger, and will be said again until it is settled: it does not hold the others back.
        followed = (
            (owner, name)
            for owner in owners
            for name in self._currency.followed(owner)
            if name not in self._unread
        )
        self._session.mirror.sweeps.mark_current(
            [pair for pair in followed if pair not in self.refused], began - LAG
        )

    def _read_events(self) -> set[Owner]:
        """An account whose events are not all to be had is swept instead. Returns these."""
        cursors = self._currency.cursors
        feed = EventFeed(self._session, lambda report: None)
        feed.read(
            [owner for owner in self._owners if owner in cursors],
            lambda owner: since(self._session.mirror, owner, cursors[owner]),
        )
        for error in feed.errors:
            self.not_read(EVENT, error)
        for type, count in feed.unknown_types.items():
            logger.warning(
                "%s: %d events of type %s, which this release does not know",
                self._session.alias,
                count,
                type,
            )
        for owner, error in feed.failures.items():
            reason = error.reason if isinstance(error, StripeError) else str(error)
            self._currency.sweep_instead(
                owner, f"the events of {owner.account_id} cannot be had: {reason}"
            )
        return set(feed.failures)

    def _process(self, owners: Sequence[Owner]) -> None:
        session, models = self._session, self._currency.models
        if models == [ACCOUNT, EVENT]:
            return  # syncing the events processes nothing
        now, below = (
            datetime.now(UTC),
            {
                parent: [child.name for child in children]
                for parent, children in session.catalog.children_without_events.items()
            },
        )
        unread = [
            parent for parent, children in below.items() if not set(children).isdisjoint(models)
        ]
        session.mirror.ledger.claim(self._run_id, owners, models=models, due=now, unread=unread)
        kept = self._currency.kept
        lists, known = (
            {owner: kept[owner].intersection(models) for owner in owners},
            self._currency.refused,
        )
        processing = EventProcessing(
            session,
            self._run_id,
            self._owners,
            self._report,
            lists=lambda o: lists.get(o, ()),
            kept=lambda o: kept.get(o, ()),
            refused=lambda o: known[o].wholly if o in known else (),
        )
        processing.run()
        tried = set(self._failures)
        for failing in session.mirror.ledger.failing(owners):
            if failing.object not in tried and (failing.object or EVENT) in models:
                many = f"{failing.count} events that" if failing.count > 1 else "1 event that"
                when = (
                    f"at {failing.next_attempt_at:%Y-%m-%d %H:%M} UTC"
                    if failing.next_attempt_at
                    else "the next time"
                )
                now = f"or now with: stripe-assets events --api-key {session.alias}"
                self.fail(
                    failing.object or EVENT,
                    f"{many} failed earlier will be tried again {when}, {now}: {failing.error}",
                )

    def _report(self, report: EventReport) -> None:
        if report.state == "failed":
            self.fail(report.model or EVENT, f"event {report.id} ({report.type}): {report.did}")

    def fail(self, model: str, error: str) -> None:
        self._failures.setdefault(model, []).append(error)

    def _read_growth(self, owners: Sequence[Owner]) -> None:
        """What was created since the last time."""
        pairs = [
            (owner, name)
            for owner in owners
            for name in self._currency.followed(owner)
            if incremental_strategies()[name] == "new_rows"
        ]
        if not pairs:
            return
        session = self._session
        current = session.mirror.sweeps.current_until(owners)
        handler = Growth(self)
        tasks = (
            self._growth_tasks(
                owner, session.catalog[name], current[owner, name] - OVERLAP, handler
            )
            for owner, name in pairs
        )
        session.read_all({name for _, name in pairs}, tasks)

    def _growth_tasks(
        self, owner: Owner, resource: Resource, after: datetime, handler: PageHandler
    ) -> list[Task]:
        route = next(
            route for route in resource.routes if route.parent is None and route.created_filter
        )
        created = {"created": {"gte": int(after.timestamp())}}
        name, path = resource.name, route.path
        return [
            Task(
                name,
                name,
                owner,
                path,
                path,
                path,
                params={**list_params(resource, route, variant), **created},
                handler=handler,
            )
            for variant in route.variants
        ]

    def _read_unsettled(self, owners: Sequence[Owner]) -> None:
        """What will change without an event, or may have by now."""
        session = self._session
        for name in self._currency.models:
            if session.catalog[name].not_final_when is None:
                continue
            some = [owner for owner in owners if name in self._currency.followed(owner)]
            rows = [
                (owner, row)
                for owner in some
                for row in session.mirror.live_rows.unsettled(name, owner)
            ]
            wishes = [
                ReadRequest(ObjectRef(name, owner, row["id"]), row.get("created"))
                for owner, row in rows
            ]
            retrieval = Retrieval(session)
            for _ in reread(session, wishes, retrieval):
                pass
            for wanted, failure in retrieval.failures.items():
                self.not_read(name, f"{wanted.id}: {failure.error}")
            for wanted, error in retrieval.absent.items():
                if not retrieval.gone(wanted):
                    self.refuse(wanted.owner, name, error.reason)

    def not_read(self, model: str, error: str) -> None:
        self._unread.add(model)
        self.fail(model, error)

    def refuse(self, owner: Owner, model: str, reason: str) -> None:
        self.refused.setdefault((owner, model), reason)


class Growth(PageHandler):
    """Lists of what was created lately."""

    def __init__(self, follow: Follow) -> None:
        self._follow = follow

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        self._follow.refuse(task.owner, task.model, error.reason)
        return None

    def failed(self, task: Task, error: Exception) -> None:
        self._follow.not_read(task.model, str(error))
