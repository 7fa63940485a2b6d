"""`stripe-assets sandbox`: a first sync without a Stripe account."""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
from pathlib import Path

import click

from stripe_assets.cli.errors import BadInput, CommandError, reported
from stripe_assets.cli.sync import resource_names, sync_and_show

ALIAS = "sandbox"
KEY = "sk_test_sandbox"
DEFAULT_PORT = 12111


@click.command(short_help="Run a local stand-in of Stripe's API.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port to listen on. 0 takes a free one.  [default: 12111; with --sync: 0]",
)
@click.option(
    "--seed",
    type=int,
    default=1,
    show_default=True,
    help="Chooses the data. The same seed gives the same data.",
)
@click.option(
    "--sync",
    "and_sync",
    is_flag=True,
    help="Sync the stand-in's account into the database, then stop the stand-in.",
)
@click.option("--json", "as_json", is_flag=True, help="With --sync: print the results as JSON.")
def sandbox(port: int | None, seed: int, and_sync: bool, as_json: bool) -> None:
    """Run a local stand-in of Stripe's API, with the data of a small invented business.

    The stand-in listens on this machine only, and runs until Ctrl-C. The command prints the
    variables to export, so that `stripe-assets sync` reads from the stand-in.
    """
    if and_sync:
        _sync(port or 0, seed, as_json)
    else:
        _serve(DEFAULT_PORT if port is None else port, seed)


def _serve(port: int, seed: int) -> None:
    from stripe_assets.sandbox import serve

    try:
        serve(port=port, seed=seed, started=_started)
    except OSError as error:
        raise CommandError(
            f"Port {port} cannot be used: {error.strerror}. "
            "Choose another port with --port, or 0 for a free one."
        ) from None


def _started(base: str) -> None:
    click.echo(f"A stand-in of Stripe's API runs at {base}. In another terminal, run:\n")
    for name, value in _environment(base).items():
        click.echo(f"export {name}={value}")
    click.echo(f"stripe-assets sync --api-key {ALIAS}")


def _environment(base: str) -> dict[str, str]:
    return {
        "STRIPE_API_BASE": base,
        f"STRIPE_API_KEY__{ALIAS.upper()}": KEY,
        "STRIPE_ASSETS_MAX_RPS": "0",
        "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0",
    }


def _sync(port: int, seed: int, as_json: bool) -> None:
    from stripe_assets.cli.database import opened, shown
    from stripe_assets.keys import KeyRing
    from stripe_assets.sandbox import Sandbox

    with reported():
        url = shown()
        with opened() as mirror:
            if ALIAS in KeyRing(mirror).stored():
                raise BadInput(
                    f"The database has a stored key with the alias {ALIAS}. Remove it first "
                    f"(stripe-assets keys remove {ALIAS}), or use another database."
                )
        try:
            running = Sandbox(port=port, seed=seed).start()
        except RuntimeError as error:
            raise CommandError(str(error)) from None
        try:
            os.environ.update(_environment(running.base))
            succeeded = sync_and_show({ALIAS: None}, resource_names(()), "auto", as_json)
        finally:
            running.stop()
    if not as_json:
        click.echo(f"database: {url}")
        click.echo(next_steps(port, seed))
    if not succeeded:
        click.get_current_context().exit(CommandError.exit_code)


def next_steps(port: int, seed: int) -> str:
    """Returns the commands that sync the sandbox from Dagster's UI.

    The sandbox has stopped by then. In the UI its API key is a partition like any other.
    """
    again = [f"--port {port}"] if port else []
    again += [f"--seed {seed}"] if seed != 1 else []
    dagster = (
        "dagster dev"
        if Path("workspace.yaml").exists()
        else "dagster dev -m stripe_assets.definitions"
    )
    exports = " ".join(
        f"{name}={value}"
        for name, value in _environment(f"http://127.0.0.1:{port or DEFAULT_PORT}").items()
    )
    return (
        f"\nTo materialize the partition {ALIAS} in Dagster's UI, start the stand-in in another "
        "terminal, then Dagster in this folder:\n"
        f"  {' '.join(['stripe-assets sandbox', *again])}\n"
        f"  export {exports}; {dagster}"
    )
