"""What a long command shows on stderr while it works.

On a terminal it shows progress bars, elsewhere a line every few seconds. Dagster redirects the
process's stdout and stderr to its own logs during a run. So the screen writes to a copy of the
descriptor, made before the run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from stripe_assets.orchestration.display import RunDisplay
from stripe_assets.orchestration.progress_log import ProgressLog
from stripe_assets.sync import EventProgress
from stripe_assets.sync import Progress as SyncProgress

SECONDS_BETWEEN_LINES = 5.0


def stdout_console() -> Console:
    """Returns a console for tables. It is wide where no terminal sets the width."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 140
    return Console(highlight=False, width=width)


class Screen(RunDisplay):
    """Shows the runs of this process, one at a time."""

    def __init__(self) -> None:
        sys.stderr.flush()
        self._file = os.fdopen(os.dup(2), "w", encoding="utf-8", buffering=1)
        self._console = Console(file=self._file, highlight=False)

    def close(self) -> None:
        self._file.close()

    def say(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._console.print(line, markup=False, soft_wrap=True)

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Shows what the command waits for. Shows nothing where stderr is not a terminal."""
        if not self._console.is_terminal:
            yield
            return
        spinner = Progress(SpinnerColumn(), TextColumn(what, markup=False))
        spinner.add_task("", total=None)
        with self._live(spinner):
            yield

    @contextmanager
    def progress(self, alias: str, progress: SyncProgress | EventProgress) -> Iterator[None]:
        """Shows how a run advances, while the context is entered."""
        if not self._console.is_terminal:
            with ProgressLog(
                progress.line, lambda line: self.say([f"{alias}: {line}"]), SECONDS_BETWEEN_LINES
            ):
                yield
            return
        bar = _Bar(
            alias, _models(progress) if isinstance(progress, SyncProgress) else _events(progress)
        )
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


class _Reading(NamedTuple):
    done: int
    total: int
    unit: str
    counts: str


def _models(progress: SyncProgress) -> Callable[[], _Reading]:
    def read() -> _Reading:
        rate = progress.objects / max(progress.seconds, 0.001)
        counts = f"{progress.objects:,} objects ({rate:,.0f}/s), {progress.requests:,} requests"
        return _Reading(progress.models_done, progress.models_total, "models", counts)

    return read


def _events(progress: EventProgress) -> Callable[[], _Reading]:
    return lambda: _Reading(
        progress.done, progress.total, "events", f"{progress.requests:,} requests"
    )


class _Bar:
    """A progress bar. Reads the run's counts each time that it is drawn."""

    def __init__(self, alias: str, read: Callable[[], _Reading]) -> None:
        self._read = read
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[counts]}", markup=False),
            TimeElapsedColumn(),
        )
        self._task = self._bars.add_task(alias, total=None, counts="")

    def __rich__(self) -> RenderableType:
        now = self._read()
        self._bars.update(
            self._task,
            total=now.total or None,
            completed=now.done,
            counts=f"{now.unit}, {now.counts}",
        )
        return self._bars.get_renderable()
