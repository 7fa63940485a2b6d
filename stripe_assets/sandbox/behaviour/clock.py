"""The sandbox's clock. It starts at any time, and runs at the usual speed."""

from __future__ import annotations

import time


class Clock:
    def __init__(self, start: int) -> None:
        """`start` is the time that the clock shows now, in Unix seconds."""
        self._offset = start - time.time()

    def now(self) -> int:
        """Unix seconds."""
        return int(time.time() + self._offset)

    def set(self, now: int) -> None:
        self._offset = now - time.time()
