"""Events that were claimed: what each is about is read once in its present state, and each is settled in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe_assets.mirror import Batch, EventKey, Gone, LedgerEntry, MirrorError, Missing, Owner, flatten
from stripe_assets.sync.errand import Failed, Retrieval
from stripe_assets.sync.event_entries import UnreadableEvent, entry_of, payload_of
from stripe_assets.sync.event_feed import Report
from stripe_assets.sync.event_selection import EventOutcome, EventReport
from stripe_assets.sync.rereading import Wish, reread, retrieve_route
from stripe_assets.sync.session import Nested, Session, SyncAborted

EVENTS_AT_ONCE = 20_000
OBJECTS_AT_ONCE = 1_000
"""After so many retrieves their events are settled: a crash costs no more than these."""


class EventProcessing:
    """What a run has claimed. Newest state wins however old the event is: an event only says what to read.

    `nested`: the nested lists that the run reads: with every object of an account those of its `children`, with others where the
    event is about the list. `owners` are the accounts that the key covers, its own first.
    """

    def __init__(
        self,
        session: Session,
        run_id: str,
        owners: Collection[Owner],
        nested: Nested,
        report: Report,
        children: Callable[[Owner], frozenset[str]],
    ) -> None:
        self._session = session
        self._run_id = run_id
        self._owners = frozenset(owners)
        self._nested = nested
        self._report = report
        self._children = children

    def run(self) -> None:
        """Raises SyncAborted when the run is halted, MirrorError when the database fails; what was settled until then is."""
        ledger = self._session.mirror.ledger
        while entries := ledger.take(self._run_id, EVENTS_AT_ONCE):
            self._process(entries)

    def _process(self, entries: list[LedgerEntry]) -> None:
        about: defaultdict[Missing, list[LedgerEntry]] = defaultdict(list)
        by_payload: list[LedgerEntry] = []
        for entry in entries:
            wanted = self._wanted(entry)
            if wanted is None:
                by_payload.append(entry)
            elif wanted.owner not in self._owners and not self._session.catalog[wanted.resource].lists_owners:
                self._settle_one(entry, "ignored", f"the account {wanted.owner.account_id} is not among those that the key covers")
            else:
                about[wanted].append(entry)
        self._apply_payloads(by_payload)
        wanted = list(about)
        for model in {one.resource: None for one in wanted}:
            some = [one for one in wanted if one.resource == model]
            self._read(some, about)

    def _wanted(self, entry: LedgerEntry) -> Missing | None:
        """What is to be retrieved; None where the event's own words are all there is."""
        if entry.object is None or entry.object_id is None or entry.object not in self._session.catalog.resources:
            return None
        resource = self._session.catalog[entry.object]
        if not resource.singleton and retrieve_route(resource, entry.parents) is None:
            return None
        return Missing(entry.object, Owner(entry.object_account or entry.owner.account_id, entry.owner.livemode), entry.object_id)

    def _read(self, wanted: list[Missing], about: Mapping[Missing, list[LedgerEntry]]) -> None:
        retrieval = Retrieval(self._session)
        try:
            for done in reread(self._session, [self._wish(one, about[one]) for one in wanted], retrieval, self._nested, OBJECTS_AT_ONCE):
                self._settle(done, about, retrieval)
        except BaseException:
            self._settle([one for one in wanted if one in retrieval.present], about, retrieval)
            raise

    def _wish(self, wanted: Missing, entries: list[LedgerEntry]) -> Wish:
        events = self._session.catalog.events
        lists = frozenset(name for entry in entries if entry.type in events for name in events[entry.type].lists)
        created = next((entry.object_created for entry in entries if entry.object_created), None)
        return Wish(wanted, created, entries[0].parents, lists | self._children(wanted.owner), about_lists=bool(lists))

    def _bury_what_they_carry(self, read: Mapping[EventKey, datetime]) -> None:
        """A discount that was withdrawn: no route reads it, and what it was on was read again (→ when) and may no longer carry it."""
        gone: list[Gone] = []
        for (owner, id), event in self._session.mirror.events(list(read)).items():
            carried = payload_of(event)
            resource, own_id = self._session.catalog.by_object(carried), carried.get("id")
            if resource is not None and resource.retrieve is None and isinstance(own_id, str):
                # A moment before: what has just been read wins where it carries it all the same.
                before = read[owner, id] - timedelta(microseconds=1)
                gone.append(Gone(resource.name, Owner(event.get("account") or owner.account_id, owner.livemode), (own_id,), before))
        if gone:
            batch = Batch(gone=gone)
            self._session.progress.written([batch], self._session.mirror.write([batch]))

    def _settle(self, done: Iterable[Missing], about: Mapping[Missing, list[LedgerEntry]], retrieval: Retrieval) -> None:
        events = self._session.catalog.events
        processed: list[EventKey] = []
        removals: dict[EventKey, datetime] = {}
        failed: dict[EventKey, str] = {}
        for wanted in done:
            state, did, trace = _outcome(wanted, retrieval)
            for entry in about[wanted]:
                key = (entry.owner, entry.id)
                if state == "failed":
                    failed[key] = did
                else:
                    processed.append(key)
                    kind, read = events.get(entry.type), retrieval.present.get(wanted)
                    if kind and read and kind.deletes and kind.targets:
                        removals[key] = read.observed_at
                self._tell(entry, state, did, trace)
        self._bury_what_they_carry(removals)
        self._session.mirror.ledger.settle(self._run_id, processed=processed, ignored={}, failed=failed, now=datetime.now(UTC))

    def _settle_one(self, entry: LedgerEntry, state: EventOutcome, did: str, trace: str | None = None) -> None:
        key = (entry.owner, entry.id)
        self._session.mirror.ledger.settle(
            self._run_id,
            processed=[key] if state == "processed" else [],
            ignored={key: did} if state == "ignored" else {},
            failed={key: did} if state == "failed" else {},
            now=datetime.now(UTC),
        )
        self._tell(entry, state, did, trace)

    def _apply_payloads(self, entries: list[LedgerEntry]) -> None:
        """Events about what no route of Stripe's reads, oldest first."""
        stored = self._session.mirror.events([(entry.owner, entry.id) for entry in entries])
        for entry in sorted(entries, key=lambda entry: entry.created):
            try:
                state, did = self._apply(entry, stored.get((entry.owner, entry.id)))
                self._settle_one(entry, state, did)
            except (SyncAborted, MirrorError):
                raise
            except Exception as error:  # of whatever shape the event is, the others are processed
                failure = Failed.of(error)
                self._settle_one(entry, "failed", str(error), failure.trace)

    def _apply(self, entry: LedgerEntry, event: Mapping[str, Any] | None) -> tuple[EventOutcome, str]:
        session = self._session
        if event is None:
            raise UnreadableEvent("its row is not in the database")
        again = entry_of(session.catalog, event, entry.owner)  # raises for what could not be read when it was listed
        if again.ignored or again.object is None:
            return "ignored", again.ignored or "it is about no object"
        wanted = self._wanted(again)
        if wanted is not None:  # this release knows how to read it, an earlier one did not
            retrieval = Retrieval(session)
            for _ in reread(session, [self._wish(wanted, [again])], retrieval, self._nested):
                pass
            state, did, _ = _outcome(wanted, retrieval)
            if state == "failed":
                raise UnreadableEvent(did)
            return state, did
        version = event.get("api_version")
        if not same_release(version, session.catalog.api_version):
            reason = f"no route of Stripe's reads a {again.object}, and what an event of API version {version} says of it may not fit"
            return "ignored", reason
        self._write_payload(again, payload_of(event))
        return "processed", f"{again.object} {again.object_id} as the event has it: no route of Stripe's reads one"

    def _write_payload(self, entry: LedgerEntry, payload: Mapping[str, Any]) -> None:
        session, kind = self._session, self._session.catalog.events.get(entry.type)
        deleted = {"deleted": True} if kind and kind.deletes else {}
        owner = Owner(entry.object_account or entry.owner.account_id, entry.owner.livemode)
        assert entry.object
        batch: Batch = flatten(
            session.catalog,
            entry.object,
            [{**payload, **deleted}],
            owner,
            entry.created,
            api_version=session.catalog.api_version,
            platform_id=session.platform.account_id,
        )
        session.progress.written([batch], session.mirror.write([batch]))

    def _tell(self, entry: LedgerEntry, state: EventOutcome, did: str, trace: str | None = None) -> None:
        self._report(EventReport(entry.id, entry.type, entry.created, entry.owner.account_id, state, did, trace, entry.object))


def same_release(version: object, ours: str) -> bool:
    """Whether an event's rendering fits: within a release of Stripe's API, `2026-10-28.endive`, nothing is taken away."""
    return isinstance(version, str) and version.partition(".")[2] == ours.partition(".")[2] != ""


def _outcome(wanted: Missing, retrieval: Retrieval) -> tuple[EventOutcome, str, str | None]:
    name = f"{wanted.resource} {wanted.id}"
    if failure := retrieval.failures.get(wanted):
        return "failed", failure.error, failure.trace
    if wanted in retrieval.present:
        return "processed", f"{name} is deleted" if retrieval.present[wanted].deleted else f"read {name} again", None
    if retrieval.gone(wanted):
        return "processed", f"{name} is deleted", None
    error = retrieval.absent.get(wanted)
    failure = Failed.of(error) if error else None
    return "failed", failure.error if failure else f"{name} was not read", failure.trace if failure else None
