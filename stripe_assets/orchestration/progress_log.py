"""A progress line in the run's log every few seconds, so that a long run is seen to move."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType


class ProgressLog:
    """A context manager: logs `line()` every `seconds` from its own thread, and once at the end."""

    def __init__(
        self, line: Callable[[], str], log: Callable[[str], object], seconds: float = 5.0
    ) -> None:
        self._line = line
        self._log = log
        self._seconds = seconds
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._log_lines, name="progress", daemon=True)

    def __enter__(self) -> ProgressLog:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        if error is None:
            self._log(self._line())

    def _log_lines(self) -> None:
        while not self._over.wait(self._seconds):
            self._log(self._line())
