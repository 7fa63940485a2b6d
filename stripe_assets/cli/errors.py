"""How a command says what went wrong: one message on stderr and the exit code."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


class CommandError(click.ClickException):
    """Something failed."""

    exit_code = 1


class BadInput(CommandError):
    """Something that the user can type or set differently."""

    exit_code = 2


@contextmanager
def reported() -> Iterator[None]:
    """Turns the errors of the other rooms into BadInput and CommandError."""
    from stripe_assets.mirror import InvalidDatabaseUrl, KeyStoreError, MirrorError
    from stripe_assets.stripe_api import StripeError

    try:
        yield
    except ValueError as error:  # UnknownModel, UnknownAlias, InvalidApiKey, InstanceError: each names what is wrong
        if type(error) is ValueError or type(error).__module__.split(".")[0] != "stripe_assets":
            raise
        raise BadInput(str(error)) from None
    except (KeyStoreError, InvalidDatabaseUrl) as error:  # a variable that is missing or wrong
        raise BadInput(str(error)) from None
    except (MirrorError, StripeError) as error:
        raise CommandError(str(error)) from None
