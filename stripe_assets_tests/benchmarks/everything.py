"""A full sync of all models of an account with short lists. The requests decide: no request should
wait for another without need.

python -m stripe_assets_tests.benchmarks.everything [--latency 0 --latency 0.1]
    [--customers 300] [--database sqlite] [--json]
"""

from __future__ import annotations

import click

from stripe_assets.catalog import catalog
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import KINDS, UNLIMITED, Databases, sync

KEY = "sk_test_sandbox"
"""The key of a platform with some objects of each kind."""
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
    help="Number of additional customers. Their nested lists are read for each of them.",
)
@click.option(
    "--database", "kinds", type=click.Choice(KINDS), multiple=True, help="Default: SQLite."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and no table.")
def main(
    latencies: tuple[float, ...], customers: int, kinds: tuple[str, ...], as_json: bool
) -> None:
    """Measures a full sync of all models without rate limits. Only the program and the time of an
    answer limit it."""
    report = Report("A full sync of all models")
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
