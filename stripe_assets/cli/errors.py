"""How a command says what went wrong: one message on stderr and the exit code."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

FAILED = 1
BAD_INPUT = 2


class CommandError(click.ClickException):
    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@contextmanager
def reported() -> Iterator[None]:
    """Turns the errors of the other rooms into a CommandError: 2 for what the user can type differently, 1 for the rest."""
    from stripe_assets.mirror import MirrorError
    from stripe_assets.stripe_api import StripeError

    try:
        yield
    except ValueError as error:  # UnknownModel, UnknownAlias, InvalidApiKey, InstanceError: each names what is wrong
        if type(error) is ValueError or type(error).__module__.split(".")[0] != "stripe_assets":
            raise
        raise CommandError(str(error), BAD_INPUT) from None
    except (MirrorError, StripeError) as error:
        raise CommandError(str(error)) from None
