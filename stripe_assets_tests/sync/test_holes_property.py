"""Whatever a server or a gateway answers: what is missing is said, and comes when the faults end.

STRIPE_ASSETS_TEST_SEEDS is the number of seeds, 50 by default. STRIPE_ASSETS_TEST_FIRST_SEED is the
first one. With both, one seed is repeated.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stripe_assets.mirror import Mirror
from stripe_assets_tests.sync.holes.faults import FAULTS
from stripe_assets_tests.sync.holes.scenario import Scenario
from stripe_assets_tests.sync.holes.server import PAGE, FaultySandbox

FIRST = int(os.environ.get("STRIPE_ASSETS_TEST_FIRST_SEED", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("STRIPE_ASSETS_TEST_SEEDS", "50")))

KINDS = ("sqlite", "postgresql")


def kind_of(seed: int) -> str:
    """Half of the seeds run on each database, and each fault on both."""
    return KINDS[(seed + seed // len(FAULTS)) % 2]


@pytest.fixture(scope="module")
def faulty() -> Iterator[FaultySandbox]:
    with FaultySandbox() as sandbox:
        yield sandbox


@pytest.fixture
def quick(seed: int, faulty: FaultySandbox, monkeypatch: pytest.MonkeyPatch) -> FaultySandbox:
    """Nothing waits. With two seeds of three, lists of a few pages are read in parts."""
    monkeypatch.setenv("STRIPE_API_BASE", faulty.base)
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")
    monkeypatch.setattr("stripe_assets.stripe_api.attempts.LONGEST_BACKOFF", 0.001)
    monkeypatch.setattr("stripe_assets.sync.constants.ASKED_AGAIN_AFTER", 0.01, raising=False)
    if seed % 3:
        monkeypatch.setattr("stripe_assets.sync.engine.shards.WORTH_SPLITTING", 1)
        monkeypatch.setattr("stripe_assets.sync.engine.shards.PAGE", PAGE)
    return faulty


@pytest.fixture(scope="module")
def template(postgresql_url: str) -> str:
    """A PostgreSQL database with all tables. A copy of it takes less time than creating them."""
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS holes_template WITH (FORCE)")
        connection.execute("CREATE DATABASE holes_template TEMPLATE template0 ENCODING 'UTF8'")
    Mirror.open(postgresql_url.replace("/postgres?", "/holes_template?")).close()
    return postgresql_url


@pytest.fixture
def mirror_of_seed(
    seed: int, request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path
) -> Iterator[Mirror]:
    if kind_of(seed) == "sqlite":
        shutil.copyfile(empty_database, tmp_path / "mirror.db")
        with Mirror.open(f"sqlite:///{tmp_path}/mirror.db") as mirror:
            yield mirror
        return
    url: str = request.getfixturevalue("template")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE holes TEMPLATE holes_template")
        with Mirror.open(url.replace("/postgres?", "/holes?")) as mirror:
            yield mirror
        connection.execute("DROP DATABASE holes WITH (FORCE)")


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_missing_is_said_and_comes(
    seed: int, quick: FaultySandbox, mirror_of_seed: Mirror
) -> None:
    scenario = Scenario(quick, mirror_of_seed, seed)
    scenario.play()
    assert not scenario.wrong, scenario.report()


@pytest.mark.parametrize("seed", (0, 1, 2, 3))
def test_without_faults_nothing_is_missing(
    seed: int, quick: FaultySandbox, mirror_of_seed: Mirror
) -> None:
    scenario = Scenario(quick, mirror_of_seed, seed, faults=False)
    scenario.play()
    assert not scenario.wrong, scenario.report()
