"""Actions at a later time of the sandbox's clock, such as the retry of a webhook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush


@dataclass(slots=True)
class Agenda:
    waiting: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    """A heap of (time in Unix seconds, number, action). The number keeps the order of two actions
    of the same second."""
    count: int = 0

    def add(self, due: int, action: Callable[[], None]) -> None:
        self.count += 1
        heappush(self.waiting, (due, self.count, action))

    def catch_up(self, now: int) -> bool:
        """Runs the actions that are due by now (Unix seconds). Returns whether there were any."""
        before = len(self.waiting)
        while self.waiting and self.waiting[0][0] <= now:
            heappop(self.waiting)[2]()
        return len(self.waiting) < before
