"""Events that were claimed: what each is about is read once in its present state, and each is settled in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe_assets.catalog.lists import nested_lists
from stripe_assets.catalog.retrieval import retrieve_route, same_release
from stripe_assets.mirror import (
    Batch,
    EventKey,
    Gone,
    LedgerEntry,
    MirrorError,
    ObjectRef,
    Owner,
    flatten,
)
from stripe_assets.sync.engine.handlers import Failed, Retrieval
from stripe_assets.sync.engine.session import Session, SyncAborted
from stripe_assets.sync.events.entries import UnreadableEvent, entry_of, payload_of
from stripe_assets.sync.events.feed import Report
from stripe_assets.sync.events.selection import EventOutcome, EventReport
from stripe_assets.sync.retrieval.retrieve import ReadRequest, reread

EVENTS_AT_ONCE = 20_000
PAYLOADS_AT_ONCE = 500
OBJECTS_AT_ONCE = 500
"""After so many retrieves their events are settled: a crash costs no more than these."""


class EventProcessing:
    """What a run has claimed. Newest state wins however old the event is: an event only says what to read.

    `owners` are the accounts that the key covers, its own first. `lists` are the nested lists that this run reads with an account's
    objects where their events say so, `kept` the models that are kept current for it: a list of these that is not read now stays
    open in the ledger, for a run that reads it. `refused` are those that the last sweep could not read at all.
    """

    def __init__(
        self,
        session: Session,
        run_id: str,
        owners: Collection[Owner],
        report: Report,
        *,
        lists: Callable[[Owner], Collection[str]],
        kept: Callable[[Owner], Collection[str]],
        refused: Callable[[Owner], Collection[str]],
    ) -> None:
        self._session = session
        self._run_id = run_id
        self._owners = frozenset(owners)
        self._report = report
        self._lists = lists
        self._kept = kept
        self._refused = refused
        names = [name for kind in session.catalog.events.values() for name in kind.lists]
        names += [
            child.name
            for children in session.catalog.children_without_events.values()
            for child in children
        ]
        self._nested = nested_lists(session.catalog, sorted(set(names)), session.platform.livemode)

    def run(self) -> None:
        """Raises SyncAborted when the run is halted, MirrorError when the database fails; what was settled until then is."""
        ledger, last = self._session.mirror.ledger, None
        while entries := ledger.take(self._run_id, EVENTS_AT_ONCE):
            assert entries[0].key != last, f"event {entries[0].id} was processed and is not settled"
            last = entries[0].key
            self._process(entries)

    def _process(self, entries: list[LedgerEntry]) -> None:
        about: defaultdict[ObjectRef, list[LedgerEntry]] = defaultdict(list)
        by_payload: list[LedgerEntry] = []
        not_covered = Settlement()
        for entry in entries:
            wanted = self._wanted(entry)
            if wanted is None:
                by_payload.append(entry)
            elif (
                wanted.owner not in self._owners
                and not self._session.catalog[wanted.resource].rows_are_accounts
            ):
                chosen = self._session.api.key.connected != "all"
                how = "covers" if chosen else "was found to reach"
                reason = (
                    f"the account {wanted.owner.account_id} is not among those that the key {how}"
                )
                not_covered.add(entry, "ignored" if chosen else "failed", reason)
            else:
                about[wanted].append(entry)
        self._settle(not_covered)
        for start in range(0, len(by_payload), PAYLOADS_AT_ONCE):
            self._apply_payloads(by_payload[start : start + PAYLOADS_AT_ONCE])
        for model in {wanted.resource: None for wanted in about}:
            self._read([wanted for wanted in about if wanted.resource == model], about)

    def _wanted(self, entry: LedgerEntry) -> ObjectRef | None:
        """What is to be retrieved; None where the event's own words are all there is."""
        if (
            entry.object is None
            or entry.object_id is None
            or entry.object not in self._session.catalog.resources
        ):
            return None
        resource = self._session.catalog[entry.object]
        if not resource.singleton and retrieve_route(resource, entry.parents) is None:
            return None
        return ObjectRef(
            entry.object,
            Owner(entry.object_account or entry.owner.account_id, entry.owner.livemode),
            entry.object_id,
        )

    def _read(self, wanted: list[ObjectRef], about: Mapping[ObjectRef, list[LedgerEntry]]) -> None:
        retrieval, began = Retrieval(self._session), self._session.api.now()
        wishes = {one: self._wish(one, about[one]) for one in wanted}
        left = dict(wishes)
        try:
            for done in reread(
                self._session, list(wishes.values()), retrieval, self._nested, OBJECTS_AT_ONCE
            ):
                self._ask_for_what_left(
                    [wishes[one] for one in done if one in retrieval.present], began, retrieval
                )
                self._settle(self._settlement([left.pop(one) for one in done], about, retrieval))
        except SyncAborted:  # what was read is done, unless the rest of a sublist may be missing
            whole = retrieval.present.keys() - retrieval.with_parts
            self._settle(
                self._settlement(
                    [wish for one, wish in left.items() if one in whole], about, retrieval
                )
            )
            raise

    def _wish(self, wanted: ObjectRef, entries: list[LedgerEntry]) -> ReadRequest:
        events = self._session.catalog.events
        about = {
            name for entry in entries if entry.type in events for name in events[entry.type].lists
        }
        below = {name for entry in entries for name in entry.lists}
        created = next((entry.object_created for entry in entries if entry.object_created), None)
        lists = frozenset(about | below.intersection(self._lists(wanted.owner)))
        return ReadRequest(wanted, created, entries[0].parents, lists, about_lists=bool(lists))

    def _ask_for_what_left(
        self, wishes: Iterable[ReadRequest], began: datetime, retrieval: Retrieval
    ) -> None:
        """What the nested lists that were read no longer have: each is retrieved before it is called deleted."""
        parents: defaultdict[tuple[str, str, Owner], dict[str, ObjectRef]] = defaultdict(dict)
        for wish in wishes:
            for name in wish.lists if wish.what not in retrieval.failures else ():
                parents[name, wish.what.resource, wish.what.owner][wish.what.id] = wish.what
        left: dict[ObjectRef, ObjectRef] = {}
        for (name, parent, owner), ids in parents.items():
            if retrieve_route(self._session.catalog[name], {}) is not None:
                rows = self._session.mirror.live_rows.stale_children(
                    name, owner, parent, ids, began
                )
                left.update(
                    {ObjectRef(name, owner, row["id"]): ids[row["_parent_id"]] for row in rows}
                )
        asked = Retrieval(self._session, unlisted=True)
        for _ in reread(self._session, [ReadRequest(one) for one in left], asked):
            pass
        for one, failure in asked.failures.items():
            retrieval.failures[left[one]] = failure

    def _bury_what_they_carry(self, read: Mapping[EventKey, datetime]) -> None:
        """A discount that was withdrawn: no route reads it, and what it was on was read again (→ when) and may no longer carry it."""
        gone: list[Gone] = []
        for (owner, id), event in self._session.mirror.rows.read_events(list(read)).items():
            carried = payload_of(event)
            resource, own_id = self._session.catalog.by_object(carried), carried.get("id")
            if resource is not None and resource.retrieve is None and isinstance(own_id, str):
                # A moment before: what has just been read wins where it carries it all the same.
                before = read[owner, id] - timedelta(microseconds=1)
                gone.append(
                    Gone(
                        resource.name,
                        Owner(event.get("account") or owner.account_id, owner.livemode),
                        (own_id,),
                        before,
                    )
                )
        if gone:
            batch = Batch(gone=gone)
            self._session.progress.written([batch], self._session.mirror.write([batch]))

    def _settlement(
        self,
        wishes: Iterable[ReadRequest],
        about: Mapping[ObjectRef, list[LedgerEntry]],
        retrieval: Retrieval,
    ) -> Settlement:
        events, settlement = self._session.catalog.events, Settlement()
        removals: dict[EventKey, datetime] = {}
        for wish in wishes:
            state, did, trace = _outcome(wish.what, retrieval)
            if (
                state == "failed"
                and wish.what in retrieval.absent
                and wish.what.resource in self._refused(wish.what.owner)
            ):
                state, did, trace = (
                    "ignored",
                    f"this key may not read {wish.what.resource}, nor could the last sweep",
                    None,
                )
            read = retrieval.present.get(wish.what)
            for entry in about[wish.what]:
                left = (
                    set(entry.lists)
                    .difference(wish.lists)
                    .intersection(self._kept(wish.what.owner))
                    if read
                    else ()
                )
                settlement.add(entry, state, did, trace, left)
                kind = events.get(entry.type)
                if state == "processed" and read and kind and kind.deletes and kind.targets:
                    removals[entry.key] = read.observed_at
        self._bury_what_they_carry(removals)
        return settlement

    def _settle(self, settlement: Settlement) -> None:
        if settlement.reports:
            self._session.mirror.ledger.settle(
                self._run_id,
                processed=settlement.processed,
                ignored=settlement.ignored,
                failed=settlement.failed,
                unread=settlement.unread,
                now=datetime.now(UTC),
            )
            for report in settlement.reports:
                self._report(report)

    def _apply_payloads(self, entries: list[LedgerEntry]) -> None:
        """Events about what no route of Stripe's reads, oldest first."""
        stored, settlement, batches = (
            self._session.mirror.rows.read_events([entry.key for entry in entries]),
            Settlement(),
            [],
        )
        for entry in sorted(entries, key=lambda entry: entry.created):
            try:
                state, did, batch = self._apply(entry, stored.get(entry.key))
                settlement.add(entry, state, did)
                batches += [batch] if batch else []
            except (SyncAborted, MirrorError):
                raise
            except Exception as error:  # of whatever shape the event is, the others are processed
                settlement.add(entry, "failed", str(error), Failed.of(error).trace)
        if batches:
            self._session.progress.written(batches, self._session.mirror.write(batches))
        self._settle(settlement)

    def _apply(
        self, entry: LedgerEntry, event: Mapping[str, Any] | None
    ) -> tuple[EventOutcome, str, Batch | None]:
        session = self._session
        if event is None:
            raise UnreadableEvent("its row is not in the database")
        again = entry_of(
            session.catalog, event, entry.owner
        )  # raises for what could not be read when it was listed
        if again.ignored or again.object is None:
            return "ignored", again.ignored or "it is about no object", None
        wanted = self._wanted(again)
        if wanted is not None:  # this release knows how to read it, an earlier one did not
            retrieval = Retrieval(session)
            for _ in reread(session, [self._wish(wanted, [again])], retrieval, self._nested):
                pass
            state, did, _ = _outcome(wanted, retrieval)
            if state == "failed":
                raise UnreadableEvent(did)
            return state, did, None
        version = event.get("api_version")
        if not same_release(version, session.catalog.api_version):
            reason = f"no route of Stripe's reads a {again.object}, and what an event of API version {version} says of it may not fit"
            return "ignored", reason, None
        batch = self._of_payload(again, payload_of(event))
        return (
            "processed",
            f"{again.object} {again.object_id} as the event has it: no route of Stripe's reads one",
            batch,
        )

    def _of_payload(self, entry: LedgerEntry, payload: Mapping[str, Any]) -> Batch:
        session, kind = self._session, self._session.catalog.events.get(entry.type)
        deleted = {"deleted": True} if kind and kind.deletes else {}
        owner = Owner(entry.object_account or entry.owner.account_id, entry.owner.livemode)
        assert entry.object
        return flatten(
            session.catalog,
            entry.object,
            [{**payload, **deleted}],
            owner,
            entry.created,
            api_version=session.catalog.api_version,
            platform_id=session.platform.account_id,
        )


