"""One API key's events, processed: listed, entered in the ledger, read again, settled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import Mirror, MirrorError, ObjectRef, Owner
from stripe_assets.stripe_api import ApiKey, InvalidApiKey, StripeError
from stripe_assets.sync.constants import RETENTION
from stripe_assets.sync.engine.account_list import AccountList
from stripe_assets.sync.engine.accounts import Accounts, AccountsPage, account_id_of
from stripe_assets.sync.engine.session import InSession, Session, SyncAborted
from stripe_assets.sync.events.event_lookup import EventLookup
from stripe_assets.sync.events.feed import EventFeed
from stripe_assets.sync.events.processing import EventProcessing, EventScope
from stripe_assets.sync.events.selection import EventReport, EventSelection, EventSummary
from stripe_assets.sync.planning.plan import accounts_line
from stripe_assets.sync.planning.refusals import (
    Refusals,
    kept_current,
    last_refusals,
    open_holes,
)
from stripe_assets.sync.results import RunProgress
from stripe_assets.sync.retrieval.closure import Closure, WrittenByRun
from stripe_assets.sync.retrieval.handler import Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import read_each


class EventProgress(RunProgress):
    """Live counts of a run of events."""

    def __init__(self, requests: Callable[[], int]) -> None:
        super().__init__(requests)
        self.total = 0
        """Events that were claimed; 0 while they are listed."""
        self.done = 0

    def line(self) -> str:
        counts = f"{self.done:,}/{self.total:,} events, {self.requests:,} requests"
        return f"{counts}, {self.seconds:,.0f} s"


class EventRun(InSession):
    """Use it as a context manager, like KeySync.

        with EventRun(key, mirror, EventSelection(failed=True), run_id=…) as run:
            lines = run.prepare()
            summary = run.run()

    `report` gets every event, from several threads but one at a time. `prepare` and `run` raise
    SyncAborted when Stripe refuses the key or cannot be reached at all, or when the database cannot
    be written. What was settled stays settled.
    """

    def __init__(
        self,
        key: ApiKey,
        mirror: Mirror,
        selection: EventSelection,
        *,
        run_id: str,
        report: Callable[[EventReport], object] | None = None,
    ) -> None:
        self._key = key
        self._mirror = mirror
        self._selection = selection
        self._run_id = run_id
        self._report = report
        self._lock = threading.Lock()
        self._session = Session(key, mirror)
        self._owners: tuple[Owner, ...] = ()
        self._accounts: Accounts
        self.progress = EventProgress(lambda: self._session.api.requests)
        self.summary = EventSummary(key.alias)

    def prepare(self) -> list[str]:
        """Finds the accounts. Returns what the run will do."""
        session = self._session
        try:
            self._accounts, _ = session.identify()
            self._mirror.accounts.set_own_account(
                self._key.alias, session.platform, self._key.fingerprint
            )
            self._owners = self._covered_accounts()
        except (StripeError, InvalidApiKey, MirrorError) as error:
            raise SyncAborted(str(error)) from None
        chosen = str(self._selection)
        if not self._selection.ids:
            chosen += f", of the {RETENTION.days} days for which Stripe keeps events"
        return [f"{self._key.alias}: {accounts_line(self._owners)}: {chosen}"]

    def _covered_accounts(self) -> tuple[Owner, ...]:
        """Returns the accounts that the key covers now.

        For chosen events the accounts will do that the last sync found: they are known.
        """
        platform, wanted = self._session.platform, self._key.connected
        if wanted == "none":
            return (platform,)
        known = self._mirror.accounts.covered_by(self._key.alias) if self._selection.ids else ()
        ids = {owner.account_id for owner in known}
        if known[:1] == (platform,) and (wanted == "all" or set(wanted) <= ids):
            return tuple(
                owner
                for owner in known
                if wanted == "all" or owner == platform or owner.account_id in wanted
            )
        return self._list_accounts()

    def _list_accounts(self) -> tuple[Owner, ...]:
        """Asks Stripe. A later sync finds the accounts that the key no longer reaches."""
        session = self._session
        platform, found = session.platform, dict.fromkeys([session.platform])

        def took(page: AccountsPage) -> None:
            ids = (account_id_of(account, page.path) for account in page.accounts)
            found.update(dict.fromkeys(Owner(id, platform.livemode) for id in ids))

        for page in self._accounts.chosen():
            took(page)
        if self._accounts.are_listed:
            known = self._mirror.accounts.covered_by(self._key.alias)
            accounts = AccountList(session, took)
            accounts.read(known=len(known) > 1)
            if accounts.unread:
                found.update(dict.fromkeys(known))
                said = f"the list of accounts could not be read: {accounts.unread}"
                self.summary.errors.append(f"{self._key.alias}: {said}")
        owners = tuple(found)
        self._mirror.accounts.add_covered(self._key.alias, owners, datetime.now(UTC))
        return owners

    def run(self) -> EventSummary:
        """Lists and processes the events."""
        session, summary = self._session, self.summary
        assert self._owners, "prepare() comes first"
        feed = EventFeed(session, self._tell, keep_ids=self._selection.failed)
        try:
            known = last_refusals(self._mirror, self._owners)
            doubtful = [owner for owner, refused in known.items() if refused.have_holes]
            holes = open_holes(self._mirror, doubtful)
            for owner, refused in known.items():
                session.learn(owner, refused.wholly, refused.partly, holes.get(owner, ()))
            self.progress.total = self._claim(feed) + self.progress.done
            since = self._mirror.accounts.begin_pending_references(
                self._key.alias, session.platform, session.began
            )
            current = self._mirror.sweeps.current_until(self._owners)
            scope = EventScope(
                owners=frozenset(self._owners),
                kept=kept_current(self._mirror, current, known),
                refused={owner: refused.wholly for owner, refused in known.items()},
            )
            EventProcessing(session, self._run_id, scope, self._tell).run()
            self._close_references(since, known)
            changed = session.progress.changed()
            summary.rows_in_mirror = self._mirror.live_rows.counts(self._owners, changed)
        except MirrorError as error:
            session.abort(error)
        finally:
            summary.rows = session.progress.changed()
            summary.listed = feed.listed
            summary.requests, summary.seconds = self.progress.requests, self.progress.seconds
        session.raise_if_halted()
        return summary

    def _close_references(self, since: datetime, known: Mapping[Owner, Refusals]) -> None:
        session, summary, alias = self._session, self.summary, self._key.alias
        unreadable = {
            (owner, name): reason
            for owner, refused in known.items()
            for name, reason in refused.wholly.items()
        }
        written = WrittenByRun(session, self._owners, since)
        covers = frozenset(self._owners).__contains__
        closure = Closure(session, written, covers, unreadable).run()
        summary.related = closure.line()
        summary.errors += [
            f"{alias}: a related object is missing: {error}" for error in closure.errors
        ]
        if not closure.errors:
            self._mirror.accounts.end_pending_references(alias)

    def _claim(self, feed: EventFeed) -> int:
        """Lists the chosen events and takes them from the ledger. Returns how many are to be
        processed."""
        chosen, ledger = self._selection, self._mirror.ledger
        claimed = 0
        if chosen.ids:
            lookup = EventLookup(self._session, chosen, feed, self.summary, self._tell)
            found = lookup.find(self._owners, self._list_accounts)
            self._owners = lookup.owners
            for owner, ids in found.items():
                claimed += ledger.claim(self._run_id, [owner], ids=ids)
        else:
            feed.read(self._owners, lambda owner: chosen.filters)
            if chosen.failed:
                for owner, ids in feed.ids.items():
                    claimed += ledger.claim(self._run_id, [owner], ids=ids)
            else:
                claimed = ledger.claim(self._run_id, self._owners, type=chosen.type)
        self.summary.unknown_types = feed.unknown_types
        self._could_not_list(feed.failures)
        return claimed

    def _could_not_list(self, failures: Mapping[Owner, Exception]) -> None:
        """An account may have been disconnected meanwhile. That is no failure, but its row must say
        so."""
        platform = self._session.platform
        refused = [
            owner
            for owner, error in failures.items()
            if owner != platform and getattr(error, "unavailable", False)
        ]
        retrieval = read_each(self._session, _account_requests(refused), Retrieval(self._session))
        for owner, error in failures.items():
            if not retrieval.is_gone(ObjectRef(ACCOUNT, owner, owner.account_id)):
                said = f"the events of {owner.account_id} cannot be listed: {error}"
                self.summary.errors.append(f"{self._key.alias}: {said}")

    def _tell(self, report: EventReport) -> None:
        with self._lock:
            self.summary.add(report)
            self.progress.done += report.state in ("processed", "failed")
            if self._report:
                self._report(report)


def _account_requests(owners: Iterable[Owner]) -> list[ReadRequest]:
    return [ReadRequest(ObjectRef(ACCOUNT, owner, owner.account_id)) for owner in owners]
