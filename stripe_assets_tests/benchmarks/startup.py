"""What is paid before anything is done: the command line's help, the import of a model, a run of `sync_models` with nothing to do.

python -m stripe_assets_tests.benchmarks.startup [--times 5] [--json]
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click

from stripe_assets.instance import settle_home
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.benchmarks.measure import MODULE, Cost, median, run
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import KEY, UNLIMITED

ALIAS = "benchmark"
BIN = Path(sys.executable).parent


@click.command()
@click.option("--times", default=5, show_default=True, help="Runs, of which the median counts.")
@click.option("--json", "as_json", is_flag=True)
def main(times: int, as_json: bool) -> None:
    """Medians, after one run that is not counted."""
    report = Report("Startup")
    _add(report, "python -c pass", times, [sys.executable, "-c", "pass"])
    _add(report, "stripe-assets --help", times, [str(BIN / "stripe-assets"), "--help"])
    _add(report, "from stripe_assets.models import Invoice", times, [sys.executable, "-c", "from stripe_assets.models import Invoice"])
    with tempfile.TemporaryDirectory() as text, Sandbox(empty=True) as sandbox:
        folder = Path(text)
        environment = {
            "STRIPE_API_BASE": sandbox.base,
            "STRIPE_API_KEY__BENCHMARK": KEY,
            "STRIPE_ASSETS_DATABASE_URL": f"sqlite:///{folder / 'stripe.db'}",
            **UNLIMITED,
        }
        settle_home(folder, environment)
        _checked(run(_job("stripe_assets.definitions", folder, "full"), environment, folder))
        sandbox.control("clock", advance=600)
        requests = len(sandbox.log())
        synced = _add(
            report, "sync_models, nothing to do", times, _job("stripe_assets.definitions", folder, "incremental"), environment, folder
        )
        requests = (len(sandbox.log()) - requests) // (times + 1)
        yielded = _add(report, "the same specs, only yielded", times, _job(f"{MODULE}.only_yields", folder, None), environment, folder)
    report.notes.append(
        f"sync_models with nothing to do, {requests} requests: {synced[1] / yielded[1]:.2f} times the job that only yields "
        f"({synced[1] - 1.3 * yielded[1]:+.1f} s against 1.3 times), {synced[0] / yielded[0]:.2f} times its CPU"
    )
    report.show(as_json)


def _add(
    report: Report, what: str, times: int, command: Sequence[str], environment: dict[str, str] | None = None, folder: Path | None = None
) -> tuple[float, float]:
    cpu, wall = median(times, lambda: run(command, environment, folder))
    report.add(what=what, cpu_s=cpu, seconds=wall)
    return cpu, wall


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


def _checked(cost: Cost) -> None:
    if cost.status:
        raise RuntimeError(cost.out[-2000:] + cost.errors[-4000:])


if __name__ == "__main__":
    main()
