"""What a run shows while it is in progress, apart from its log."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from stripe_assets.sync import EventProgress, Progress


class RunDisplay:
    """Shows nothing: a run that Dagster starts has its log. The command line overrides it."""

    def waiting(self, what: str) -> AbstractContextManager[None]:
        """Shows what the run waits for, while the context is entered."""
        return nullcontext()

    def say(self, lines: Sequence[str]) -> None:
        """Shows lines that stay. May be called from any thread."""

    def progress(
        self, alias: str, progress: Progress | EventProgress
    ) -> AbstractContextManager[None]:
        """Shows how the run of this key advances, while the context is entered."""
        return nullcontext()
