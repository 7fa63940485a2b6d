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
    from stripe_assets.mirror import Owner, StoredKey

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
        url, there = shown(), mirror is not None
        held = holdings(mirror) if mirror else []
        ring = KeyRing(mirror)
        stored = ring.stored()
        unsettled = unsettled_events(mirror, ring.aliases()) if mirror else {}
        sent = reads(mirror) if mirror else {}
    if as_json:
        click.echo(json.dumps(_as_json(url, held, stored, unsettled, sent), indent=2))
        return
    from stripe_assets.cli.screen import stdout_console

    console = stdout_console()
    if not there:
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
    _print_owners(console, held, stored, sent)
    _print_high_reads(console, sent.values())
    _print_models(console, held)
    for alias, counts in unsettled.items():
        said = ", ".join(f"{count:,} {state}" for state, count in sorted(counts.items()))
        console.print(
            f"\nevents of {alias}: {said}. Process them: stripe-assets events --api-key {alias}",
            markup=False,
            soft_wrap=True,
        )


def _as_json(
    url: str,
    held: Sequence[Holding],
    stored: dict[str, StoredKey],
    unsettled: dict[str, dict[str, int]],
    sent: Mapping[Owner, Reads],
) -> dict[str, object]:
    return {
        "database": url,
        "models": [
            {
                "account": one.owner.account_id,
                "livemode": one.owner.livemode,
                "aliases": _aliases(one.owner, stored),
                "model": one.model,
                "rows": one.rows,
                "requests": one.sweep.requests if one.sweep else None,
                "last_sweep": one.finished_at.isoformat() if one.finished_at else None,
                "unfinished": one.unfinished,
                "availability": one.sweep.availability if one.sweep else RELATED,
            }
            for one in held
        ],
        "unsettled_events": unsettled,
        "requests_in_30_days": [
            {
                "account": one.owner.account_id,
                "livemode": one.owner.livemode,
                "requests": one.requests,
                "transactions": one.transactions if one.owner.livemode else None,
                "allocation": one.allocation,
            }
            for one in sent.values()
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
    sent: Mapping[Owner, Reads],
) -> None:
    from stripe_assets.cli.table import Column, Line, print_table

    by_owner: dict[Owner, list[Holding]] = defaultdict(list)
    for one in held:
        by_owner[one.owner].append(one)
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
                _when(max((one.finished_at for one in its if one.finished_at), default=None)),
                _requests(sent.get(owner)),
                f"{len(its):,}",
                f"{sum(one.rows for one in its):,}",
                f"{_unavailable(its):,}",
                f"{sum(one.unfinished for one in its):,}",
            )
        )
        for owner, its in by_owner.items()
    ]
    print_table(console, "\naccounts", columns, lines)


def _unavailable(held: Sequence[Holding]) -> int:
    from stripe_assets.cli.availability import UNAVAILABLE, label

    return sum(label(one.availability) == UNAVAILABLE for one in held if one.availability)


def _requests(its: Reads | None) -> str:
    if its is None:
        return "0"
    return f"{its.requests:,} of {its.allocation:,}" if its.allocation else f"{its.requests:,}"


def _print_high_reads(console: Console, sent: Iterable[Reads]) -> None:
    from rich.text import Text

    from stripe_assets.cli.allocation import LEAST, PER_TRANSACTION

    for one in sent:
        if one.is_high:
            said = (
                f"\n{one.owner.account_id} was sent {one.requests:,} requests in 30 days: "
                f"{one.share:.0%} of the {one.allocation:,} reads that Stripe allots it "
                f"({PER_TRANSACTION} for each transaction, at least {LEAST:,}; the database has "
                f"{one.transactions:,} charges of these 30 days). "
                "Run full sweeps less often, or sync fewer models."
            )
            console.print(Text(said, style="yellow"), soft_wrap=True)


def _print_models(console: Console, held: Sequence[Holding]) -> None:
    """Shows each model over all accounts. The time is that of the account with the oldest sweep."""
    from rich.text import Text

    from stripe_assets.cli.availability import reasons
    from stripe_assets.cli.table import Column, print_table

    by_model: dict[str, list[Holding]] = defaultdict(list)
    for one in held:
        by_model[one.model].append(one)
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
        [_model_line(model, its) for model, its in sorted(by_model.items())],
    )
    for reason, models in reasons(
        (one.model, one.availability) for one in held if one.availability
    ).items():
        console.print(
            Text(f"\nunavailable: {', '.join(models)}\n  {reason}", style="yellow"), soft_wrap=True
        )


def _model_line(model: str, its: Sequence[Holding]) -> Line:
    from stripe_assets.cli.availability import label
    from stripe_assets.cli.table import Line

    swept = [one for one in its if one.sweep]
    finished = [one.finished_at for one in swept if one.finished_at]
    oldest = min(finished) if finished and len(finished) == len(swept) else None
    when = _when(oldest) + (" (one is unfinished)" if any(one.unfinished for one in its) else "")
    said = (
        ", ".join(sorted({label(one.availability) for one in swept if one.availability}))
        if swept
        else RELATED
    )
    rows = sum(one.rows for one in its)
    return Line((model, f"{rows:,}", when, said), "" if rows else "dim")


def _when(time: datetime | None) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S") if time else "never"
