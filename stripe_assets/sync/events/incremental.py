"""The part of a sync that follows events: models are kept current at the price of what changed."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from stripe_assets.catalog import Catalog, catalog
from stripe_assets.catalog.incremental import incremental_strategies
from stripe_assets.catalog.lists import list_key
from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.roles import ACCOUNT, EVENT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Batch, Hole, HoleId, ObjectRef, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import LAG, OVERLAP
from stripe_assets.sync.engine.holes import FEED, REFUSED_NOW
from stripe_assets.sync.engine.one_off_handler import OneOffHandler
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage, PageHandler, PageResult, Request, Task
from stripe_assets.sync.events.feed import EventFeed, since
from stripe_assets.sync.events.processing import EventProcessing, EventScope
from stripe_assets.sync.events.selection import EventReport
from stripe_assets.sync.planning.freshness import Decisions
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import read_each

logger = logging.getLogger(__name__)

ERRORS_SHOWN = 3


@dataclass(slots=True)
class IncrementalResult:
    """What the incremental part came to. It does not change after `Incremental.run`."""

    failures: dict[str, list[str]] = field(default_factory=dict)
    """Model → errors of its objects."""
    unread: set[str] = field(default_factory=set)
    """Models of which a list, or an object that is not final, could not be read."""
    without_events: dict[Owner, str] = field(default_factory=dict)
    """Accounts whose events Stripe refuses → why. They are swept."""
    not_followed: set[Owner] = field(default_factory=set)
    """Accounts whose events could not be read this time. Their cursors stay."""

    def error(self, model: str) -> str | None:
        """Returns what went wrong with a model's objects, or with those that they come with."""
        by_parents = incremental_strategies()[model] == "parents"
        above = with_upstreams(catalog().upstreams, [model]) if by_parents else [model]
        errors = [error for name in above for error in self.failures.get(name, ())]
        if not errors:
            return None
        more = f"; and {len(errors) - ERRORS_SHOWN} more" if len(errors) > ERRORS_SHOWN else ""
        return "; ".join(errors[:ERRORS_SHOWN]) + more

    def fail(self, model: str, error: str) -> None:
        self.failures.setdefault(model, []).append(error)

    def not_read(self, model: str, error: str) -> None:
        self.unread.add(model)
        self.fail(model, error)


