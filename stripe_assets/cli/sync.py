"""`stripe-assets sync`: Dagster runs of this process, one per API key."""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stripe_assets.cli.errors import BadInput, CommandError, reported
from stripe_assets.cli.signals import Interrupted, raised_afterwards

if TYPE_CHECKING:
    from stripe_assets.orchestration.outcome import Outcome


@click.command(short_help="Copy Stripe's objects into the database.")
@click.argument("models", metavar="[MODEL]...", nargs=-1)
@click.option("--api-key", "aliases", metavar="ALIAS", multiple=True, help="Sync this key only. Can be repeated. Default: every key.")
@click.option("--full/--incremental", default=True, hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def sync(models: tuple[str, ...], aliases: tuple[str, ...], full: bool, as_json: bool) -> None:
    """Copy Stripe's objects into the database.

    A MODEL is named as in Stripe's API or in its libraries: checkout.session, CheckoutSession; dj-stripe's names do too. Without
    one, all are synced.

    Each key is a run of the Dagster job sync_models, seen in Dagster's UI when `dagster dev` runs in this folder.
    """
    if not full:
        raise BadInput("Incremental syncs are not there yet: leave --incremental out for a full one.")
    with reported():
        names = resource_names(models)
        chosen = checked_aliases(aliases)
        succeeded = run_and_show(chosen, names, as_json)
    if not succeeded:
        click.get_current_context().exit(CommandError.exit_code)


def resource_names(models: tuple[str, ...]) -> list[str]:
    """Resource names in the catalog's order, each once; none for all. Raises UnknownModel."""
    from stripe_assets.catalog import catalog

    chosen = {catalog().find(name).name for name in models}
    return [name for name in catalog().resources if name in chosen]


def checked_aliases(aliases: tuple[str, ...]) -> list[str]:
    """The aliases to sync, all of them if none is given, each with a usable key: what can be refused is refused before a run starts."""
    from stripe_assets.cli.database import opened, opened_if_there
    from stripe_assets.keys import HOW_TO_SET_A_KEY, KeyRing
    from stripe_assets.stripe_api import StripeApi

    with opened_if_there() as mirror:
        ring = KeyRing(mirror)
        chosen = list(dict.fromkeys(aliases)) or list(ring.aliases())
        if not chosen:
            raise BadInput(f"There is no API key. {HOW_TO_SET_A_KEY}")
        for alias in chosen:
            StripeApi(ring.api_key(alias))  # which checks the settings of the environment too
    opened().close()
    return chosen


def run_and_show(aliases: list[str], models: list[str], as_json: bool) -> bool:
    """True when every model of every key was synced or is unavailable."""
    from stripe_assets.cli.screen import Screen
    from stripe_assets.instance import settle_home

    settle_home(Path.cwd(), os.environ)
    screen = Screen()
    try:
        with screen.waiting("starting Dagster"):
            from stripe_assets.orchestration.in_process import SyncRuns
        runs = SyncRuns(screen)
        try:
            for alias in aliases:
                with raised_afterwards():
                    runs.run(alias, models)
        except Interrupted:
            _show([*runs.outcomes, *_left(runs.outcomes, aliases, models)], as_json)
            raise
    finally:
        screen.close()
    _show(runs.outcomes, as_json)
    return all(outcome.succeeded for outcome in runs.outcomes)


def _show(outcomes: Sequence[Outcome], as_json: bool) -> None:
    from stripe_assets.cli.summary import print_json, print_tables

    if as_json:
        print_json(outcomes)
    else:
        print_tables(outcomes)


def _left(done: Sequence[Outcome], aliases: list[str], models: list[str]) -> list[Outcome]:
    """Of an interrupted command: the keys whose run did not begin. Gives those whose run was ended their command where it has none."""
    from stripe_assets.catalog import catalog
    from stripe_assets.orchestration.outcome import Outcome
    from stripe_assets.orchestration.report import repeat_command

    left = [Outcome(alias, models or list(catalog().resources)) for alias in aliases[len(done) :]]
    for outcome in [*done, *left]:
        if "DagsterExecutionInterruptedError" in (outcome.error or ""):
            outcome.error = "interrupted"
        if not outcome.succeeded and outcome.repeat is None:
            outcome.repeat = repeat_command(outcome.alias, outcome.unfinished or outcome.models)
    return left
