"""What is paid before any work is done: the help of the command line, the import of a model, a run
of `sync_models` with nothing to do.

python -m stripe_assets_tests.benchmarks.startup [--times 5] [--json]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import click

import stripe_assets_tests
from stripe_assets.instance import settle_home
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.benchmarks.measure import MODULE, medians, run
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import KEY, UNLIMITED

ALIAS = "benchmark"
BIN = Path(sys.executable).parent


@click.command()
@click.option("--times", default=5, show_default=True, help="Number of runs of each command.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and no table.")
def main(times: int, as_json: bool) -> None:
    """Prints the medians of several runs, after one run that is not counted."""
    report = Report("Startup")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "stripe-assets --help": [str(BIN / "stripe-assets"), "--help"],
        "from stripe_assets.models import Invoice": [
            sys.executable,
            "-c",
            "from stripe_assets.models import Invoice",
        ],
    }
    _add(report, times, commands)
    with tempfile.TemporaryDirectory() as text, Sandbox(empty=True) as sandbox:
        folder = Path(text)
        environment = {
            "STRIPE_API_BASE": sandbox.base,
            "STRIPE_API_KEY__BENCHMARK": KEY,
            "STRIPE_ASSETS_DATABASE_URL": f"sqlite:///{folder / 'stripe.db'}",
            "PYTHONPATH": str(Path(stripe_assets_tests.__file__).parents[1]),
            **UNLIMITED,
        }
        settle_home(folder, environment)
        run(_job("stripe_assets.definitions", folder, "full"), environment, folder).succeeded()
        sandbox.control("clock", advance=600)
        before = len(sandbox.log())
        jobs = {
            "sync_models, nothing to do": _job("stripe_assets.definitions", folder, "incremental"),
            "the same job, without a sync": _job(f"{MODULE}.only_yields", folder, None),
        }
        synced, yielded = _add(report, times, jobs, environment, folder)
        requests = (len(sandbox.log()) - before) // (times + 1)
    report.notes.append(
        f"sync_models with nothing to do sends {requests} requests. Against the same job without a"
        f" sync it takes {synced[1] / yielded[1]:.2f} times the seconds (1.3 times would be"
        f" {1.3 * yielded[1]:.1f} s) and {synced[0] / yielded[0]:.2f} times the CPU."
    )
    report.show(as_json)


def _add(
    report: Report,
    times: int,
    commands: Mapping[str, Sequence[str]],
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> list[tuple[float, float]]:
    found = medians(
        times, *(partial(run, command, environment, folder) for command in commands.values())
    )
    for what, (cpu, wall) in zip(commands, found, strict=True):
        report.add(what=what, cpu_s=cpu, seconds=wall)
    return found


def _job(module: str, folder: Path, mode: str | None) -> list[str]:
    command = [
        str(BIN / "dagster"),
        "job",
        "execute",
        "-m",
        module,
        "-j",
        "sync_models",
        "--tags",
        json.dumps({"dagster/partition": ALIAS}),
    ]
    if mode is None:
        return command
    config = folder / f"{mode}.yaml"
    config.write_text(json.dumps({"ops": {"stripe_models": {"config": {"mode": mode}}}}))
    return [*command, "-c", str(config)]


if __name__ == "__main__":
    main()
