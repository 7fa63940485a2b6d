"""What will happen at a later time of the sandbox's clock: a retried webhook arrives, a new object appears in lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush


@dataclass(slots=True)
class Agenda:
    waiting: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    count: int = 0

    def add(self, due: int, happens: Callable[[], None]) -> None:
        self.count += 1
        heappush(self.waiting, (due, self.count, happens))

    def catch_up(self, now: int) -> bool:
        """Lets happen what is due (Unix seconds). Whether anything was."""
        before = len(self.waiting)
        while self.waiting and self.waiting[0][0] <= now:
            heappop(self.waiting)[2]()
        return len(self.waiting) < before
