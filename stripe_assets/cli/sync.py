"""`stripe-assets sync`: runs of the job `sync_models`."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from stripe_assets.cli.errors import BadInput, CommandError, reported
from stripe_assets.cli.objects import objects_named, sync_and_show_objects
from stripe_assets.cli.runs import checked_aliases, run_and_show

if TYPE_CHECKING:
    from stripe_assets.sync import Mode


@click.command(short_help="Copy Stripe's objects into the database.")
@click.argument("models", metavar="[MODEL[:ID]]...", nargs=-1)
@click.option(
    "--api-key",
    "aliases",
    metavar="ALIAS",
    multiple=True,
    help="Sync only this key. Can be repeated.  [default: every key]",
)
@click.option("--full", is_flag=True, help="List everything, and look for deleted objects.")
@click.option(
    "--incremental",
    is_flag=True,
    help=(
        "Read the changed objects that Stripe's events report, and list what has no events.  "
        "[default: --incremental where that is enough, else --full]"
    ),
)
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def sync(
    models: tuple[str, ...], aliases: tuple[str, ...], full: bool, incremental: bool, as_json: bool
) -> None:
    """Copy Stripe's objects into the database.

    \b
    stripe-assets sync                      every model of every key
    stripe-assets sync Invoice Customer     some models
    stripe-assets sync Invoice:in_123       one object, and what it refers to

    Name a MODEL as Stripe's API does (checkout.session), as Stripe's libraries do
    (CheckoutSession), or as dj-stripe does (Session). Without a MODEL, all models are synced.

    Each key is a run of the Dagster job sync_models. Dagster's UI shows the runs: start
    `dagster dev` in this folder.
    """
    if full and incremental:
        raise BadInput(
            "--full and --incremental exclude each other. "
            "Without them the command chooses the better one."
        )
    with reported():
        objects = objects_named(models)
        if objects and (full or incremental):
            raise BadInput(
                "--full and --incremental are about models. An object is always read as it is now: "
                "leave them out."
            )
        names = [] if objects else resource_names(models)
        mode: Mode = "full" if full else "incremental" if incremental else "auto"
        if objects:
            succeeded = sync_and_show_objects(objects, aliases, as_json)
        else:
            succeeded = sync_and_show(checked_aliases(aliases), names, mode, as_json)
    if not succeeded:
        click.get_current_context().exit(CommandError.exit_code)


def resource_names(models: tuple[str, ...]) -> list[str]:
    """Returns the resource names of these models, each once, in the catalog's order.

    No model means all of them. Raises UnknownModel.
    """
    from stripe_assets.catalog import catalog

    chosen = {catalog().find(name).name for name in models}
    return [name for name in catalog().resources if name in chosen or not chosen]


def sync_and_show(
    aliases: Mapping[str, str | None], models: list[str], mode: Mode, as_json: bool
) -> bool:
    """Returns True when every model of every key was synced or is unavailable. `aliases`: alias →
    why its key cannot be used."""
    from stripe_assets.cli.summary import print_json, print_tables
    from stripe_assets.orchestration.outcome import SyncOutcome

    outcomes = [
        SyncOutcome(alias=alias, models=models, mode=mode, error=error)
        for alias, error in aliases.items()
    ]
    return run_and_show(
        outcomes, lambda runs, outcome: runs.sync(outcome), print_json if as_json else print_tables
    )
