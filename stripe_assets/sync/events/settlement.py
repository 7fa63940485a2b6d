"""What became of events: the ledger gets it, and the run's report."""

from __future__ import annotations

from collections.abc import Collection

from stripe_assets.mirror import EventKey, LedgerEntry, ObjectRef
from stripe_assets.sync.events.selection import EventOutcome, EventReport
from stripe_assets.sync.retrieval.handler import Failed, Retrieval


class Settlement:
    """What became of some events, before the ledger has it."""

    def __init__(self) -> None:
        self.processed: list[EventKey] = []
        self.ignored: dict[EventKey, str] = {}
        """Event → why."""
        self.failed: dict[EventKey, str] = {}
        """Event → the error."""
        self.unread: dict[EventKey, Collection[str]] = {}
        """Processed, except for these nested lists."""
        self.reports: list[EventReport] = []

    def add(
        self,
        entry: LedgerEntry,
        state: EventOutcome,
        did: str,
        trace: str | None = None,
        unread: Collection[str] = (),
    ) -> None:
        match state:
            case "failed":
                self.failed[entry.key] = did
            case "ignored":
                self.ignored[entry.key] = did
            case _ if unread:
                self.unread[entry.key] = unread
            case _:
                self.processed.append(entry.key)
        account_id = entry.owner.account_id
        report = EventReport(
            entry.id, entry.type, entry.created, account_id, state, did, trace, entry.object
        )
        self.reports.append(report)


def outcome_of(ref: ObjectRef, retrieval: Retrieval) -> tuple[EventOutcome, str, str | None]:
    """Returns what the retrieve of an object means for its events: outcome, text, traceback."""
    name = f"{ref.resource} {ref.id}"
    if failure := retrieval.failures.get(ref):
        return "failed", failure.error, failure.trace
    if ref in retrieval.present:
        deleted = retrieval.present[ref].deleted
        return "processed", f"{name} is deleted" if deleted else f"read {name} again", None
    if retrieval.is_gone(ref):
        return "processed", f"{name} is deleted", None
    error = retrieval.absent.get(ref)
    failure = Failed.of(error) if error else None
    if failure is None:
        return "failed", f"{name} was not read", None
    return "failed", failure.error, failure.trace
