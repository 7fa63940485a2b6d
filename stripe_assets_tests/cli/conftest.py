"""The command as a shell runs it: a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stripe_assets.sandbox import Sandbox

Command = Callable[..., subprocess.CompletedProcess[str]]


def environment(**variables: str) -> dict[str, str]:
    """This process's, without what a developer has set for Stripe and Dagster, and without the width of a terminal."""
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
    """`command("sync", "Invoice", input="", STRIPE_SECRET_KEY="…")` in a folder of the test's own."""

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


@pytest.fixture
def stripe(stripe_server: Sandbox) -> dict[str, str]:
    """The environment in which the command talks to the sandbox."""
    return {
        "STRIPE_API_BASE": stripe_server.base,
        "STRIPE_ASSETS_MAX_RPS": "0",
        "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0",
    }
