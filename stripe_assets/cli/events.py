"""`stripe-assets events`: runs of the job `process_events`."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from stripe_assets.cli.errors import BadInput, CommandError, reported
from stripe_assets.cli.runs import checked_aliases, run_and_show

if TYPE_CHECKING:
    from stripe_assets.orchestration.in_process_runs import InProcessRuns
    from stripe_assets.sync import EventSelection


@click.command(short_help="Process Stripe's events.")
@click.option("--failed", is_flag=True, help="Only events whose webhooks are pending or failed.")
@click.option(
    "--type",
    "pattern",
    metavar="TYPE",
    help="Only events of this type. * stands for any text: 'payment_intent.*'.",
)
@click.option(
    "--ids",
    metavar="ID...",
    multiple=True,
    help="Only the events with these ids: --ids evt_1 evt_2.",
)
@click.argument("more_ids", metavar="", nargs=-1)
@click.option(
    "--api-key",
    "aliases",
    metavar="ALIAS",
    multiple=True,
    help="Only events of this key. Can be repeated.  [default: every key]",
)
@click.option(
    "-v",
    "--verbose",
    count=True,
    help="Print what was done about each event, and the traceback of each failure.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def events(
    failed: bool,
    pattern: str | None,
    ids: tuple[str, ...],
    more_ids: tuple[str, ...],
    aliases: tuple[str, ...],
    verbose: int,
    as_json: bool,
) -> None:
    """Process Stripe's events: read the changed objects again, and mark the deleted ones.

    Without an option, the command processes all events that Stripe still has: those of the last 30
    days. It does not process an event twice, but it tries failed events again.

    Each key is a run of the Dagster job process_events. Dagster's UI shows the runs: start
    `dagster dev` in this folder.
    """
    if more_ids and not ids:
        raise BadInput(
            f"{more_ids[0]!r} is not an option. Choose events by --ids, --type or --failed; "
            "-v takes no number."
        )
    with reported():
        from stripe_assets.sync import EventSelection

        selection = EventSelection(
            failed=failed, type=pattern, ids=tuple(dict.fromkeys(ids + more_ids))
        )
        chosen = checked_aliases(aliases)

        succeeded = process_and_show(chosen, selection, 1 + verbose, as_json)
    if not succeeded:
        click.get_current_context().exit(CommandError.exit_code)


def process_and_show(
    aliases: Mapping[str, str | None], selection: EventSelection, verbosity: int, as_json: bool
) -> bool:
    """Returns True when no event failed. Each key gets the ids that no key before it had.
    `aliases`: alias → why its key cannot be used."""
    from stripe_assets.cli.event_summary import print_events
    from stripe_assets.cli.summary import print_json
    from stripe_assets.orchestration.outcome import EventsOutcome
    from stripe_assets.sync import EventSummary

    *_, last = (alias for alias, error in aliases.items() if error is None)
    outcomes = [
        EventsOutcome(
            alias=alias,
            selection=selection,
            others=bool(selection.ids) and alias != last,
            error=error,
        )
        for alias, error in aliases.items()
    ]
    left = selection.ids

    def run(runs: InProcessRuns, outcome: EventsOutcome) -> None:
        nonlocal left
        if selection.ids and not left:
            outcome.record(EventSummary(outcome.alias))
            return
        outcome.selection = replace(selection, ids=left)
        runs.process_events(outcome, verbosity)
        if outcome.others and outcome.error is None:
            left = outcome.elsewhere

    return run_and_show(outcomes, run, print_json if as_json else print_events)
