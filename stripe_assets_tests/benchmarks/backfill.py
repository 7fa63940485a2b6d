"""A first sync of customers, invoices and their lines. It measures objects a second, CPU, requests
and memory, and whether the server is the limit.

python -m stripe_assets_tests.benchmarks.backfill [--objects 50000] [--database sqlite]
    [--against dj-stripe] [--json]
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click

from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.benchmarks import dj_stripe
from stripe_assets_tests.benchmarks.measure import run_module
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import (
    KEY,
    KINDS,
    UNLIMITED,
    Databases,
    customers_and_invoices,
    sync,
    without_cursor,
)

OURS = "stripe_assets"


@click.command()
@click.option(
    "--objects",
    default=50_000,
    show_default=True,
    help="Number of rows: a fifth are customers, the rest are invoices with one line each.",
)
@click.option("--database", "kinds", type=click.Choice(KINDS), multiple=True, help="Default: both.")
@click.option(
    "--against",
    type=click.Choice(["dj-stripe"]),
    help="Also measure this program on the same server and data, and print the ratios.",
)
@click.option(
    "--peer-objects",
    default=1000,
    show_default=True,
    help="Number of invoices, and of customers, that the other program reads.",
)
@click.option(
    "--environment",
    type=click.Path(path_type=Path),
    help="Folder for the installation of the other program. Default: in the user's cache.",
)
@click.option(
    "--latency",
    default=0.0,
    show_default=True,
    help="Seconds that the server takes for each answer. Stripe takes 0.1 to 0.3.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and no table.")
def main(
    objects: int,
    kinds: tuple[str, ...],
    against: str | None,
    peer_objects: int,
    environment: Path | None,
    latency: float,
    as_json: bool,
) -> None:
    """Measures a first sync. CPU is that of the client, with its start. The CPU of the start alone
    is also a column of its own."""
    report = Report(
        f"Backfill of {objects:,} objects"
        + (f", {latency * 1000:.0f} ms for each answer" if latency else "")
    )
    peer = dj_stripe.install(environment) if against else None
    kinds = kinds or KINDS
    with Databases() as databases:
        few = {
            "customers": peer_objects,
            "invoices": peer_objects,
            "enlarge": KEY,
            "latency": latency,
        }
        small = (
            {kind: _compare(report, databases, kind, peer, few) for kind in kinds} if peer else {}
        )
        options = {**customers_and_invoices(objects), "latency": latency}
        with Sandbox(**options) as sandbox:
            for kind in kinds:
                large = _ours(report, databases, kind, sandbox)
                if kind in small:
                    _ratios(report, kind, small[kind], large)
            _ceiling(report, sandbox, options)
    report.show(as_json)


def _ours(report: Report, databases: Databases, kind: str, sandbox: Sandbox) -> dict[str, Any]:
    with databases.fresh(kind) as url:
        before, since = databases.cpu(kind), len(sandbox.log())
        cost, said = sync(sandbox, url, **UNLIMITED)
        after, requests = databases.cpu(kind), len(sandbox.log()) - since
    assert requests == said["requests"], (
        f"the server got {requests} requests, and the sync counted {said['requests']}"
    )
    server = (after - before) if after is not None and before is not None else None
    return _add(
        report,
        OURS,
        kind,
        sum(said["rows"].values()),
        requests,
        cost.seconds,
        cost.cpu,
        said["peak"],
        said["startup_cpu"],
        server,
    )


def _compare(
    report: Report,
    databases: Databases,
    kind: str,
    peer: dj_stripe.Environment,
    options: dict[str, Any],
) -> dict[str, Any]:
    """Runs the other program and ours on the same sandbox. Returns the other program's row."""
    with Sandbox(**options) as sandbox:
        with databases.fresh(kind) as url, peer.project(url, sandbox.base, KEY) as project:
            before, since = databases.cpu(kind), len(sandbox.log())
            cost = project.sync("Customer", "Invoice")
            after, requests = databases.cpu(kind), len(sandbox.log()) - since
            rows = project.rows()
        if project.failed:
            report.notes.append(
                f"{peer.name} on {kind} could not sync {len(project.failed)} objects: "
                + "; ".join(project.failed)
            )
        server = (after - before) if after is not None and before is not None else None
        theirs = _add(
            report,
            peer.name,
            kind,
            sum(rows.values()),
            requests,
            cost.seconds,
            cost.cpu,
            project.peak,
            project.startup_cpu,
            server,
        )
        _ours(report, databases, kind, sandbox)
    return theirs


def _add(
    report: Report,
    who: str,
    kind: str,
    rows: int,
    requests: int,
    seconds: float,
    cpu: float,
    peak: float,
    startup: float,
    server: float | None,
) -> dict[str, Any]:
    report.add(
        what=who,
        database=kind,
        rows=rows,
        seconds=seconds,
        rows_a_second=rows / seconds,
        requests=requests,
        requests_a_row=requests / rows,
        cpu_us_a_row=cpu / rows * 1e6,
        startup_cpu_s=startup,
        server_cpu_us_a_row=None if server is None else server / rows * 1e6,
        peak_mb=peak,
    )
    return report.rows[-1]


def _ratios(report: Report, kind: str, theirs: dict[str, Any], ours: dict[str, Any]) -> None:
    report.notes.append(
        f"{kind}, {ours['what']} ({ours['rows']:,} rows) against {theirs['what']}"
        f" ({theirs['rows']:,} rows):"
        f" {ours['rows_a_second'] / theirs['rows_a_second']:,.0f} times the rows a second,"
        f" 1/{theirs['requests_a_row'] / ours['requests_a_row']:,.0f} of the requests for each row,"
        f" 1/{theirs['cpu_us_a_row'] / ours['cpu_us_a_row']:,.0f} of the CPU for each row"
    )


def _ceiling(report: Report, sandbox: Sandbox, options: dict[str, Any]) -> None:
    """Fetches the same pages as the sync, with the same queries, and does nothing with them."""
    lists, log = [], sandbox.log()
    for resource, path, many in (
        ("customer", "/v1/customers", options["customers"]),
        ("invoice", "/v1/invoices", options["invoices"]),
    ):
        queries = Counter(
            without_cursor(entry["query"], "created") for entry in log if entry["path"] == path
        )
        lists.append(f"{resource}={many}={path}?{queries.most_common(1)[0][0]}")
    threads = max(4, int(400 * options["latency"]))
    said = run_module(
        "bare_fetch", "--threads", threads, KEY, *lists, STRIPE_API_BASE=sandbox.base
    ).said()
    rows = options["customers"] + 2 * options["invoices"]
    report.add(
        what="the sandbox alone, pages only fetched",
        database=None,
        rows=rows,
        seconds=said["seconds"],
        rows_a_second=rows / said["seconds"],
        requests=said["pages"],
        requests_a_row=said["pages"] / rows,
    )


if __name__ == "__main__":
    main()
