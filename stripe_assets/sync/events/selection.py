"""Which events a run processes, and what it reports of them."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from stripe_assets.catalog import catalog

_EVENT_ID = re.compile(r"evt_\w+")
_TYPE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
FAILURES_KEPT = 1000

EventOutcome = Literal["processed", "already processed", "ignored", "failed"]


class InvalidSelection(ValueError):
    """The message is for the person who chose."""


@dataclass(frozen=True, slots=True)
class EventSelection:
    """Without a choice: all events.

    Raises InvalidSelection for two choices, and for an id or a type that no event can have.
    """

    failed: bool = False
    """Events that Stripe has not delivered to a webhook: pending, or every attempt failed."""
    type: str | None = None
    """A type, or several with `*`: `payment_intent.*`."""
    ids: tuple[str, ...] = ()
    account: str | None = None
    """The account of the events in `ids`, where it is known. No other account is asked."""
    others: bool = False
    """Whether `ids` may belong to other keys. An event that this key does not have is no failure
    then."""

    def __post_init__(self) -> None:
        chosen = [
            name
            for name, given in (("failed", self.failed), ("type", self.type), ("ids", self.ids))
            if given
        ]
        if len(chosen) > 1:
            raise InvalidSelection(
                f"{' and '.join(chosen)} exclude each other: choose one of failed, type and ids"
            )
        if self.type is not None:
            _check_type(self.type)
        wrong = [id for id in self.ids if not _EVENT_ID.fullmatch(id)]
        if wrong:
            raise InvalidSelection(
                f"{wrong[0][:60]!r} is not the id of an event: these begin with evt_"
            )
        if self.account is not None and not self.ids:
            raise InvalidSelection("account names the account of the ids: give ids too")

    @property
    def filters(self) -> dict[str, str | bool]:
        """The parameters of Stripe's list that leave out all other events."""
        if self.failed:
            return {"delivery_success": False}
        return {"type": self.type} if self.type else {}

    def __str__(self) -> str:
        if self.failed:
            return "events whose webhooks are pending or failed"
        if self.type:
            return f"events of type {self.type}"
        return (
            f"{len(self.ids):,} chosen event{'s' if len(self.ids) > 1 else ''}"
            if self.ids
            else "all events"
        )


def _check_type(pattern: str) -> None:
    known = catalog().events
    if not fnmatch.filter(known, pattern) if "*" in pattern else pattern not in known:
        close = difflib.get_close_matches(pattern.replace("*", ""), known, n=3, cutoff=0.7)
        if close or not _TYPE.fullmatch(
            pattern
        ):  # otherwise it may be a type that is newer than this release
            hint = f"; do you mean {', '.join(close)}?" if close else ""
            raise InvalidSelection(f"Stripe has no event type {pattern[:80]!r}{hint}")


@dataclass(frozen=True, slots=True)
class EventReport:
    """One event of a run."""

    id: str
    type: str
    created: datetime
    account_id: str
    """The account that has the event."""
    state: EventOutcome
    did: str
    """What was done, or why nothing was done, or the error."""
    trace: str | None = None
    """The traceback of a failure."""
    model: str | None = None
    """The model of the object that the event is about."""


@dataclass(slots=True)
class EventSummary:
    """The events of a run, counted.

    `listed` counts what Stripe returned. `rows` counts, by model, the rows that were written or
    found deleted."""

    alias: str
    listed: int = 0
    processed: int = 0
    already_processed: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    """Reason → how many."""
    failed: dict[str, str] = field(default_factory=dict)
    """Event → error, for the first FAILURES_KEPT."""
    failed_count: int = 0
    elsewhere: list[str] = field(default_factory=list)
    """Chosen ids that this key does not have and that are left to other keys."""
    unknown_types: Counter[str] = field(default_factory=Counter)
    """Types that this release does not know. Their objects were read where that was possible."""
    errors: list[str] = field(default_factory=list)
    """What could not be listed or retrieved, apart from the events themselves."""
    rows: Counter[str] = field(default_factory=Counter)
    rows_in_mirror: dict[str, int] = field(default_factory=dict)
    """Model → its rows in the mirror now."""
    related: str | None = None
    """What was retrieved because rows refer to it."""
    requests: int = 0
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        return not self.failed_count and not self.errors

    def add(self, report: EventReport) -> None:
        match report.state:
            case "processed":
                self.processed += 1
            case "already processed":
                self.already_processed += 1
            case "ignored":
                self.ignored[report.did] += 1
            case "failed":
                self.failed_count += 1
                if len(self.failed) < FAILURES_KEPT:
                    self.failed[report.id] = report.did

    def lines(self) -> list[str]:
        """For a log."""
        counts = {
            "listed": self.listed,
            "processed": self.processed,
            "already processed": self.already_processed,
            "ignored": self.ignored.total(),
            "failed": self.failed_count,
        }
        counted = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        lines = [f"{self.alias}: {counted}; {self.requests:,} requests"]
        if self.rows:
            lines.append(
                "rows: "
                + ", ".join(f"{count:,} {model}" for model, count in sorted(self.rows.items()))
            )
        if self.related:
            lines.append(self.related)
        lines += [f"ignored: {count:,}: {reason}" for reason, count in self.ignored.most_common()]
        lines += [
            f"a type that this release does not know: {type} ({count:,})"
            for type, count in self.unknown_types.most_common()
        ]
        lines += self.errors
        return lines
