"""One API key's events, processed: listed, entered in the ledger, what they are about read again, each settled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from stripe_assets.catalog.roles import ACCOUNT, EVENT
from stripe_assets.mirror import Batch, Mirror, MirrorError, ObjectRef, Owner
from stripe_assets.stripe_api import ApiKey, InvalidApiKey, StripeError
from stripe_assets.sync.constants import RETENTION
from stripe_assets.sync.engine.accounts import Accounts, account_id_of
from stripe_assets.sync.engine.handlers import Page, Retrieval
from stripe_assets.sync.engine.session import Session, SyncAborted
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.events.feed import EventFeed
from stripe_assets.sync.events.processing import EventProcessing
from stripe_assets.sync.events.selection import EventReport, EventSelection, EventSummary
from stripe_assets.sync.planning.freshness import kept, refused
from stripe_assets.sync.retrieval.closure import Closure, WrittenByRun
from stripe_assets.sync.retrieval.retrieve import ReadRequest, reread, retrieve_task

NOT_THERE = (
    f"Stripe has no such event of this key's accounts; it keeps events for {RETENTION.days} days"
)


class EventProgress:
    """Live counts of a run; written by its threads, read by whoever shows them."""

    def __init__(self, requests: Callable[[], int]) -> None:
        self._requests = requests
        self._started = time.monotonic()
        self.total = 0
        """Events that were claimed; 0 while they are listed."""
        self.done = 0

    @property
    def requests(self) -> int:
        return self._requests()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def line(self) -> str:
        return f"{self.done:,}/{self.total:,} events, {self.requests:,} requests, {self.seconds:,.0f} s"


class EventRun:
    """Use it as a context manager, like KeySync.

        with EventRun(key, mirror, EventSelection(failed=True), run_id=…) as run:
            lines = run.prepare()
            summary = run.run()

    `report` is told of every event, by several threads but one at a time. Raises SyncAborted from `prepare` and `run` when the
    key is refused, when Stripe cannot be reached at all, or when the database cannot be written; what was settled stays settled.
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
        self._feed: EventFeed | None = None
        self._accounts: Accounts
        self.progress = EventProgress(lambda: self._session.api.requests)
        self.summary = EventSummary(key.alias)

    def __enter__(self) -> EventRun:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the run's threads."""
        self._session.close()

    def stop(self) -> None:
        """Asks the run to end; `run` then raises SyncAborted. For another thread, or a signal handler."""
        self._session.halt.set()

    def prepare(self) -> list[str]:
        """Finds the accounts; says what the run will do."""
        try:
            accounts, _ = self._session.identify()
            self._mirror.accounts.set_own_account(
                self._key.alias, self._session.platform, self._key.fingerprint
            )
            self._accounts = accounts
            self._owners = self._reach(accounts.connected)
        except (StripeError, InvalidApiKey, MirrorError) as error:
            raise SyncAborted(str(error)) from None
        platform, connected = self._session.platform, len(self._owners) - 1
        also = (
            f" and {connected:,} connected account{'s' if connected > 1 else ''}"
            if connected
            else ""
        )
        mode = "live" if platform.livemode else "test"
        kept = (
            ""
            if self._selection.ids
            else f" that Stripe has kept: those of the last {RETENTION.days} days"
        )
        return [
            f"{self._key.alias}: {platform.account_id} ({mode} mode){also}: {self._selection}{kept}"
        ]

    def _reach(self, listed: Callable[[], Iterable[Any]]) -> tuple[Owner, ...]:
        """The accounts that the key covers now. For chosen events, whose accounts are known, those that the last sync has found will do."""
        platform, wanted = self._session.platform, self._key.connected
        known = self._mirror.accounts.covered_by(self._key.alias) if self._selection.ids else ()
        if wanted == "none":
            return (platform,)
        if known[:1] == (platform,) and (
            wanted == "all" or set(wanted) <= {owner.account_id for owner in known}
        ):
            return tuple(
                owner
                for owner in known
                if wanted == "all" or owner == platform or owner.account_id in wanted
            )
        return self._list_accounts(listed)

    def _list_accounts(self, listed: Callable[[], Iterable[Any]]) -> tuple[Owner, ...]:
        """Stripe's answer; a later sync finds out who is lost."""
        platform = self._session.platform
        ids = [account_id_of(account, page.path) for page in listed() for account in page.accounts]
        owners = tuple(dict.fromkeys([platform, *(Owner(id, platform.livemode) for id in ids)]))
        self._mirror.accounts.add_covered(self._key.alias, owners, datetime.now(UTC))
        return owners

    def run(self) -> EventSummary:
        """Lists and processes the events."""
        session, summary = self._session, self.summary
        assert self._owners, "prepare() comes first"
        try:
            known = refused(self._mirror, self._owners)
            session.tolerated = {
                owner: its.partly.union(its.wholly) for owner, its in known.items()
            }
            self.progress.total = self._claim() + self.progress.done
            since = self._mirror.accounts.begin_pending_references(
                self._key.alias, session.platform, session.began
            )
            its_kept = kept(self._mirror, self._mirror.sweeps.current_until(self._owners), known)
            EventProcessing(
                session,
                self._run_id,
                self._owners,
                self._tell,
                lists=lambda owner: (),
                kept=lambda owner: its_kept.get(owner, ()),
                refused=lambda owner: known[owner].wholly if owner in known else (),
            ).run()
            unreadable = {
                (owner, name): reason
                for owner, its in known.items()
                for name, reason in its.wholly.items()
            }
            written, covered = WrittenByRun(session, self._owners, since), frozenset(self._owners)
            closure = Closure(session, written, covered.__contains__, unreadable).run()
            summary.related = closure.line()
            summary.rows_in_mirror = self._mirror.live_rows.counts(
                self._owners, session.progress.changed()
            )
            summary.errors += [
                f"{self._key.alias}: a related object is missing: {error}"
                for error in closure.errors
            ]
            if not closure.errors:
                self._mirror.accounts.end_pending_references(self._key.alias)
        except MirrorError as error:
            session.abort(error)
        finally:
            summary.rows = session.progress.changed()
            summary.listed = self._feed.listed if self._feed else 0
            summary.requests, summary.seconds = self.progress.requests, self.progress.seconds
        session.raise_if_halted()
        return summary

    def _claim(self) -> int:
        """Lists what was chosen and takes it from the ledger. Returns how many are to be processed."""
        chosen, ledger = self._selection, self._mirror.ledger
        feed = self._feed = EventFeed(self._session, self._tell, keep_ids=chosen.failed)
        claimed = 0
        if chosen.ids:
            owners = self._find(feed)
            for owner, ids in owners.items():
                claimed += ledger.claim(self._run_id, [owner], ids=ids)
        else:
            filters = (
                {"delivery_success": False}
                if chosen.failed
                else {"type": chosen.type}
                if chosen.type
                else {}
            )
            feed.read(self._owners, lambda owner: filters)
            if chosen.failed:
                for owner, ids in feed.ids.items():
                    claimed += ledger.claim(self._run_id, [owner], ids=ids)
            else:
                claimed = ledger.claim(self._run_id, self._owners, type=chosen.type)
        self.summary.unknown_types = feed.unknown_types
        self.summary.errors += feed.errors
        self._could_not_list(feed.failures)
        return claimed

    def _find(self, feed: EventFeed) -> dict[Owner, list[str]]:
        """Whose events the ids are. What the database does not have is asked for, of the own account first."""
        chosen = self._selection
        owners = [owner for owner in self._owners if chosen.account in (None, owner.account_id)]
        left = dict.fromkeys(chosen.ids)
        found: dict[Owner, list[str]] = {}
        for id, owner in self._mirror.rows.owners_of_events(chosen.ids, owners).items():
            found.setdefault(owner, []).append(id)
            left.pop(id, None)
        stored = self._mirror.rows.read_events(
            [(owner, id) for owner, ids in found.items() for id in ids]
        )
        by_owner: dict[Owner, list[Mapping[str, Any]]] = {}
        for (owner, _), event in stored.items():
            by_owner.setdefault(owner, []).append(event)
        for owner, events in by_owner.items():
            feed.listed += len(events)
            self._mirror.write([Batch(ledger=feed.entries(events, owner))])
        for owner in owners:
            if left:
                asked = self._ask(owner, list(left), feed)
                found.setdefault(owner, []).extend(asked)
                left = {id: None for id in left if id not in set(asked)}
        if left and chosen.account is None and self._key.connected == "all":
            known, self._owners = (
                set(owners),
                tuple(dict.fromkeys([*owners, *self._list_accounts(self._accounts.connected)])),
            )
            for owner in self._owners:  # an account may have been connected since
                if left and owner not in known:
                    asked = self._ask(owner, list(left), feed)
                    found.setdefault(owner, []).extend(asked)
                    left = {id: None for id in left if id not in set(asked)}
        if chosen.others:
            self.summary.elsewhere += left
            return found
        for id in left:
            self._tell(
                EventReport(
                    id,
                    "",
                    self._session.api.now(),
                    owners[0].account_id if owners else "",
                    "failed",
                    NOT_THERE,
                )
            )
        return found

    def _ask(self, owner: Owner, ids: list[str], feed: EventFeed) -> list[str]:
        """Retrieves events of one account; returns those that it has."""
        handler = SingleEvents(self._session, feed)
        wishes = [ReadRequest(ObjectRef(EVENT, owner, id)) for id in ids]
        tasks = [
            retrieve_task(self._session.catalog, self._session.platform, wish, handler)
            for wish in wishes
        ]
        self._session.read_all([EVENT], [tasks])
        for wanted, failure in handler.failures.items():
            self.summary.errors.append(
                f"{self._key.alias}: event {wanted.id} cannot be read: {failure.error}"
            )
        refused = {
            wanted: str(error)
            for wanted, error in handler.absent.items()
            if not handler.gone(wanted)
        }
        for wanted, error in refused.items():
            self._tell(
                EventReport(
                    wanted.id, "", self._session.api.now(), owner.account_id, "failed", error
                )
            )
        return [wanted.id for wanted in (*handler.present, *handler.failures, *refused)]

    def _could_not_list(self, failures: Mapping[Owner, Exception]) -> None:
        """An account may have been disconnected meanwhile: that is no failure, but its row is to say so."""
        lost = [
            owner
            for owner, error in failures.items()
            if owner != self._session.platform and getattr(error, "unavailable", False)
        ]
        retrieval = Retrieval(self._session)
        for _ in reread(
            self._session,
            [ReadRequest(ObjectRef(ACCOUNT, owner, owner.account_id)) for owner in lost],
            retrieval,
        ):
            pass
        for owner, error in failures.items():
            if not retrieval.gone(ObjectRef(ACCOUNT, owner, owner.account_id)):
                self.summary.errors.append(
                    f"{self._key.alias}: the events of {owner.account_id} cannot be listed: {error}"
                )

    def _tell(self, report: EventReport) -> None:
        with self._lock:
            self.summary.add(report)
            self.progress.done += report.state in ("processed", "failed")
            if self._report:
                self._report(report)


class SingleEvents(Retrieval):
    """Events that are retrieved by their ids."""

    def __init__(self, session: Session, feed: EventFeed) -> None:
        super().__init__(session)
        self._feed = feed

    def took(self, task: Task, page: Page, batch: Batch, observed_at: datetime) -> bool:
        self._feed.listed += len(page)
        batch.ledger += self._feed.entries(page, task.owner)
        return True

    def refused(self, task: Task, error: StripeError, asked_at: datetime) -> Batch | None:
        super().refused(task, error, asked_at)
        return None  # an event that Stripe no longer has was not deleted: its row stays as it is
