"""What a sensor asks Stripe for one key: which events need a run. One request for each account."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from stripe_assets.catalog import catalog
from stripe_assets.catalog.incremental import incremental_strategies, models_to_sync_for
from stripe_assets.catalog.lists import list_params
from stripe_assets.catalog.roles import ACCOUNT, EVENT
from stripe_assets.mirror import EventState, Mirror, Owner
from stripe_assets.stripe_api import (
    Answer,
    ApiKey,
    Failure,
    InvalidRequest,
    StripeApi,
    Unreachable,
    is_usable,
    items,
)
from stripe_assets.sync.constants import PAGE, RETENTION, SKEW
from stripe_assets.sync.engine.account_usage import AccountUsage
from stripe_assets.sync.engine.accounts import Accounts
from stripe_assets.sync.events.entries import created_at, entry_of, instant
from stripe_assets.sync.events.feed import since

PAGES_A_LOOK = 5
GRACE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class WatchedEvent:
    """An event that is not settled."""

    id: str
    type: str
    created: datetime
    attempts: int = 0
    """How often its processing failed."""
    models: tuple[str, ...] = ()
    """The models that an incremental run must select for it."""


class EventWatch:
    """A request waits `timeout` seconds and is not repeated.

    Raises StripeError, and InvalidApiKey when nobody can tell the key's account.
    """

    def __init__(
        self,
        key: ApiKey,
        mirror: Mirror,
        *,
        timeout: float = 5.0,
        behind: dict[str, str] | None = None,
    ) -> None:
        self._key = key
        self._mirror = mirror
        self._catalog = catalog()
        self._api = StripeApi(key, timeout=timeout, max_retries=0)
        self.usage = AccountUsage(mirror, self._api)
        """Counts the requests. The caller writes the counts."""
        self._timeout = timeout
        self._own: str | None = None
        self.behind: dict[str, str] = {} if behind is None else behind
        """Account → the undelivered event after which the next look begins. The caller keeps it."""

    def owners(self) -> tuple[Owner, ...]:
        """Returns the accounts that the last run of the key found, its own first.

        Without such a run Stripe is asked for the key's own account.
        """
        owners = self._mirror.accounts.covered_by(self._key.alias)
        if not owners:
            own_id, _ = Accounts(self._api, self._key, self._catalog[ACCOUNT]).own()
            owners = (Owner(own_id, self._key.livemode),)
        self._own = owners[0].account_id
        self.usage.belongs_to(owners[0])
        return owners

    def failed_deliveries(self, owner: Owner) -> tuple[WatchedEvent, ...]:
        """Returns events whose webhooks are pending or have failed, and that are not processed, or
        are to be tried again. Oldest first, at most 100.

        Stripe still lists an event as undelivered after it was processed here. So after a page of
        settled events the next pages are read too: PAGES_A_LOOK now, and the rest in later looks.
        """
        account, filters = owner.account_id, {"delivery_success": False}
        page = self._list(owner, filters)
        for looked in range(PAGES_A_LOOK):
            if watched := self._watched(owner, page, self._catalog.resources):
                return watched
            if len(page) < PAGE:
                self.behind.pop(account, None)
                break
            last = str(page[-1].get("id"))
            behind = self.behind.get(account, last) if looked == 0 else last
            self.behind[account] = behind
            try:
                page = self._list(owner, {**filters, "starting_after": behind})
            except InvalidRequest:  # that event was delivered by now, or is too old
                self.behind.pop(account, None)
                break
        return ()

    def new_events(self, owner: Owner) -> tuple[WatchedEvent, ...] | None:
        """Returns the events since the mirror was current that need processing, or another try.

        None: a full sweep has to come first.
        """
        now = self._api.now()
        current = {
            name: at
            for (_, name), at in self._mirror.sweeps.current_until([owner]).items()
            if now - RETENTION < at <= now + SKEW
        }
        how = incremental_strategies()
        by_events = [at for name, at in current.items() if how[name] in ("events", "parents")]
        if not by_events:
            return None
        page = self._list(owner, since(self._mirror, owner, min(by_events)))
        watched = [event for event in self._watched(owner, page, current) if event.models]
        oldest = min((at for event in page if (at := instant(event.get("created")))), default=now)
        if len(page) == PAGE and oldest > min(by_events):  # more events may follow, of any type
            everything = tuple(sorted(current))
            newest = self._watched_event(owner, page[0], None, current)
            watched = [replace(event, models=everything) for event in watched or [newest]]
        return tuple(watched)

    def _list(self, owner: Owner, filters: Mapping[str, Any]) -> list[dict[str, Any]]:
        resource = self._catalog[EVENT]
        route = resource.routes[0]
        path, params = route.path, list_params(resource, route, {}) | dict(filters)
        account = None if owner.account_id == self._own else owner.account_id
        answer = self._in_time(
            lambda: self._api.get(path, params, stripe_account=account, endpoint=path), path
        )
        return [event for event in items(answer.body, path=path) if is_usable(event)]

    def _in_time(self, ask: Callable[[], Answer], path: str) -> Answer:
        """Bounds the whole request.

        The client's timeout bounds each wait only. A server that sends a byte now and then would
        hold the tick for ever.
        """
        came: queue.SimpleQueue[Answer | Exception] = queue.SimpleQueue()

        def asking() -> None:
            try:
                came.put(ask())
            except Exception as error:
                came.put(error)

        threading.Thread(target=asking, name="stripe-watch", daemon=True).start()
        try:
            answer = came.get(timeout=self._timeout + GRACE_SECONDS)
        except queue.Empty:
            raise Unreachable(
                Failure(
                    alias=self._key.alias, path=path, message=f"no answer in {self._timeout:g} s"
                )
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _watched(
        self, owner: Owner, events: Iterable[dict[str, Any]], models: Collection[str]
    ) -> tuple[WatchedEvent, ...]:
        by_id = {event["id"]: event for event in events if isinstance(event.get("id"), str)}
        states = self._mirror.ledger.states(owner, by_id)
        now = datetime.now(UTC)
        due = [event for id, event in by_id.items() if _due(states.get(id), now)]
        watched = [
            self._watched_event(owner, event, states.get(event["id"]), models) for event in due
        ]
        return tuple(sorted(watched, key=lambda event: (event.created, event.id)))

    def _watched_event(
        self,
        owner: Owner,
        event: Mapping[str, Any],
        state: EventState | None,
        models: Collection[str],
    ) -> WatchedEvent:
        try:
            created, entry = created_at(event), entry_of(self._catalog, event, owner)
            about = frozenset[str]()
            if not entry.ignored:
                about = models_to_sync_for(self._catalog, entry.object or EVENT)
        except Exception:  # the event has an odd shape: the run will say so
            created, about = self._api.now(), frozenset((EVENT,))
        return WatchedEvent(
            event["id"],
            str(event.get("type")),
            created,
            state.attempts if state else 0,
            tuple(sorted(about.intersection(models))),
        )


def _due(state: EventState | None, now: datetime) -> bool:
    if state is None or state.state == "pending":
        return True
    return state.state == "failed" and (
        state.next_attempt_at is None or state.next_attempt_at <= now
    )
