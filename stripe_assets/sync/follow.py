"""The part of a sync that follows events: models are kept current at the price of what has changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from stripe_assets.catalog.model import Resource
from stripe_assets.mirror import Batch, Missing, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.currency import Currency, children_lists, how_followed
from stripe_assets.sync.errand import Errand, Retrieval
from stripe_assets.sync.event_feed import EVENT, LAG, OVERLAP, EventFeed, since
from stripe_assets.sync.event_processing import EventProcessing
from stripe_assets.sync.event_selection import EventReport
from stripe_assets.sync.rereading import Wish, reread
from stripe_assets.sync.session import Session
from stripe_assets.sync.task import Task, list_params

SHOWN = 3


class Follow:
    """Events since the cursors of the accounts, and what has no events but grows."""

    def __init__(self, session: Session, currency: Currency, owners: Sequence[Owner], run_id: str) -> None:
        self._session = session
        self._currency = currency
        self._owners = owners
        self._run_id = run_id
        self._failures: dict[str, list[str]] = {}
        self.refused: dict[tuple[Owner, str], str] = {}
        """What Stripe refuses to list, though it did not before → its reason."""
        self.events = 0
        """How many were processed."""

    def error(self, model: str) -> str | None:
        """What went wrong with the model's objects."""
        errors = self._failures.get(model)
        if not errors:
            return None
        more = f"; and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        return "; ".join(errors[:SHOWN]) + more

    def run(self) -> None:
        """Raises SyncAborted when the run is halted, MirrorError when the database fails."""
        began = self._session.api.now()
        self._read_events()
        owners = [owner for owner in self._owners if owner in self._currency.cursors]
        if owners:
            self._process(owners)
            self._read_growth(owners)
        not_current = set(self._failures)
        followed = ((owner, name) for owner in owners for name in self._currency.followed(owner) if name not in not_current)
        self._session.mirror.mark_current([pair for pair in followed if pair not in self.refused], began - LAG)

    def _read_events(self) -> None:
        """An account whose events are not all to be had is swept instead."""
        cursors = self._currency.cursors
        feed = EventFeed(self._session, lambda report: None)
        feed.read([owner for owner in self._owners if owner in cursors], lambda owner: since(cursors[owner]))
        for owner, error in feed.failures.items():
            reason = error.reason if isinstance(error, StripeError) else str(error)
            self._currency.sweep_instead(owner, f"the events of {owner.account_id} cannot be had: {reason}")

    def _process(self, owners: Sequence[Owner]) -> None:
        session = self._session
        models = self._currency.models
        session.mirror.ledger.claim(self._run_id, owners, models=models, due=datetime.now(UTC))
        nested = children_lists(session.catalog, models, session.platform.livemode)
        children = frozenset(name for routes in nested.values() for name, _ in routes)
        EventProcessing(session, self._run_id, self._owners, nested, self._report, lambda owner: self._readable(owner, children)).run()
        tried = set(self._failures)
        for failing in session.mirror.ledger.failing(owners):
            model = failing.object or EVENT
            if model not in tried and (failing.object is None or failing.object in models):
                when = f"{failing.next_attempt_at:%Y-%m-%d %H:%M} UTC" if failing.next_attempt_at else "the next time"
                self.fail(model, f"{failing.count} events failed earlier and are tried again at {when}: {failing.error}")

    def _readable(self, owner: Owner, children: frozenset[str]) -> frozenset[str]:
        """Nested lists that the account's last sweep has not found refused altogether."""
        refused = self._currency.refused.get(owner)
        return children.difference(refused.wholly) if refused else children

    def _report(self, report: EventReport) -> None:
        self.events += report.state == "processed"
        if report.state == "failed":
            self.fail(report.model or report.type, f"event {report.id} ({report.type}): {report.did}")

    def fail(self, model: str, error: str) -> None:
        self._failures.setdefault(model, []).append(error)

    def _read_growth(self, owners: Sequence[Owner]) -> None:
        """What was created since the last time, and what was not settled then."""
        pairs = [(owner, name) for owner in owners for name in self._currency.followed(owner) if how_followed()[name] == "growth"]
        if not pairs:
            return
        session = self._session
        current = session.mirror.current(owners)
        errand = Growth(self)
        for pair in pairs:
            self._read_unsettled(pair[0], session.catalog[pair[1]], current[pair] - OVERLAP)
        tasks = (self._growth_tasks(owner, session.catalog[name], current[owner, name] - OVERLAP, errand) for owner, name in pairs)
        session.read_all({name for _, name in pairs}, tasks)

    def _growth_tasks(self, owner: Owner, resource: Resource, after: datetime, errand: Errand) -> list[Task]:
        route = next(route for route in resource.routes if route.parent is None and route.created_filter)
        created = {"created": {"gte": int(after.timestamp())}}
        name, path = resource.name, route.path
        return [
            Task(name, name, owner, path, path, path, params={**list_params(resource, route, variant), **created}, errand=errand)
            for variant in route.variants
        ]

    def _read_unsettled(self, owner: Owner, resource: Resource, before: datetime) -> None:
        """Those that the list of what was created since does not have."""
        if resource.unsettled is None:
            return
        rows = [row for row in self._session.mirror.unsettled(resource.name, owner) if row["created"] is None or row["created"] < before]
        wishes = [Wish(Missing(resource.name, owner, row["id"]), row["created"]) for row in rows]
        retrieval = Retrieval(self._session)
        for _ in reread(self._session, wishes, retrieval):
            pass
        for wanted, failure in retrieval.failures.items():
            self.fail(resource.name, f"{wanted.id}: {failure.error}")
        for wanted, error in retrieval.absent.items():
            if not retrieval.gone(wanted):
                self.refuse(owner, resource.name, error.reason)

    def refuse(self, owner: Owner, model: str, reason: str) -> None:
        self.refused.setdefault((owner, model), reason)


class Growth(Errand):
    """Lists of what was created lately."""

    def __init__(self, follow: Follow) -> None:
        self._follow = follow

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        self._follow.refuse(task.owner, task.model, error.reason)
        return None

    def failed(self, task: Task, error: Exception) -> None:
        self._follow.fail(task.model, str(error))
