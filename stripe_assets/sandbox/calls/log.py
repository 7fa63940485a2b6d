"""The log of every request, which tests count."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_ENTRIES = 500_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose data a request asked for. None where the request was refused before that was known."""

    account: str | None
    livemode: bool | None
    stripe_account: str | None
    """The request's `Stripe-Account` header."""


@dataclass(frozen=True, slots=True)
class Entry:
    n: int
    """The request's number. The first request is 1, and clearing the log does not restart it."""
    at: float
    """Unix seconds, by the machine's clock."""
    method: str
    path: str
    query: str
    route: str | None
    """The template that the path fits. None for an unknown URL."""
    caller: Caller
    status: int
    ms: float
    bytes: int
    request_id: str

    def as_dict(self) -> dict[str, Any]:
        """The entry as JSON has it: the caller's fields stand beside the others."""
        fields = asdict(self)
        return {**fields.pop("caller"), **fields}


@dataclass(slots=True)
class Log:
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=MOST_ENTRIES))
    count: int = 0
    """How many requests there were since the start."""

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def since(self, n: int = 0) -> list[dict[str, Any]]:
        """The entries after the n-th request, oldest first."""
        return [entry.as_dict() for entry in self.entries if entry.n > n]
