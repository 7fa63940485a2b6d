"""The command group, and what all commands share: `.env`, signals, errors and exit codes."""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from stripe_assets.cli.accept import accept
from stripe_assets.cli.errors import BadInput
from stripe_assets.cli.events import events
from stripe_assets.cli.keys import keys
from stripe_assets.cli.sandbox import sandbox
from stripe_assets.cli.signals import Interrupted, raise_on_signals
from stripe_assets.cli.status import status
from stripe_assets.cli.sync import sync


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stripe_assets", message="%(prog)s %(version)s")
def cli() -> None:
    """An exact copy of your Stripe accounts in a SQL database.

    Exit codes: 0 done, 1 something failed, 2 bad input, 130 and 143 ended by a signal.
    """


for command in (sync, events, status, accept, keys, sandbox):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Runs the command that the arguments name, and ends the process with its exit code."""
    raise_on_signals()
    try:
        code = _run(arguments)
    except Interrupted as interrupted:
        click.echo(f"\n{interrupted}", err=True)
        code = interrupted.exit_code
    except BrokenPipeError:  # as in `stripe-assets status | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    from stripe_assets.instance import InstanceError, read_env_file

    try:
        try:
            read_env_file(Path.cwd(), os.environ)
        except InstanceError as error:
            raise BadInput(str(error)) from None
        outcome = cli.main(arguments, prog_name="stripe-assets", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    return outcome if isinstance(outcome, int) else 0
