"""Whatever happens in an account, and whatever the order of its events: the mirror equals a fresh
sweep."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_assets.catalog.incremental import incremental_strategies
from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import EventRun, EventSelection, KeySync
from stripe_assets_tests.conftest import new_postgresql_database
from stripe_assets_tests.sync.compare import differences, live_rows, only_in
from stripe_assets_tests.sync.histories import Step, apply, events_of, histories

KEY = parse_api_key("acme", "sk_test_sandbox")


def sync(mirror: Mirror, mode: str) -> None:
    with KeySync(KEY, mirror, run_id=f"sync {random.random()}", mode=mode) as run:  # type: ignore[arg-type]
        run.prepare()
        failed = {result.model: result.error for result in run.run() if result.status == "failed"}
    assert not failed


def process(mirror: Mirror, selection: EventSelection) -> None:
    with EventRun(KEY, mirror, selection, run_id=f"events {random.random()}") as run:
        run.prepare()
        summary = run.run()
    assert summary.succeeded, (summary.failed, summary.errors)


def some_events(sandbox: Sandbox, already: int, order: random.Random) -> tuple[str, ...]:
    """Returns some of the events after the first `already`: in any order, some twice, some left
    out."""
    ids = [id for _, id in events_of(sandbox)[already:]]
    order.shuffle(ids)
    kept = ids[: len(ids) * 2 // 3]
    return tuple(kept + kept[: len(kept) // 3])


def check(mirror: Mirror, sandbox: Sandbox, models: list[str]) -> None:
    """Checks that the mirror equals a fresh sweep. It may also have existing objects that no list
    has."""
    with TemporaryDirectory() as folder, Mirror.open(f"sqlite:///{folder}/fresh.db") as fresh:
        sync(fresh, "full")
        ours, theirs = live_rows(mirror, models), live_rows(fresh, models)
    assert not differences(ours, theirs)
    for name, account, id_ in only_in(ours, theirs):
        there = sandbox.control(f"objects?resource={name}&account={account}", "GET")
        assert any(one["id"] == id_ for one in there), (
            f"Stripe no longer has {name} {id_} of {account}"
        )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_the_mirror_equals_a_fresh_sweep(
    database: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")

    @settings(
        max_examples=8,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        derandomize=True,
    )
    @given(
        histories(40),
        st.integers(0, 1000),
        histories(25),
        st.sampled_from(["events", "incremental"]),
    )
    def history(before: list[Step], seed: int, after: list[Step], way: str) -> None:
        with (
            Sandbox(empty=True) as sandbox,
            pytest.MonkeyPatch.context() as environment,
            TemporaryDirectory(dir=tmp_path) as folder,
        ):
            environment.setenv("STRIPE_API_BASE", sandbox.base)
            if database == "sqlite":
                run(sandbox, f"sqlite:///{folder}/mirror.db", before, seed, after, way)
            else:
                with new_postgresql_database(request.getfixturevalue("postgresql_url")) as url:
                    run(sandbox, url, before, seed, after, way)

    history()


def run(
    sandbox: Sandbox, url: str, before: list[Step], seed: int, after: list[Step], way: str
) -> None:
    with Mirror.open(url) as mirror:
        sync(mirror, "full")
        already = len(events_of(sandbox))
        for step in before:
            apply(sandbox, step)
        if ids := some_events(sandbox, already, random.Random(seed)):
            process(mirror, EventSelection(ids=ids))
        for step in after:
            apply(sandbox, step)
        if way == "events":
            process(mirror, EventSelection())
            check(
                mirror,
                sandbox,
                [name for name, how in incremental_strategies().items() if how == "events"],
            )
        else:
            sync(mirror, "incremental")
            check(mirror, sandbox, [])
