"""Where an event becomes a retrieve: the object that it is about is read in its present state, and
the event is settled in the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe_assets.catalog.lists import nested_lists
from stripe_assets.catalog.retrieval import retrieve_route, same_release
from stripe_assets.catalog.roles import EVENT_ACCOUNT
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
from stripe_assets.mirror.chunks import chunks
from stripe_assets.sync.engine.session import Session, SyncAborted
from stripe_assets.sync.events.entries import UnreadableEvent, entry_of, payload_of
from stripe_assets.sync.events.feed import Report
from stripe_assets.sync.events.selection import EventOutcome
from stripe_assets.sync.events.settlement import Settlement, outcome_of
from stripe_assets.sync.retrieval.handler import Failed, Retrieval
from stripe_assets.sync.retrieval.read_request import ReadRequest
from stripe_assets.sync.retrieval.retrieve import read_each, read_objects

EVENTS_AT_ONCE = 20_000
PAYLOADS_AT_ONCE = 500
OBJECTS_AT_ONCE = 500
"""After so many retrieves their events are settled. A crash costs at most these retrieves."""


@dataclass(frozen=True, slots=True)
class EventScope:
    """What a run does with events. Everything but `owners` is by account."""

    owners: Collection[Owner]
    """The accounts that the key covers."""
    nested: Mapping[Owner, Collection[str]] = field(default_factory=dict)
    """Models whose nested lists this run reads with an object, where its events say so."""
    kept: Mapping[Owner, Collection[str]] = field(default_factory=dict)
    """Models that syncs keep current. A nested list of these that this run does not read stays open
    in the ledger, for a run that reads it."""
    refused: Mapping[Owner, Collection[str]] = field(default_factory=dict)
    """Models of which the last sweep could read nothing."""


class EventProcessing:
    """Processes the events that a run has claimed.

    Newest state wins, however old the event is: an event only says what to read.
    """

    def __init__(self, session: Session, run_id: str, scope: EventScope, report: Report) -> None:
        self._session = session
        self._catalog = session.catalog
        self._run_id = run_id
        self._scope = scope
        self._report = report
        names = [name for kind in self._catalog.events.values() for name in kind.lists]
        for children in self._catalog.children_without_events.values():
            names += [child.name for child in children]
        livemode = session.platform.livemode
        self._nested = nested_lists(self._catalog, sorted(set(names)), livemode)

    def run(self) -> None:
        """Raises SyncAborted when the run is halted, MirrorError when the database fails. What was
        settled before stays settled."""
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
            ref = self._object_of(entry)
            if ref is None:
                by_payload.append(entry)
            elif self._covers(ref):
                about[ref].append(entry)
            else:
                chosen = self._session.api.key.connected != "all"
                how = "covers" if chosen else "was found to reach"
                account = ref.owner.account_id
                reason = f"the account {account} is not among those that the key {how}"
                not_covered.add(entry, "ignored" if chosen else "failed", reason)
        self._settle(not_covered)
        for some in chunks(by_payload, PAYLOADS_AT_ONCE):
            self._apply_payloads(some)
        for model in {ref.resource: None for ref in about}:
            self._read([ref for ref in about if ref.resource == model], about)

    def _covers(self, ref: ObjectRef) -> bool:
        return ref.owner in self._scope.owners or self._catalog[ref.resource].rows_are_accounts

    def _object_of(self, entry: LedgerEntry) -> ObjectRef | None:
        """Returns the object to retrieve. None: no route returns it, so the event's payload is all
        there is."""
        if entry.object is None or entry.object_id is None:
            return None
        if entry.object not in self._catalog.resources:
            return None
        resource = self._catalog[entry.object]
        if not resource.singleton and retrieve_route(resource, entry.parents) is None:
            return None
        return ObjectRef(entry.object, _owner_of(entry), entry.object_id)

    def _read(self, refs: list[ObjectRef], about: Mapping[ObjectRef, list[LedgerEntry]]) -> None:
        retrieval, began = Retrieval(self._session, self._nested), self._session.api.now()
        requests = {ref: self._request(ref, about[ref]) for ref in refs}
        open_ = dict(requests)
        try:
            for done in read_objects(
                self._session, list(requests.values()), retrieval, OBJECTS_AT_ONCE
            ):
                present = [requests[ref] for ref in done if ref in retrieval.present]
                self._ask_for_unlisted(present, began, retrieval)
                settled = [open_.pop(ref) for ref in done]
                self._settle(self._settlement(settled, about, retrieval))
        except SyncAborted:  # what was read is done, unless a part of it may be missing
            whole = retrieval.present.keys() - retrieval.with_parts
            settled = [request for ref, request in open_.items() if ref in whole]
            self._settle(self._settlement(settled, about, retrieval))
            raise

    def _request(self, ref: ObjectRef, entries: Sequence[LedgerEntry]) -> ReadRequest:
        events = self._catalog.events
        about = {name for one in entries if one.type in events for name in events[one.type].lists}
        changed = {name for entry in entries for name in entry.lists}
        created = next((entry.object_created for entry in entries if entry.object_created), None)
        nested = frozenset(about | changed.intersection(self._scope.nested.get(ref.owner, ())))
        return ReadRequest(ref, created, entries[0].parents, nested, about_nested=bool(nested))

    def _ask_for_unlisted(
        self, requests: Iterable[ReadRequest], began: datetime, retrieval: Retrieval
    ) -> None:
        """Retrieves the rows that the nested lists no longer return, before these are called
        deleted."""
        parents: defaultdict[tuple[str, str, Owner], dict[str, ObjectRef]] = defaultdict(dict)
        for request in requests:
            ref = request.ref
            for name in request.nested if ref not in retrieval.failures else ():
                parents[name, ref.resource, ref.owner][ref.id] = ref
        parent_of: dict[ObjectRef, ObjectRef] = {}
        for (name, parent, owner), ids in parents.items():
            if retrieve_route(self._catalog[name], {}) is not None:
                rows = self._session.mirror.live_rows.stale_children(
                    name, owner, parent, ids, began
                )
                parent_of.update(
                    {ObjectRef(name, owner, row["id"]): ids[row["_parent_id"]] for row in rows}
                )
        asked = Retrieval(self._session, unlisted=True)
        read_each(self._session, [ReadRequest(ref) for ref in parent_of], asked)
        for ref, failure in asked.failures.items():
            retrieval.failures[parent_of[ref]] = failure

    def _mark_withdrawn(self, read: Mapping[EventKey, datetime]) -> None:
        """Marks what deletion events carry, and no route returns, as deleted: a discount.

        `read`: event → when the object was read again that carried it, and may carry it no more.
        """
        gone: list[Gone] = []
        for (owner, id), event in self._session.mirror.rows.read_events(list(read)).items():
            carried = payload_of(event)
            resource, own_id = self._catalog.by_object(carried), carried.get("id")
            if resource is None or resource.retrieve is not None or not isinstance(own_id, str):
                continue
            # A moment earlier: where the object still carries it, the read wins.
            before = read[owner, id] - timedelta(microseconds=1)
            account_id = event.get(EVENT_ACCOUNT) or owner.account_id
            gone.append(Gone(resource.name, Owner(account_id, owner.livemode), (own_id,), before))
        if gone:
            self._write([Batch(gone=gone)])

    def _settlement(
        self,
        requests: Iterable[ReadRequest],
        about: Mapping[ObjectRef, list[LedgerEntry]],
        retrieval: Retrieval,
    ) -> Settlement:
        settlement = Settlement()
        removals: dict[EventKey, datetime] = {}
        for request in requests:
            ref = request.ref
            state, did, trace = outcome_of(ref, retrieval)
            refused = ref.resource in self._scope.refused.get(ref.owner, ())
            if state == "failed" and ref in retrieval.absent and refused:
                did = f"this key may not read {ref.resource}, nor could the last sweep"
                state, trace = "ignored", None
            read = retrieval.present.get(ref)
            kept = self._scope.kept.get(ref.owner, ())
            for entry in about[ref]:
                unread = set(entry.lists).difference(request.nested).intersection(kept)
                settlement.add(entry, state, did, trace, unread if read else ())
                kind = self._catalog.events.get(entry.type)
                if state == "processed" and read and kind and kind.deletes and kind.targets:
                    removals[entry.key] = read.observed_at
        self._mark_withdrawn(removals)
        return settlement

    def _settle(self, settlement: Settlement) -> None:
        if not settlement.reports:
            return
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

    def _write(self, batches: list[Batch]) -> None:
        self._session.progress.written(batches, self._session.mirror.write(batches))

    def _apply_payloads(self, entries: list[LedgerEntry]) -> None:
        """Applies the events about what no route returns, oldest first."""
        stored = self._session.mirror.rows.read_events([entry.key for entry in entries])
        settlement, batches = Settlement(), []
        for entry in sorted(entries, key=lambda entry: entry.created):
            try:
                state, did, batch = self._apply(entry, stored.get(entry.key))
                settlement.add(entry, state, did)
                batches += [batch] if batch else []
            except (SyncAborted, MirrorError):
                raise
            except Exception as error:  # an event of an odd shape does not stop the others
                settlement.add(entry, "failed", str(error), Failed.of(error).trace)
        if batches:
            self._write(batches)
        self._settle(settlement)

    def _apply(
        self, entry: LedgerEntry, event: Mapping[str, Any] | None
    ) -> tuple[EventOutcome, str, Batch | None]:
        session = self._session
        if event is None:
            raise UnreadableEvent("its row is not in the database")
        # Raises what kept the event from being read when it was listed.
        entry = entry_of(self._catalog, event, entry.owner)
        if entry.ignored or entry.object is None:
            return "ignored", entry.ignored or "it is about no object", None
        ref = self._object_of(entry)
        if ref is not None:  # this release has a route for it, an earlier one did not
            request = self._request(ref, [entry])
            retrieval = read_each(session, [request], Retrieval(session, self._nested))
            state, did, _ = outcome_of(ref, retrieval)
            if state == "failed":
                raise UnreadableEvent(did)
            return state, did, None
        version, name = event.get("api_version"), entry.object
        if not same_release(version, self._catalog.api_version):
            reason = (
                f"no route of Stripe's reads a {name}, and what an event of API version {version}"
                " says of it may not fit"
            )
            return "ignored", reason, None
        batch = self._of_payload(entry, payload_of(event))
        did = f"{name} {entry.object_id} as the event has it: no route of Stripe's reads one"
        return "processed", did, batch

    def _of_payload(self, entry: LedgerEntry, payload: Mapping[str, Any]) -> Batch:
        kind = self._catalog.events.get(entry.type)
        deleted = {"deleted": True} if kind and kind.deletes else {}
        assert entry.object
        return flatten(
            self._catalog,
            entry.object,
            [{**payload, **deleted}],
            _owner_of(entry),
            entry.created,
            api_version=self._catalog.api_version,
            platform_id=self._session.platform.account_id,
        )


def _owner_of(entry: LedgerEntry) -> Owner:
    return Owner(entry.object_account or entry.owner.account_id, entry.owner.livemode)
