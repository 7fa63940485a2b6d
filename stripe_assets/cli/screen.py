"""What a long command shows while it works, on stderr: bars on a terminal, a line every few seconds elsewhere.

Dagster takes the process's stdout and stderr for its own logs during a run, so everything goes to a descriptor that is
duplicated before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stripe_assets.orchestration.heartbeat import Heartbeat
from stripe_assets.sync import Progress as SyncProgress

SECONDS_BETWEEN_LINES = 5.0


def stdout_console() -> Console:
    """For tables: wide where nobody's terminal sets the width."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
    return Console(highlight=False, width=width)


class Screen:
    def __init__(self) -> None:
        sys.stderr.flush()
        self._file = os.fdopen(os.dup(2), "w", encoding="utf-8", buffering=1)
        self._console = Console(file=self._file, highlight=False)

    def close(self) -> None:
        self._file.close()

    def plan(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._console.print(line, markup=False, soft_wrap=True)

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Says what is under way, on a terminal only."""
        if not self._console.is_terminal:
            yield
            return
        spinner = Progress(SpinnerColumn(), TextColumn(what, markup=False))
        spinner.add_task("", total=None)
        with self._live(spinner):
            yield

    @contextmanager
    def progress(self, alias: str, progress: SyncProgress) -> Iterator[None]:
        """Shows how a sync moves, as long as the context is entered."""
        if not self._console.is_terminal:
            with Heartbeat(progress.line, lambda line: self.plan([f"{alias}: {line}"]), SECONDS_BETWEEN_LINES):
                yield
            return
        bar = _Bar(alias, progress)
        with self._live(bar):
            yield

    @contextmanager
    def _live(self, renderable: RenderableType) -> Iterator[None]:
        with Live(
            renderable,
            console=self._console,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ):
            yield


class _Bar:
    """Reads the sync's counts each time that it is drawn."""

    def __init__(self, alias: str, progress: SyncProgress) -> None:
        self._progress = progress
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("models, {task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
        )
        self._task = self._bars.add_task(alias, total=progress.models_total or None, counts="")

    def __rich__(self) -> RenderableType:
        progress = self._progress
        rate = progress.objects / max(progress.seconds, 0.001)
        counts = f"{progress.objects:,} objects ({rate:,.0f}/s), {progress.requests:,} requests"
        self._bars.update(self._task, total=progress.models_total or None, completed=progress.models_done, counts=counts)
        return self._bars.get_renderable()
