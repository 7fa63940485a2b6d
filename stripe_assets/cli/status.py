"""`stripe-assets status`: what the database holds, how fresh it is, and how many requests it took.

Asks neither Stripe nor Dagster.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from stripe_assets.cli.errors import reported

if TYPE_CHECKING:
    from rich.console import Console

    from stripe_assets.cli.allocation import Reads
    from stripe_assets.cli.holdings import Holding
    from stripe_assets.cli.table import Line
    from stripe_assets.mirror import Hole, Owner, StoredKey

RELATED = "only as related objects"


@click.command(short_help="Show what the database holds and how fresh it is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every account's models.")
def status(as_json: bool) -> None:
    """Show what the database holds and how fresh it is.

    Shows the accounts and the models with their rows, and when the last sweep of each finished. A
    sweep is one complete listing of a model.
    """
    from stripe_assets.cli.allocation import reads
    from stripe_assets.cli.database import opened_if_there, shown
    from stripe_assets.cli.holdings import holdings, unsettled_events
    from stripe_assets.keys import KeyRing

    with reported(), opened_if_there() as mirror:
        url, exists = shown(), mirror is not None
        held = holdings(mirror) if mirror else []
        ring = KeyRing(mirror)
        stored = ring.stored()
        unsettled = unsettled_events(mirror, ring.aliases()) if mirror else {}
        requests = reads(mirror) if mirror else {}
        holes = mirror.holes.all() if mirror else []
    if as_json:
        click.echo(json.dumps(_as_json(url, held, stored, unsettled, requests, holes), indent=2))
        return
    from stripe_assets.cli.missing import print_missing
    from stripe_assets.cli.screen import stdout_console

    console = stdout_console()
    if not exists:
        console.print(
            f"There is no database yet ({url}). Make it with: stripe-assets sync",
            markup=False,
            soft_wrap=True,
        )
        return
    console.print(f"database: {url}", markup=False, soft_wrap=True)
    if not held:
        console.print("Nothing was synced yet. Start with: stripe-assets sync")
        return
    _print_owners(console, held, stored, requests)
    _print_high_reads(console, requests.values())
    _print_models(console, held)
    print_missing(console, holes)
    for alias, counts in unsettled.items():
        states = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
        console.print(
            f"\nevents of {alias}: {states}. Process them: stripe-assets events --api-key {alias}",
            markup=False,
            soft_wrap=True,
        )


def _as_json(
    url: str,
    held: Sequence[Holding],
    stored: dict[str, StoredKey],
    unsettled: dict[str, dict[str, int]],
    requests: Mapping[Owner, Reads],
    holes: Sequence[Hole],
) -> dict[str, object]:
    from stripe_assets.cli.missing import missing_as_json

    return {
        "database": url,
        "models": [
            {
                "account": holding.owner.account_id,
                "livemode": holding.owner.livemode,
                "aliases": _aliases(holding.owner, stored),
                "model": holding.model,
                "rows": holding.rows,
                "requests": holding.sweep.requests if holding.sweep else None,
                "last_sweep": holding.finished_at.isoformat() if holding.finished_at else None,
                "unfinished": holding.unfinished,
                "availability": _availability(holding),
            }
            for holding in held
        ],
        "missing": missing_as_json(holes),
        "unsettled_events": unsettled,
        "requests_in_30_days": [
            {
                "account": reads.owner.account_id,
                "livemode": reads.owner.livemode,
                "requests": reads.requests,
                "transactions": reads.transactions if reads.owner.livemode else None,
                "allocation": reads.allocation,
            }
            for reads in requests.values()
        ],
    }


def _aliases(owner: Owner, stored: dict[str, StoredKey]) -> list[str]:
    return [
        alias
        for alias, key in stored.items()
        if (key.account_id, key.livemode) == (owner.account_id, owner.livemode)
    ]


def _print_owners(
    console: Console,
    held: Sequence[Holding],
    stored: dict[str, StoredKey],
    requests: Mapping[Owner, Reads],
) -> None:
    from stripe_assets.cli.table import Column, Line, print_table

    by_owner: dict[Owner, list[Holding]] = defaultdict(list)
    for holding in held:
        by_owner[holding.owner].append(holding)
    columns = [
        Column("account"),
        Column("mode"),
        Column("stored key", folds=True),
        Column("last sweep"),
    ]
    columns += [
        Column(heading, number=True)
        for heading in ("requests in 30 days", "models", "rows", "unavailable", "unfinished")
    ]
    lines = [
        Line(
            (
                owner.account_id,
                "live" if owner.livemode else "test",
                ", ".join(_aliases(owner, stored)),
                _when(_last_sweep(holdings)),
                _requests(requests.get(owner)),
                f"{len(holdings):,}",
                f"{sum(holding.rows for holding in holdings):,}",
                f"{_unavailable(holdings):,}",
                f"{sum(holding.unfinished for holding in holdings):,}",
            )
        )
        for owner, holdings in by_owner.items()
    ]
    print_table(console, "\naccounts", columns, lines)


def _availability(holding: Holding) -> str | None:
    if holding.sweep is None:
        return RELATED
    return str(holding.availability) if holding.availability else None


def _last_sweep(held: Sequence[Holding]) -> datetime | None:
    return max((holding.finished_at for holding in held if holding.finished_at), default=None)


def _unavailable(held: Sequence[Holding]) -> int:
    return sum(holding.availability.is_refused for holding in held if holding.availability)


def _requests(reads: Reads | None) -> str:
    if reads is None:
        return "0"
    if reads.allocation is None:
        return f"{reads.requests:,}"
    return f"{reads.requests:,} of {reads.allocation:,}"


def _print_high_reads(console: Console, requests: Iterable[Reads]) -> None:
    from rich.text import Text

    from stripe_assets.cli.allocation import LEAST, PER_TRANSACTION

    for reads in requests:
        if reads.is_high:
            text = (
                f"\n{reads.owner.account_id}: the {reads.requests:,} requests of the last 30 days "
                f"are {reads.share:.0%} of the {reads.allocation:,} reads that Stripe allots it "
                f"({PER_TRANSACTION} for each transaction, at least {LEAST:,}; the database has "
                f"{reads.transactions:,} charges of these 30 days). "
                "Run full sweeps less often, or sync fewer models."
            )
            console.print(Text(text, style="yellow"), soft_wrap=True)


def _print_models(console: Console, held: Sequence[Holding]) -> None:
    """Shows each model over all accounts. The time is that of the account with the oldest sweep."""
    from rich.text import Text

    from stripe_assets.cli.table import Column, print_table
    from stripe_assets.mirror import models_by_reason

    by_model: dict[str, list[Holding]] = defaultdict(list)
    for holding in held:
        by_model[holding.model].append(holding)
    columns = [
        Column("model", folds=True),
        Column("rows", number=True),
        Column("last sweep", folds=True),
        Column("availability", folds=True),
    ]
    print_table(
        console,
        "\nmodels",
        columns,
        [_model_line(model, holdings) for model, holdings in sorted(by_model.items())],
    )
    for reason, models in models_by_reason(
        (holding.model, holding.availability) for holding in held if holding.availability
    ).items():
        console.print(
            Text(f"\nunavailable: {', '.join(models)}\n  {reason}", style="yellow"), soft_wrap=True
        )


def _model_line(model: str, holdings: Sequence[Holding]) -> Line:
    from stripe_assets.cli.table import Line

    swept = [holding for holding in holdings if holding.sweep]
    finished = [holding.finished_at for holding in swept if holding.finished_at]
    oldest = min(finished) if finished and len(finished) == len(swept) else None
    when = _when(oldest) + (
        " (one is unfinished)" if any(holding.unfinished for holding in holdings) else ""
    )
    availability = (
        ", ".join(sorted({holding.availability.label for holding in swept if holding.availability}))
        if swept
        else RELATED
    )
    rows = sum(holding.rows for holding in holdings)
    return Line((model, f"{rows:,}", when, availability), "" if rows else "dim")


def _when(time: datetime | None) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S") if time else "never"