class Incremental:
    """Reads the events since the accounts' cursors, and the new rows of what has no events."""

    def __init__(
        self, session: Session, decisions: Decisions, models: Sequence[str], run_id: str
    ) -> None:
        self._session = session
        self._decisions = decisions
        self._models = models
        self._run_id = run_id
        self._result = IncrementalResult()

    def run(self) -> IncrementalResult:
        """Raises SyncAborted when the run is halted, MirrorError when the database fails."""
        began, decisions, result = self._session.api.now(), self._decisions, self._result
        self._read_events()
        owners = [
            owner
            for owner, decision in decisions.items()
            if owner not in result.without_events
            and owner not in result.not_followed
            and decision.followed
        ]
        if owners:
            self._process(owners)
            self._read_not_final(owners)
            self._read_new_rows(owners)
        # A failed event does not hold the others back: it is in the ledger, and is reported again
        # until it is settled.
        current = [
            (owner, name)
            for owner in owners
            for name in decisions[owner].followed
            if name not in result.unread
        ]
        self._session.mirror.sweeps.mark_current(current, began - LAG)
        return result

    def _read_events(self) -> None:
        session, result = self._session, self._result
        cursors = {
            owner: decision.events_since
            for owner, decision in self._decisions.items()
            if decision.events_since
        }
        feed = EventFeed(session, lambda report: None)
        feed.read(cursors, lambda owner: since(session.mirror, owner, cursors[owner]))
        for type_, count in feed.unknown_types.items():
            logger.warning(
                "%s: %d events of type %s, which this release does not know",
                session.alias,
                count,
                type_,
            )
        holes: dict[HoleId, Hole | None] = {}
        for owner, error in feed.failures.items():
            reason = error.reason if isinstance(error, StripeError) else str(error)
            if isinstance(error, StripeError) and error.unavailable:
                result.without_events[owner] = reason
            else:
                result.not_followed.add(owner)
                left = session.before.holes.leave(Hole(owner, EVENT, FEED, (), reason))
                holes[left.id] = left
        if holes:
            session.mirror.write([Batch(holes=holes)])
        self._fill(owner for owner in cursors if owner not in feed.failures)

    def _fill(self, owners: Iterable[Owner]) -> None:
        """The events of these accounts are read, those that a run before could not read too."""
        holes = self._session.before.holes
        known = (hole for owner in owners for hole in holes.of(owner, [EVENT]))
        ids = [hole.id for hole in known if hole.key == FEED]
        for id in ids:
            holes.fill(id)
        self._session.mirror.holes.close(ids)

    def _process(self, owners: Sequence[Owner]) -> None:
        session, models = self._session, self._models
        if list(models) == [ACCOUNT, EVENT]:
            return  # a sync of the events processes none of them
        ledger = session.mirror.ledger
        unread = _parents_of_unread_lists(session.catalog, models)
        ledger.claim(self._run_id, owners, models=models, due=datetime.now(UTC), unread=unread)
        scope = EventScope(
            owners=frozenset(self._decisions),
            nested={owner: self._decisions[owner].kept.intersection(models) for owner in owners},
            kept={owner: one.kept for owner, one in self._decisions.items()},
            refused={owner: one.refusals.wholly for owner, one in self._decisions.items()},
        )
        EventProcessing(session, self._run_id, scope, self._report).run()
        tried = set(self._result.failures)
        for failing in ledger.failing(owners):
            model = failing.object or EVENT
            if failing.object in tried or model not in models:
                continue
            many = f"{failing.count} events" if failing.count > 1 else "1 event"
            when = "the next time"
            if failing.next_attempt_at:
                when = f"at {failing.next_attempt_at:%Y-%m-%d %H:%M} UTC"
            self._result.fail(
                model,
                f"{many} failed earlier and will be tried again {when}, or now with:"
                f" stripe-assets events --api-key {session.alias}: {failing.error}",
            )

    def _report(self, report: EventReport) -> None:
        if report.state == "failed":
            said = f"event {report.id} ({report.type}): {report.did}"
            self._result.fail(report.model or EVENT, said)

    def _read_new_rows(self, owners: Sequence[Owner]) -> None:
        """Lists what was created since the last time."""
        session, how = self._session, incremental_strategies()
        pairs = [
            (owner, name)
            for owner in owners
            for name in self._decisions[owner].followed
            if how[name] == "new_rows"
        ]
        if not pairs:
            return
        current = session.mirror.sweeps.current_until(owners)
        handler = NewRows(session, self._result)
        tasks = (
            list(_new_rows(owner, session.catalog[name], current[owner, name], handler))
            for owner, name in pairs
        )
        session.read_all({name for _, name in pairs}, tasks)

    def _read_not_final(self, owners: Sequence[Owner]) -> None:
        """Retrieves the rows that change without an event."""
        session, result = self._session, self._result
        for name in self._models:
            if session.catalog[name].not_final_when is None:
                continue
            requests = [
                ReadRequest(ObjectRef(name, owner, row["id"]), row.get("created"))
                for owner in owners
                if name in self._decisions[owner].followed
                for row in session.mirror.live_rows.unsettled(name, owner)
            ]
            retrieval = read_each(session, requests, Retrieval(session))
            for ref, failure in retrieval.failures.items():
                result.not_read(name, f"{ref.id}: {failure.error}")
            for ref, error in retrieval.absent.items():
                if not retrieval.is_gone(ref):
                    result.not_read(name, f"{ref.id}: {REFUSED_NOW}{error.reason}")


def _parents_of_unread_lists(catalog: Catalog, models: Sequence[str]) -> list[str]:
    """Returns the resources with nested lists, among `models`, that have no events of their own."""
    return [
        parent
        for parent, children in catalog.children_without_events.items()
        if any(child.name in models for child in children)
    ]


def _new_rows(
    owner: Owner, resource: Resource, current: datetime, handler: PageHandler
) -> Iterator[Task]:
    route = next(
        route for route in resource.routes if route.parent is None and route.created_filter
    )
    created = {"gte": int((current - OVERLAP).timestamp())}
    for variant in route.variants:
        source = Source.of_list(resource, route, owner, variant, created=created)
        key = list_key(route, variant)  # a hole has it too
        yield ListPage(source=source, handler=handler, key=key, paging=route.paging)


class NewRows(OneOffHandler):
    """Handles the lists of what was created since the last time."""

    def __init__(self, session: Session, result: IncrementalResult) -> None:
        super().__init__(session.catalog, session.api.now)
        self._holes = session.before.holes
        self._result = result

    def refused(
        self, request: Request, error: StripeError, asked_at: datetime
    ) -> PageResult | None:
        if not error.unavailable or not isinstance(request, ListPage):
            return self.not_read(request, error)
        said = f"{REFUSED_NOW}{error.reason}"
        hole = Hole(request.source.reader, request.model, request.key, (), said)
        left = self._holes.leave(hole)
        return PageResult(Batch(holes={left.id: left}))

    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        return

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        self._result.not_read(request.model, str(error))


def decisions_after(decisions: Decisions, result: IncrementalResult) -> Decisions:
    """Returns the decisions for the sweeps: accounts without events are swept in full."""
    changed: Mapping[Owner, str] = result.without_events
    return {
        owner: decision.without_events(changed[owner]) if owner in changed else decision
        for owner, decision in decisions.items()
    }
