"""Each test's own instance and database, and a sandbox for each module."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from stripe_assets.sandbox import Sandbox


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def stripe_server(
    running_sandbox: Sandbox, database: str, monkeypatch: pytest.MonkeyPatch
) -> Sandbox:
    """The module's sandbox, reset. `sandbox` and `second` are keys in the environment."""
    running_sandbox.reset()
    monkeypatch.setenv("STRIPE_API_BASE", running_sandbox.base)
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")
    monkeypatch.setenv("STRIPE_API_KEY__SANDBOX", "sk_test_sandbox")
    monkeypatch.setenv("STRIPE_API_KEY__SECOND", "sk_test_second")
    return running_sandbox


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name in [name for name in os.environ if name.startswith("STRIPE_")]:
        monkeypatch.delenv(name)
    url = f"sqlite:///{tmp_path}/stripe.db"
    monkeypatch.setenv("STRIPE_ASSETS_DATABASE_URL", url)
    return url


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance
