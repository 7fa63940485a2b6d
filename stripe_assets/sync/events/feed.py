"""Events as Stripe lists them: each is stored as a row, and entered in the ledger where it is not there yet."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.lists import list_params
from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror import Batch, LedgerEntry, Mirror, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import OVERLAP
from stripe_assets.sync.engine.handlers import Page, PageHandler
from stripe_assets.sync.engine.session import Session
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.events.entries import entry_of, instant
from stripe_assets.sync.events.selection import EventReport

logger = logging.getLogger(__name__)


Report = Callable[[EventReport], object]


def feed_params(catalog: Catalog, **filters: Any) -> tuple[str, dict[str, Any]]:
    """The path and the query of a list of events."""
    route = catalog[EVENT].routes[0]
    return route.path, {**list_params(catalog[EVENT], route, {}), **filters}


def since(mirror: Mirror, owner: Owner, cursor: datetime) -> dict[str, Any]:
    """The filter that leaves out what was read up to the cursor.

    Where the newest event that is stored is older, it counts from that: it costs nothing, as nothing lies between, and holds where the
    clock of Stripe's answers is ahead of the one that dates its objects.
    """
    first = cursor - OVERLAP
    return {
        "created": {
            "gte": int(
                min(first, mirror.live_rows.newest_created(EVENT, owner) or first).timestamp()
            )
        }
    }


class EventFeed(PageHandler):
    """The handler of tasks that read events, for all accounts of a run. `report` is told of those that need no processing."""

    def __init__(self, session: Session, report: Report, *, keep_ids: bool = False) -> None:
        self._session = session
        self._report = report
        self._keep_ids = keep_ids
        self.listed = 0
        self.ids: defaultdict[Owner, list[str]] = defaultdict(list)
        """Filled when they are to be kept."""
        self.failures: dict[Owner, StripeError | Exception] = {}
        """Accounts of whose events a page is missing."""
        self.errors: list[str] = []
        self.unknown_types: Counter[str] = Counter()

    def task(self, owner: Owner, filters: Mapping[str, Any]) -> Task:
        path, params = feed_params(self._session.catalog, **filters)
        return Task(EVENT, EVENT, owner, path, path, path, params=params, handler=self)

    def read(self, owners: Iterable[Owner], filters: Callable[[Owner], Mapping[str, Any]]) -> None:
        """Reads the owners' lists. Raises SyncAborted when the run is halted."""
        self._session.read_all([EVENT], ([self.task(owner, filters(owner))] for owner in owners))

    def readable(self, task: Task, page: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [
            event for event in page if isinstance(event, dict) and isinstance(event.get("id"), str)
        ]
        if len(kept) < len(page):
            self.errors.append(
                f"{self._session.alias}: {task.owner.account_id}: {len(page) - len(kept)} events without an id cannot be kept"
            )
        return kept

    def took(self, task: Task, page: Page, batch: Batch, observed_at: datetime) -> bool:
        self.listed += len(page)
        if self._keep_ids:
            self.ids[task.owner] += [event["id"] for event in page]
        batch.ledger += self.entries(page, task.owner)
        return True

    def failed(self, task: Task, error: Exception) -> None:
        self.failures[task.owner] = error

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        self.failures[task.owner] = error
        return None

    def entries(self, events: Page, owner: Owner) -> list[LedgerEntry]:
        """The entries of those that are to be processed; the others are reported."""
        states = self._session.mirror.ledger.states(owner, [event["id"] for event in events])
        entries = []
        for event in events:
            state = states.get(event["id"])
            if state is not None and state.state in ("processed", "ignored"):
                done = state.state == "processed"
                self._tell(
                    owner, event, "already processed" if done else "ignored", state.reason or ""
                )
                continue
            entry = self._entry(event, owner)
            if entry.ignored:
                self._tell(owner, event, "ignored", entry.ignored)
            if entry.type not in self._session.catalog.events:
                self.unknown_types[entry.type] += 1
            entries.append(entry)
        return entries

    def _entry(self, event: Mapping[str, Any], owner: Owner) -> LedgerEntry:
        try:
            return entry_of(self._session.catalog, event, owner)
        except (
            Exception
        ) as error:  # of whatever shape it is: found out again, and said, when it is processed
            logger.debug("%s: %s", event["id"], error)
            return LedgerEntry(
                owner,
                event["id"],
                str(event.get("type")),
                instant(event.get("created")) or self._session.api.now(),
            )

    def _tell(self, owner: Owner, event: Mapping[str, Any], state: Any, did: str) -> None:
        self._report(
            EventReport(
                event["id"],
                str(event.get("type")),
                instant(event.get("created")) or self._session.api.now(),
                owner.account_id,
                state,
                did,
            )
        )
