"""Whether ten times the objects take ten times the time and no more memory.

python -m stripe_assets_tests.benchmarks.scale [--small 50000] [--large 500000]
    [--database sqlite] [--json]
"""

from __future__ import annotations

import click

from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import (
    KINDS,
    UNLIMITED,
    Databases,
    customers_and_invoices,
    sync,
)


@click.command()
@click.option("--small", default=50_000, show_default=True, help="Number of objects.")
@click.option("--large", default=500_000, show_default=True, help="Number of objects.")
@click.option(
    "--database", "kinds", type=click.Choice(KINDS), multiple=True, help="Default: SQLite."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and no table.")
def main(small: int, large: int, kinds: tuple[str, ...], as_json: bool) -> None:
    """Compares a small first sync with a large one. A fifth of the objects are customers, the rest
    are invoices with one line each."""
    report = Report(f"{small:,} objects against {large:,}")
    with Databases() as databases:
        for objects in (small, large):
            with Sandbox(**customers_and_invoices(objects)) as sandbox:
                for kind in kinds or KINDS[:1]:
                    with databases.fresh(kind) as url:
                        cost, said = sync(sandbox, url, **UNLIMITED)
                    rows = sum(said["rows"].values())
                    report.add(
                        database=kind,
                        rows=rows,
                        seconds=cost.seconds,
                        rows_a_second=rows / cost.seconds,
                        cpu_us_a_row=cost.cpu / rows * 1e6,
                        peak_mb=said["peak"],
                    )
    for kind in kinds or KINDS[:1]:
        first, last = [row for row in report.rows if row["database"] == kind]
        report.notes.append(
            f"{kind}, large against small: {last['peak_mb'] / first['peak_mb'] - 1:+.0%} memory,"
            f" {last['rows_a_second'] / first['rows_a_second'] - 1:+.0%} rows a second"
        )
    report.show(as_json)


if __name__ == "__main__":
    main()
