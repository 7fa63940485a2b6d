"""A sync with 200 ms for each answer, under Stripe's limits, which the server enforces: which share
of the allowed rate it uses, and how many requests it wastes.

python -m stripe_assets_tests.benchmarks.limits [--objects 50000] [--database sqlite]
    [--latency 0.2] [--json]
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import click

from stripe_assets.catalog import catalog
from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.calls.limits import ENDPOINT, GLOBAL
from stripe_assets.sync.constants import PAGE
from stripe_assets_tests.benchmarks.report import Report
from stripe_assets_tests.benchmarks.stage import KINDS, Databases, sync, without_cursor

KEY = "sk_live_sandbox"
ENDPOINTS = ("customer", "invoice", "charge", "payment_intent", "refund", "balance_transaction")
SETTLED = 10.0
"""Seconds. Until then, 429s show the sync what the limit is. Later ones are counted as late."""


@click.command()
@click.option(
    "--objects", default=50_000, show_default=True, help="Number of objects of each model."
)
@click.option(
    "--latency",
    default=0.2,
    show_default=True,
    help="Seconds that the server takes for each answer.",
)
@click.option(
    "--database", "kinds", type=click.Choice(KINDS), multiple=True, help="Default: SQLite."
)
@click.option(
    "--endpoints",
    type=click.Choice(["1", "6"]),
    multiple=True,
    help="Number of lists that are read. Default: one, then six.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and no table.")
def main(
    objects: int, latency: float, kinds: tuple[str, ...], endpoints: tuple[str, ...], as_json: bool
) -> None:
    """Measures syncs under Stripe's limits.

    `used steady` leaves out the first and the last tenth of the lists' answers. `extra pages` are
    the pages beyond one for each hundred objects. `beyond parts` counts those of them that are more
    than one for each part of a list, as a share of the fewest possible pages.
    """
    report = Report(
        f"Under Stripe's limits: {objects:,} objects in each list,"
        f" {latency * 1000:.0f} ms for each answer"
    )
    more = [f"{model}={objects}" for model in ENDPOINTS if model not in ("customer", "invoice")]
    with Databases() as databases:
        for kind in kinds or KINDS[:1]:
            for many in map(int, endpoints or ("1", "6")):
                with (
                    Sandbox(
                        rate_limits=True,
                        latency=latency,
                        customers=objects,
                        invoices=objects,
                        more=more,
                        enlarge=KEY,
                    ) as sandbox,
                    databases.fresh(kind) as url,
                ):
                    _add(report, kind, sandbox, url, ENDPOINTS[:many])
    report.show(as_json)


def _add(report: Report, kind: str, sandbox: Sandbox, url: str, models: Sequence[str]) -> None:
    cost, said = sync(sandbox, url, KEY, models)
    log = sandbox.log()
    paths = {
        route.path: model
        for model in models
        for route in catalog()[model].routes
        if route.parent is None
    }
    lists = [entry for entry in log if entry["path"] in paths]
    pages = [entry for entry in lists if entry["status"] == 200]
    fewest = sum(math.ceil(said["rows"][model] / PAGE) for model in models)
    parts = len({(entry["path"], without_cursor(entry["query"])) for entry in pages})
    late = [entry for entry in log if entry["at"] > log[0]["at"] + SETTLED]
    allowed = min(GLOBAL[True], ENDPOINT * len(models))
    report.add(
        lists=len(models),
        database=kind,
        rows=sum(said["rows"].values()),
        seconds=cost.seconds,
        allowed=allowed,
        used_steady=_percent(_rate(pages, 0.1) / allowed),
        used_overall=_percent(_rate(pages, 0.0) / allowed),
        pages=len(pages),
        parts=parts,
        extra_pages=len(pages) - fewest,
        beyond_parts=_percent(max(0, len(pages) - fewest - parts) / fewest),
        others=len(log) - len(lists),
        all_429=_refused(log),
        late_429=_refused(late),
        of_late=_percent(_refused(late) / len(late)) if late else None,
        cpu_s=cost.cpu,
    )


def _rate(entries: Sequence[dict[str, Any]], cut: float) -> float:
    """Returns answers a second, without this share of the answers at either end."""
    times = sorted(entry["at"] for entry in entries)
    kept = times[int(len(times) * cut) : len(times) - int(len(times) * cut)]
    return (len(kept) - 1) / (kept[-1] - kept[0])


def _refused(entries: Sequence[dict[str, Any]]) -> int:
    return sum(entry["status"] == 429 for entry in entries)


def _percent(share: float) -> str:
    return f"{share:.1%}"


if __name__ == "__main__":
    main()
