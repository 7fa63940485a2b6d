"""A full sync of every model, of an account whose lists are short: what counts are the requests, and that none waits for another in vain.

python -m stripe_assets_tests.benchmarks.everything [--latency 0 --latency 0.1] [--customers 300] [--database sqlite] [--json]
"""

from __future__ import annotations

import click

from stripe_assets.catalog import catalog
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import KINDS, UNLIMITED, Databases, sync

KEY = "sk_test_sandbox"
"""A platform with some of everything."""
LATENCIES = (0.0, 0.005, 0.1)


@click.command()
@click.option(
    "--latency",
    "latencies",
    type=float,
    multiple=True,
    help=f"Seconds until the server answers. Default: {LATENCIES}.",
)
@click.option(
    "--customers",
    default=300,
    show_default=True,
    help="Besides those that it has anyway; nested lists are read for each.",
)
@click.option(
    "--database", "kinds", type=click.Choice(KINDS), multiple=True, help="Default: SQLite."
)
@click.option("--json", "as_json", is_flag=True)
def main(
    latencies: tuple[float, ...], customers: int, kinds: tuple[str, ...], as_json: bool
) -> None:
    """The rate is lifted: it is the program, and the time of an answer, that are the limit."""
    report = Report("a full sync of every model")
    with Databases() as databases:
        for latency in latencies or LATENCIES:
            with Sandbox(customers=customers, latency=latency) as sandbox:
                for kind in kinds or KINDS[:1]:
                    with databases.fresh(kind) as url:
                        cost, said = sync(
                            sandbox, url, KEY, tuple(catalog().resources), **UNLIMITED
                        )
                    report.add(
                        database=kind,
                        latency=latency,
                        rows=sum(said["rows"].values()),
                        requests=said["requests"],
                        seconds=said["sync_seconds"],
                        requests_a_second=said["requests"] / said["sync_seconds"],
                        cpu_us_a_request=(cost.cpu - said["startup_cpu"]) / said["requests"] * 1e6,
                        peak_mb=said["peak"],
                    )
    report.show(as_json)


if __name__ == "__main__":
    main()
