"""Events by their ids: whose events they are is found in the database, or asked of each account."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror import Batch, ObjectRef, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import RETENTION
from stripe_assets.sync.engine.one_off_handler import Items
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import Request, Task
from stripe_assets.sync.events.feed import EventFeed, Report
from stripe_assets.sync.events.selection import EventReport, EventSelection, EventSummary
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import retrieve_task

NOT_THERE = (
    f"Stripe has no such event of this key's accounts; it keeps events for {RETENTION.days} days"
)


class EventLookup:
    """Finds chosen events. An event that the database does not have is asked for, of the key's own
    account first."""

    def __init__(
        self,
        session: Session,
        selection: EventSelection,
        feed: EventFeed,
        summary: EventSummary,
        report: Report,
    ) -> None:
        self._session = session
        self._selection = selection
        self._feed = feed
        self._summary = summary
        self._report = report
        self.owners: tuple[Owner, ...] = ()
        """The accounts that were asked, or could have been."""
        self._found: dict[Owner, list[str]] = {}
        self._left: dict[str, None] = {}

    def find(
        self, owners: tuple[Owner, ...], list_accounts: Callable[[], tuple[Owner, ...]]
    ) -> Mapping[Owner, list[str]]:
        """Returns account → the ids of its events. Reports the events that nobody has.

        `list_accounts` asks Stripe for the key's accounts: one may have been connected since.
        """
        chosen, self.owners = self._selection, owners
        self._left = dict.fromkeys(chosen.ids)
        asked = [owner for owner in owners if chosen.account in (None, owner.account_id)]
        self._find_stored(asked)
        self._ask_each(asked)
        connects = self._session.api.key.connected == "all"
        if self._left and chosen.account is None and connects:
            self.owners = tuple(dict.fromkeys([*asked, *list_accounts()]))
            known = set(asked)
            self._ask_each(owner for owner in self.owners if owner not in known)
        if chosen.others:
            self._summary.elsewhere += self._left
        else:
            account_id = asked[0].account_id if asked else ""
            for id in self._left:
                self._fail(id, account_id, NOT_THERE)
        return self._found

    def _find_stored(self, owners: Iterable[Owner]) -> None:
        mirror, feed = self._session.mirror, self._feed
        for id, owner in mirror.rows.owners_of_events(self._selection.ids, list(owners)).items():
            self._found.setdefault(owner, []).append(id)
            self._left.pop(id, None)
        keys = [(owner, id) for owner, ids in self._found.items() for id in ids]
        by_owner: dict[Owner, list[Mapping[str, Any]]] = {}
        for (owner, _), event in mirror.rows.read_events(keys).items():
            by_owner.setdefault(owner, []).append(event)
        for owner, events in by_owner.items():
            feed.listed += len(events)
            mirror.write([Batch(ledger=feed.entries(events, owner))])

    def _ask_each(self, owners: Iterable[Owner]) -> None:
        for owner in owners:
            if not self._left:
                return
            for id in self._ask(owner, list(self._left)):
                self._found.setdefault(owner, []).append(id)
                self._left.pop(id, None)

    def _ask(self, owner: Owner, ids: list[str]) -> list[str]:
        """Retrieves events of one account. Returns those that need not be asked of another."""
        session, alias = self._session, self._session.alias
        handler = EventRetrieval(session, self._feed)
        tasks: list[Task] = [
            retrieve_task(
                session.catalog, session.platform, ReadRequest(ObjectRef(EVENT, owner, id)), handler
            )
            for id in ids
        ]
        session.read_all([EVENT], [tasks])
        for ref, failure in handler.failures.items():
            said = f"{alias}: event {ref.id} cannot be read: {failure.error}"
            self._summary.errors.append(said)
        refused = [ref for ref in handler.absent if not handler.is_gone(ref)]
        for ref in refused:
            self._fail(ref.id, owner.account_id, str(handler.absent[ref]))
        return [ref.id for ref in (*handler.present, *handler.failures, *refused)]

    def _fail(self, id: str, account_id: str, error: str) -> None:
        now = self._session.api.now()
        self._report(EventReport(id, "", now, account_id, "failed", error))


class EventRetrieval(Retrieval):
    """Retrieves events by their ids."""

    def __init__(self, session: Session, feed: EventFeed) -> None:
        super().__init__(session)
        self._feed = feed

    def took(self, request: Request, items: Items, batch: Batch, observed_at: datetime) -> bool:
        self._feed.listed += len(items)
        batch.ledger += self._feed.entries(items, request.source.owner)
        return True

    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        # An event that Stripe no longer has was not deleted: its row stays as it is.
        super().unavailable(request, error, asked_at)
