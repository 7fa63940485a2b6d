"""A run that is killed loses no row. It costs at most one page of each list that it was reading."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.sync.engine.fan_out import PREFIX
from stripe_assets_tests.benchmarks.stage import KEY
from stripe_assets_tests.sync.compare import differences, live_rows, only_in

MODELS = ("customer", "invoice")
RUN = f"""
import sys
from stripe_assets.mirror import Mirror
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync
with Mirror.open(sys.argv[1]) as mirror:
    key = parse_api_key("acme", "{KEY}", connected="none")
    with KeySync(key, mirror, {MODELS}, run_id=sys.argv[2]) as sync:
        sync.prepare()
        print("began", flush=True)
        assert all(result.status == "ok" for result in sync.run())
"""


KILLS = int(os.environ.get("CRASHES", "6"))
LATENCY = 0.2
SLOWLY = {"STRIPE_ASSETS_MAX_RPS": "0", "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "20"}
"""A low rate, so that each run is killed before its end. With the server's latency, it then reads
several parts of each list at a time."""
LIFTED = {"STRIPE_ASSETS_MAX_RPS": "0", "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0"}


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch):
    with Sandbox(
        customers=1_300 * KILLS, invoices=1_300 * KILLS, latency=LATENCY, enlarge=KEY
    ) as sandbox:
        monkeypatch.setenv("STRIPE_API_BASE", sandbox.base)
        yield sandbox


def start(url: str, name: str, speed: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, url, name],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **speed},
    )


def open_lists(url: str) -> int:
    """Returns how many lists, and parts of lists, the killed run had not read to their ends. No
    model may be finished, because the next run would sweep it from its start."""
    with Mirror.open(url) as mirror, mirror.connection() as connection:
        checkpoint, sweep = mirror.tables.own["_checkpoint"].c, mirror.tables.own["_sweep"].c
        unfinished = connection.scalars(sa.select(sweep.resource).where(sweep.unfinished)).all()
        assert {*MODELS} <= {*unfinished}, (
            "a model was finished before the last run: the lists are too short"
        )
        lists = connection.execute(
            sa.select(checkpoint.resource, checkpoint.key, checkpoint.cursor).where(
                ~checkpoint.done
            )
        ).all()
        begun = {*connection.scalars(sa.select(checkpoint.resource))}
    # The customers of a test clock are a nested list.
    nested = sum(len(parents) for _, key, parents in lists if key.startswith(PREFIX))
    return nested + sum(resource in MODELS for resource, _, _ in lists) + len({*MODELS} - begun)


def pages_read_again(sandbox: Sandbox) -> int:
    """Returns how many answers of the two lists were pages that the server had answered before."""
    asked = Counter(
        one["query"]
        for one in sandbox.log()
        if one["path"] in ("/v1/customers", "/v1/invoices") and one["status"] == 200
    )
    return asked.total() - len(asked)


def test_after_several_killed_runs_the_mirror_equals_a_fresh_one(
    large: Sandbox, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(int(os.environ.get("CRASH_SEED", "4")))
    allowed = before = 0
    for number in range(KILLS):
        run = start(database_url, f"killed {number}", SLOWLY)
        assert run.stdout and run.stdout.readline() == "began\n"
        time.sleep(chance.uniform(0.05, 0.9))
        run.send_signal(signal.SIGKILL)
        run.wait()
        time.sleep(2 * LATENCY)  # until the server has answered the killed run's requests
        again = pages_read_again(large)
        assert again - before <= allowed, (
            f"run {number} read {again - before} pages again: more than the {allowed} open lists"
        )
        allowed, before = open_lists(database_url), again
    large.control("latency", seconds=0)
    assert start(database_url, "the last", LIFTED).wait() == 0
    assert pages_read_again(large) - before <= allowed
    fresh = f"sqlite:///{tmp_path}/fresh.db"
    assert start(fresh, "fresh", LIFTED).wait() == 0
    with Mirror.open(database_url) as ours, Mirror.open(fresh) as theirs:
        there, expected = live_rows(ours), live_rows(theirs)
        assert differences(there, expected)[:5] == []
        assert only_in(there, expected) == set()
