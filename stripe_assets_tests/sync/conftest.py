"""A sandbox for the tests of a module, and a way to sync from it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync, ModelResult
from stripe_assets_tests.sync.acme import Acme
from stripe_assets_tests.sync.filled import filled_sandbox
from stripe_assets_tests.sync.holes.server import FaultySandbox
from stripe_assets_tests.sync.stage import Stage

Results = dict[str, ModelResult]
Sync = Callable[..., Results]


@pytest.fixture(scope="module")
def stripe_server() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def no_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe's rate limits are lifted."""
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that failed is sent again at once."""
    monkeypatch.setattr("stripe_assets.stripe_api.attempts.LONGEST_BACKOFF", 0.01)


@pytest.fixture
def server(stripe_server: Sandbox, monkeypatch: pytest.MonkeyPatch, no_rates: None) -> Sandbox:
    """The module's sandbox, without the faults and other conditions of an earlier test."""
    stripe_server.reset()
    monkeypatch.setenv("STRIPE_API_BASE", stripe_server.base)
    return stripe_server


@pytest.fixture
def mirror(tmp_path: Path, empty_database: Path) -> Iterator[Mirror]:
    shutil.copyfile(empty_database, tmp_path / "mirror.db")
    with Mirror.open(f"sqlite:///{tmp_path}/mirror.db") as mirror:
        yield mirror


@pytest.fixture(scope="module")
def empty_account() -> Iterator[Sandbox]:
    with Sandbox(empty=True) as sandbox:
        yield sandbox


@pytest.fixture
def stage(
    empty_account: Sandbox, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, no_rates: None
) -> Stage:
    """An account without objects, and an empty mirror."""
    empty_account.reset()
    empty_account.control("start-over")
    monkeypatch.setenv("STRIPE_API_BASE", empty_account.base)
    return Stage(empty_account, mirror)


@pytest.fixture(scope="module")
def filled() -> Iterator[FaultySandbox]:
    """A sandbox in this process with a few objects of every resource."""
    with filled_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def acme(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, no_rates: None, quick_retries: None
) -> Iterator[Acme]:
    """An account of a few lists, and an empty mirror."""
    with Acme(mirror) as account:
        monkeypatch.setenv("STRIPE_API_BASE", account.server.base)
        yield account


def run_sync(
    mirror: Mirror, *models: str, secret: str = "sk_test_sandbox", **key: object
) -> Results:
    """Syncs. Returns the result of each model, and checks that no thread of the sync is left."""
    before = threading.active_count()
    with KeySync(parse_api_key("acme", secret, **key), mirror, models, run_id="run") as sync:  # type: ignore[arg-type]
        sync.prepare()
        results = {result.model: result for result in sync.run()}
    assert threading.active_count() <= before
    return results
