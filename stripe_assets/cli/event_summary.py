"""The table that `events` prints on stdout at its end."""

from __future__ import annotations

from collections.abc import Sequence

from stripe_assets.cli.screen import stdout_console
from stripe_assets.cli.summary import print_failures, say
from stripe_assets.cli.table import Column, Line, print_table
from stripe_assets.orchestration.outcome import EventsOutcome
from stripe_assets.sync import EventSummary

_HEADINGS = ("listed", "processed", "already processed", "ignored", "failed")


def print_events(outcomes: Sequence[EventsOutcome]) -> None:
    console = stdout_console()
    done = [outcome.result for outcome in outcomes if outcome.result]
    if done:
        columns = [Column("key"), *(Column(heading, number=True) for heading in _HEADINGS)]
        print_table(console, "events", columns, [_line(result) for result in done])
    for outcome in outcomes:
        result = outcome.result
        if result:
            say(
                console,
                f"{outcome.alias}: {result.rows.total():,} rows, {result.requests:,} requests, "
                f"{result.seconds:.1f} s",
            )
            for reason, count in result.ignored.most_common():
                say(console, f"{outcome.alias}: {count:,} ignored: {reason}")
            for name, count in result.unknown_types.most_common():
                say(
                    console,
                    f"{outcome.alias}: {count:,} of type {name}, which this release does not know",
                    "yellow",
                )
            if result.related:
                say(console, f"{outcome.alias}: {result.related}")
        print_failures(console, outcome)


def _line(result: EventSummary) -> Line:
    counts = (
        result.listed,
        result.processed,
        result.already_processed,
        result.ignored.total(),
        result.failed_count,
    )
    return Line(
        (result.alias, *(f"{count:,}" for count in counts)), "" if result.succeeded else "red"
    )
