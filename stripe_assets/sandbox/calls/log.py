"""Every request that came in: what tests count."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Entry:
    n: int
    """Counts from 1, also over a cleared log."""
    at: float
    """Unix seconds, by the machine's clock."""
    method: str
    path: str
    query: str
    route: str | None
    """The template that the path fits; None for an unknown URL."""
    account: str | None
    livemode: bool | None
    stripe_account: str | None
    status: int
    ms: float
    bytes: int
    request_id: str


@dataclass(slots=True)
class Log:
    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=500_000))
    count: int = 0

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)

    def since(self, n: int = 0) -> list[dict[str, Any]]:
        """Entries after the n-th, oldest first."""
        return [asdict(entry) for entry in self.entries if entry.n > n]