class Settlement:
    """What became of events, before the ledger has it."""

    def __init__(self) -> None:
        self.processed: list[EventKey] = []
        self.ignored: dict[EventKey, str] = {}
        self.failed: dict[EventKey, str] = {}
        self.unread: dict[EventKey, Collection[str]] = {}
        """Processed, but for these lists."""
        self.reports: list[EventReport] = []

    def add(
        self,
        entry: LedgerEntry,
        state: EventOutcome,
        did: str,
        trace: str | None = None,
        left: Collection[str] = (),
    ) -> None:
        match state:
            case "failed":
                self.failed[entry.key] = did
            case "ignored":
                self.ignored[entry.key] = did
            case _ if left:
                self.unread[entry.key] = left
            case _:
                self.processed.append(entry.key)
        self.reports.append(
            EventReport(
                entry.id,
                entry.type,
                entry.created,
                entry.owner.account_id,
                state,
                did,
                trace,
                entry.object,
            )
        )


def _outcome(wanted: ObjectRef, retrieval: Retrieval) -> tuple[EventOutcome, str, str | None]:
    name = f"{wanted.resource} {wanted.id}"
    if failure := retrieval.failures.get(wanted):
        return "failed", failure.error, failure.trace
    if wanted in retrieval.present:
        return (
            "processed",
            f"{name} is deleted" if retrieval.present[wanted].deleted else f"read {name} again",
            None,
        )
    if retrieval.gone(wanted):
        return "processed", f"{name} is deleted", None
    error = retrieval.absent.get(wanted)
    failure = Failed.of(error) if error else None
    return (
        "failed",
        failure.error if failure else f"{name} was not read",
        failure.trace if failure else None,
    )
