"""What events cost in requests, seconds and memory: many events about few objects, and a run with
nothing new.

python -m stripe_assets_tests.benchmarks.events [--objects 1000] [--each 10] [--database URL]
    [--json]
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import EventRun, EventSelection, KeySync
from stripe_assets_tests.benchmarks.measure import peak_of
from stripe_assets_tests.benchmarks.report import Report

KEY = parse_api_key("benchmark", "sk_test_second")
ACCOUNT = "acct_1SandboxSecond00"
DAY = 86_400


@click.command()
@click.option("--objects", default=1000, show_default=True, help="Number of objects.")
@click.option("--each", default=10, show_default=True, help="Number of events about each object.")
@click.option("--database", default=None, help="URL of the database. Default: a new SQLite file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and no table.")
def main(objects: int, each: int, database: str | None, as_json: bool) -> None:
    """Measures runs that process events. Objects that were created a day apart are retrieved one by
    one. Objects that were created together, as by a billing run, are read as a list."""
    os.environ.update(STRIPE_ASSETS_MAX_RPS="0", STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT="0")
    report = Report(f"{objects:,} objects, {each} events each")
    for title, apart in ("created a day apart", DAY), ("created together", 0):
        with tempfile.TemporaryDirectory() as folder, Sandbox(empty=True) as sandbox:
            os.environ["STRIPE_API_BASE"] = sandbox.base
            with Mirror.open(database or f"sqlite:///{Path(folder) / 'mirror.db'}") as mirror:
                fill(sandbox, objects, each, apart)
                add(
                    report,
                    f"process_events, {title}",
                    sandbox,
                    objects * each,
                    lambda mirror=mirror: process(mirror),
                )
                add(
                    report,
                    "process_events again, nothing new",
                    sandbox,
                    objects * each,
                    lambda mirror=mirror: process(mirror),
                )
                add(report, "full sync", sandbox, 0, lambda mirror=mirror: sync(mirror, "full"))
                sandbox.control("clock", advance=600)
                add(
                    report,
                    "incremental sync, nothing new",
                    sandbox,
                    0,
                    lambda mirror=mirror: sync(mirror, "incremental"),
                )
    report.show(as_json)


def fill(sandbox: Sandbox, objects: int, each: int, apart: int) -> None:
    now = sandbox.control("state", "GET")["now"]
    make = [
        (
            "objects",
            {
                "resource": "customer",
                "object": {"id": f"cus_{n}", "created": now - n * apart},
                "account": ACCOUNT,
                "event": False,
            },
        )
        for n in range(objects)
    ]
    change = [
        (
            "objects/change",
            {
                "resource": "customer",
                "id": f"cus_{n}",
                "changes": {"name": f"{turn}"},
                "account": ACCOUNT,
            },
        )
        for turn in range(each)
        for n in range(objects)
    ]
    calls: list[Any] = [[what, body] for what, body in make + change]
    for start in range(0, len(calls), 5000):
        sandbox.control("batch", calls=calls[start : start + 5000])


def add(report: Report, what: str, sandbox: Sandbox, events: int, run: Callable[[], None]) -> None:
    before, began = len(sandbox.log()), time.perf_counter()
    run()
    seconds, requests = time.perf_counter() - began, len(sandbox.log()) - before
    report.add(what=what, events=events, requests=requests, seconds=seconds, peak_mb=peak_of())


def process(mirror: Mirror) -> None:
    with EventRun(
        KEY, mirror, EventSelection(type="customer.updated"), run_id=f"events {time.time()}"
    ) as run:
        run.prepare()
        summary = run.run()
    assert summary.succeeded, summary.lines()


def sync(mirror: Mirror, mode: Any) -> None:
    with KeySync(KEY, mirror, run_id=f"sync {time.time()}", mode=mode) as run:
        run.prepare()
        assert all(result.status != "failed" for result in run.run())


if __name__ == "__main__":
    main()
