"""Runs a child process and measures its cost. Its CPU does not include the servers beside it."""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

MODULE = "stripe_assets_tests.benchmarks"


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    """From its start to its end, with its imports."""
    cpu: float
    """Seconds of CPU, user and system."""
    out: str
    errors: str
    status: int

    def succeeded(self) -> Self:
        """Returns this cost. Raises RuntimeError when the process failed, with the end of its
        output."""
        if self.status:
            raise RuntimeError(f"exit {self.status}\n{self.out[-2000:]}\n{self.errors[-4000:]}")
        return self

    def said(self) -> dict[str, Any]:
        """Returns the last line of the output, as JSON. Raises RuntimeError when the process
        failed."""
        self.succeeded()
        return json.loads(self.out.splitlines()[-1])


def run(
    command: Sequence[str], environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> Cost:
    """Runs a command to its end. `environment` is added to the variables of this process."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            env={**os.environ, **(environment or {})},
            cwd=folder,
        )
        try:
            _, status, used = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            process.wait()
            raise
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for file in (out, errors):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return Cost(seconds, used.ru_utime + used.ru_stime, texts[0], texts[1], process.returncode)


def run_module(name: str, *arguments: object, **environment: str) -> Cost:
    """Runs a module of this package in a process of its own."""
    return run([sys.executable, "-m", f"{MODULE}.{name}", *map(str, arguments)], environment)


def medians(times: int, *commands: Callable[[], Cost]) -> list[tuple[float, float]]:
    """Runs the commands so many times in turns, after one round that fills the caches. Returns the
    medians of each command: seconds of CPU, and seconds from start to end. Raises RuntimeError when
    one fails."""
    rounds = [[once() for once in commands] for _ in range(times + 1)]
    for cost in itertools.chain.from_iterable(rounds):
        cost.succeeded()
    return [
        (
            statistics.median(cost.cpu for cost in costs),
            statistics.median(cost.seconds for cost in costs),
        )
        for costs in zip(*rounds[1:], strict=True)
    ]


def peak_of(status: Path = Path("/proc/self/status")) -> float:
    """Returns the most memory that a process had, in MB, from Linux's `status` file. `ru_maxrss`
    also counts the process that it was forked from."""
    return next(
        int(line.split()[1]) / 1024
        for line in status.read_text().splitlines()
        if line.startswith("VmHWM:")
    )
