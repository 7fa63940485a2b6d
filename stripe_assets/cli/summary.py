"""What `sync` prints on stdout at its end, and the JSON of every kind of run."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from stripe_assets.cli.screen import stdout_console
from stripe_assets.orchestration.outcome import Outcome, SyncOutcome


def print_json(outcomes: Sequence[Outcome]) -> None:
    click.echo(json.dumps({"runs": [outcome.as_json() for outcome in outcomes]}, indent=2))


def print_tables(outcomes: Sequence[SyncOutcome]) -> None:
    console = stdout_console()
    for outcome in outcomes:
        if outcome.results:
            console.print(_table(outcome))
            say(console, _totals(outcome))
        if outcome.related:
            say(console, outcome.related)
        for reason, models in outcome.unavailable.items():
            say(console, f"unavailable: {', '.join(models)}\n  {reason}", "yellow")
        for result in outcome.incomplete:
            say(console, f"incomplete: {result.model}\n  {result.availability.reason}", "yellow")
        print_failures(console, outcome)


def _table(outcome: SyncOutcome) -> Table:
    table = Table(
        title=outcome.alias, title_justify="left", box=None, pad_edge=False, header_style="bold"
    )
    table.add_column("model", overflow="fold")
    for heading in ("rows", "written", "requests", "seconds"):
        table.add_column(heading, justify="right")
    table.add_column("availability")
    for result in sorted(outcome.results, key=lambda result: result.model):
        style = {"failed": "red", "incomplete": "red", "unavailable": "yellow"}.get(
            result.status, "" if result.rows_in_mirror else "dim"
        )
        table.add_row(
            result.model,
            f"{result.rows_in_mirror:,}",
            f"{result.rows_written:,}",
            f"{result.requests:,}",
            f"{result.seconds:.1f}",
            result.availability.label if result.status == "ok" else result.status,
            style=style,
        )
    return table


def _totals(outcome: SyncOutcome) -> str:
    results = outcome.results
    with_rows = sum(result.rows_in_mirror > 0 for result in results)
    rows = sum(result.rows_in_mirror for result in results)
    models = "1 model" if len(results) == 1 else f"{len(results)} models"
    return (
        f"{outcome.alias}: {models}, {with_rows} with rows; "
        f"{rows:,} rows, {outcome.requests:,} requests"
    )


def print_failures(console: Console, outcome: Outcome) -> None:
    for line in outcome.failures():
        say(console, f"failed: {line}", "red")
    if outcome.repeat:
        say(console, f"To repeat what is missing:\n  {outcome.repeat}")


def say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(text, style=style), soft_wrap=True)
