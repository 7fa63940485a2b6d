"""Events as Stripe lists them: each becomes a row, and an entry of the ledger if it has none."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror import Batch, LedgerEntry, Mirror, Owner
from stripe_assets.stripe_api import Failure, MalformedPage, StripeError
from stripe_assets.sync.constants import OVERLAP
from stripe_assets.sync.engine.one_off_handler import Items, OneOffHandler
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.source import Source
from stripe_assets.sync.engine.task import ListPage, Request, Task
from stripe_assets.sync.events.entries import entry_of, instant
from stripe_assets.sync.events.selection import EventOutcome, EventReport

logger = logging.getLogger(__name__)

Report = Callable[[EventReport], object]


def since(mirror: Mirror, owner: Owner, cursor: datetime) -> dict[str, Any]:
    """Returns the filter that leaves out what was read up to the cursor.

    Where the newest stored event is older than the cursor, the filter begins there. That costs
    nothing, as there is no event between. It is needed where the clock of Stripe's answers is ahead
    of the clock that dates its objects.
    """
    first = cursor - OVERLAP
    newest = mirror.live_rows.newest_created(EVENT, owner) or first
    return {"created": {"gte": int(min(first, newest).timestamp())}}


class EventFeed(OneOffHandler):
    """Reads the events of all accounts of a run."""

    def __init__(self, session: Session, report: Report, *, keep_ids: bool = False) -> None:
        """`report` gets the events that need no processing."""
        super().__init__(session.catalog, session.api.now)
        self._session = session
        self._report = report
        self._keep_ids = keep_ids
        self.listed = 0
        self.ids: defaultdict[Owner, list[str]] = defaultdict(list)
        """Filled with `keep_ids`."""
        self.failures: dict[Owner, Exception] = {}
        """Accounts of whose events a page is missing."""
        self.unknown_types: Counter[str] = Counter()

    def read(self, owners: Iterable[Owner], filters: Callable[[Owner], Mapping[str, Any]]) -> None:
        """Reads the lists of accounts. Raises SyncAborted when the run is halted."""
        tasks = ([self._task(owner, filters(owner))] for owner in owners)
        self._session.read_all([EVENT], tasks)

    def _task(self, owner: Owner, filters: Mapping[str, Any]) -> Task:
        resource = self.catalog[EVENT]
        route = resource.routes[0]
        source = Source.of_list(resource, route, owner, **filters)
        return ListPage(source=source, handler=self, key=route.path, paging=route.paging)

    def bad_items(self, request: Request, count: int) -> None:
        account_id = request.source.owner.account_id
        said = f"{self._session.alias}: {account_id}: {count} events without an id cannot be kept"
        path = request.source.path
        self.failures[request.source.owner] = MalformedPage(Failure(path=path, message=said))

    def took(self, request: Request, items: Items, batch: Batch, observed_at: datetime) -> bool:
        owner = request.source.owner
        self.listed += len(items)
        if self._keep_ids:
            self.ids[owner] += [event["id"] for event in items]
        batch.ledger += self.entries(items, owner)
        return True

    def failed(self, request: Request, error: Exception, doing: str = "") -> None:
        self.failures[request.source.owner] = error

    def unavailable(self, request: Request, error: StripeError, asked_at: datetime) -> None:
        self.failures[request.source.owner] = error

    def entries(self, events: Items, owner: Owner) -> list[LedgerEntry]:
        """Returns the entries of the events that are to be processed. Reports the others."""
        states = self._session.mirror.ledger.states(owner, [event["id"] for event in events])
        entries = []
        for event in events:
            state = states.get(event["id"])
            if state is not None and state.state in ("processed", "ignored"):
                done = state.state == "processed"
                outcome: EventOutcome = "already processed" if done else "ignored"
                self._tell(owner, event, outcome, state.reason or "")
                continue
            entry = self._entry(event, owner)
            if entry.ignored:
                self._tell(owner, event, "ignored", entry.ignored)
            if entry.type not in self.catalog.events:
                self.unknown_types[entry.type] += 1
            entries.append(entry)
        return entries

    def _entry(self, event: Mapping[str, Any], owner: Owner) -> LedgerEntry:
        try:
            return entry_of(self.catalog, event, owner)
        except Exception as error:  # the event has an odd shape: its processing will say so
            logger.debug("%s: %s", event["id"], error)
            return LedgerEntry(owner, event["id"], str(event.get("type")), self._created(event))

    def _tell(self, owner: Owner, event: Mapping[str, Any], state: EventOutcome, did: str) -> None:
        type_, created = str(event.get("type")), self._created(event)
        self._report(EventReport(event["id"], type_, created, owner.account_id, state, did))

    def _created(self, event: Mapping[str, Any]) -> datetime:
        return instant(event.get("created")) or self.now()
