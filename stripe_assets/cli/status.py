"""`stripe-assets status`: what the database holds and how fresh it is. Asks neither Stripe nor Dagster."""
# ruff: noqa: PLC0415

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING

import click

from stripe_assets.cli.errors import reported

if TYPE_CHECKING:
    from rich.console import Console

    from stripe_assets.mirror import Owner, StoredKey, SweepStatus

AVAILABLE = "available"


@click.command(short_help="Show what the database holds and how fresh it is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: every account's models.")
def status(as_json: bool) -> None:
    """Show what the database holds and how fresh it is: accounts, models, rows, and when each was last swept to its end."""
    from stripe_assets.keys import KeyRing
    from stripe_assets.mirror import Mirror

    with reported(), Mirror.open() as mirror:
        sweeps = mirror.sweep_statuses()
        rows = mirror.counts()
        stored = KeyRing(mirror).stored()
        url = mirror.url
    if as_json:
        click.echo(json.dumps(_as_json(url, sweeps, stored), indent=2))
        return
    from stripe_assets.cli.screen import stdout_console

    console = stdout_console()
    console.print(f"database: {url}", markup=False, soft_wrap=True)
    if not sweeps:
        console.print("Nothing was synced yet: stripe-assets sync")
        return
    _print_owners(console, sweeps, stored)
    _print_models(console, sweeps, rows)


def _as_json(url: str, sweeps: list[SweepStatus], stored: dict[str, StoredKey]) -> dict[str, object]:
    return {
        "database": url,
        "models": [
            {
                "account": sweep.owner.account_id,
                "livemode": sweep.owner.livemode,
                "aliases": _aliases(sweep.owner, stored),
                "model": sweep.resource,
                "rows": sweep.rows,
                "requests": sweep.requests,
                "last_sweep": sweep.last_finished_at.isoformat() if sweep.last_finished_at else None,
                "unfinished": sweep.unfinished,
                "availability": sweep.availability,
            }
            for sweep in sweeps
        ],
    }


def _aliases(owner: Owner, stored: dict[str, StoredKey]) -> list[str]:
    return [alias for alias, key in stored.items() if (key.account_id, key.livemode) == (owner.account_id, owner.livemode)]


def _print_owners(console: Console, sweeps: list[SweepStatus], stored: dict[str, StoredKey]) -> None:
    from rich.table import Table

    by_owner: dict[Owner, list[SweepStatus]] = defaultdict(list)
    for sweep in sweeps:
        by_owner[sweep.owner].append(sweep)
    table = Table(box=None, pad_edge=False, header_style="bold", title="\naccounts", title_justify="left")
    for heading in ("account", "mode", "stored key", "last sweep"):
        table.add_column(heading, overflow="fold")
    for heading in ("models", "rows", "unavailable", "unfinished"):
        table.add_column(heading, justify="right")
    for owner, its in by_owner.items():
        table.add_row(
            owner.account_id,
            "live" if owner.livemode else "test",
            ", ".join(_aliases(owner, stored)),
            _when(max((sweep.last_finished_at for sweep in its if sweep.last_finished_at), default=None)),
            f"{len(its):,}",
            f"{sum(sweep.rows or 0 for sweep in its):,}",
            f"{sum(sweep.availability not in (None, AVAILABLE) for sweep in its):,}",
            f"{sum(sweep.unfinished for sweep in its):,}",
        )
    console.print(table)


def _print_models(console: Console, sweeps: list[SweepStatus], rows: dict[str, int]) -> None:
    """All accounts together; the time is that of the account whose sweep is the oldest."""
    from rich.table import Table

    by_model: dict[str, list[SweepStatus]] = defaultdict(list)
    for sweep in sweeps:
        by_model[sweep.resource].append(sweep)
    table = Table(box=None, pad_edge=False, header_style="bold", title="\nmodels", title_justify="left")
    table.add_column("model", overflow="fold")
    table.add_column("rows", justify="right")
    table.add_column("last sweep")
    table.add_column("availability", overflow="fold")
    for model, its in sorted(by_model.items()):
        unfinished = any(sweep.unfinished for sweep in its)
        finished = [sweep.last_finished_at for sweep in its if sweep.last_finished_at]
        oldest = min(finished) if len(finished) == len(its) else None
        said = dict.fromkeys(sweep.availability for sweep in its if sweep.availability)
        table.add_row(
            model,
            f"{rows.get(model, 0):,}",
            _when(oldest) + (" (one is unfinished)" if unfinished else ""),
            "; ".join(said),
            style="" if rows.get(model) else "dim",
        )
    console.print(table)


def _when(time: datetime | None) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M:%S") if time else "never"
