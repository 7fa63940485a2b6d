"""The command as a shell runs it: in its own process and its own folder."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stripe_assets.sandbox import Sandbox

Command = Callable[..., subprocess.CompletedProcess[str]]


def environment(**variables: str) -> dict[str, str]:
    """This process's environment, without settings for Stripe, Dagster and the terminal."""
    own = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("STRIPE_", "DAGSTER_"))
    }
    kept = {name: value for name, value in own.items() if name not in ("COLUMNS", "LINES")}
    return {**kept, **variables}


def arguments(*given: str) -> list[str]:
    return [sys.executable, "-m", "stripe_assets", *given]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """`command("sync", "Invoice", input="", STRIPE_SECRET_KEY="…")`, in the test's own folder."""

    def run(*given: str, input: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        # A shell's background job ignores Ctrl-C, and so would its children.
        return subprocess.run(
            arguments(*given),
            cwd=tmp_path,
            env=environment(**variables),
            input=input,
            capture_output=True,
            text=True,
            timeout=60,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    return run


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def stripe_server(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


def interrupted(
    server: Sandbox,
    folder: Path,
    number: signal.Signals,
    answered: int,
    *given: str,
    **variables: str,
) -> tuple[int, str]:
    """Runs a command and sends it a signal while the sandbox holds its requests.

    The sandbox answers so many requests and holds the later ones for an hour. The signal is sent
    when the command has printed its first line of progress, so it waits for answers by then.
    Returns the exit code and the output, after the command has ended and while requests are held.
    """
    before = server.control("state", "GET")["requests"]

    def held() -> int:
        received = server.control("state", "GET")["requests"] - before
        return received - len(server.log())  # a request is in the log once it is answered

    server.control("faults", path="/*", kind="hang", seconds=3600, skip=answered, times=None)
    running = subprocess.Popen(
        arguments(*given),
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    printed: list[str] = []
    try:
        assert running.stdout is not None
        while not printed or not re.search(r"\d/\d+ (models|events), ", printed[-1]):
            line = running.stdout.readline()
            assert line, "".join(printed)  # otherwise the command has ended
            printed.append(line)
        assert held()
        running.send_signal(number)
        output, _ = running.communicate(timeout=60)  # a request would give up after 80 seconds
    finally:
        running.kill()
    assert held(), "the sandbox has answered all requests before the command ended"
    return running.returncode, "".join(printed) + output


@pytest.fixture
def stripe(stripe_server: Sandbox) -> dict[str, str]:
    """The environment in which the command talks to the sandbox."""
    return {
        "STRIPE_API_BASE": stripe_server.base,
        "STRIPE_ASSETS_MAX_RPS": "0",
        "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0",
    }
