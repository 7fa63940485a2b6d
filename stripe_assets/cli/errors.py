"""The errors of the commands: one message on stderr, and an exit code."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click


class CommandError(click.ClickException):
    """Something failed. Exit code 1."""

    exit_code = 1


class BadInput(CommandError):
    """The user has to type or set something differently. Exit code 2."""

    exit_code = 2


@contextmanager
def reported() -> Iterator[None]:
    """Turns the errors of the other packages into BadInput and CommandError."""
    from stripe_assets.mirror import KeyStoreError, MirrorError
    from stripe_assets.mirror.errors import InvalidDatabaseUrl
    from stripe_assets.stripe_api import StripeError

    try:
        yield
    except ValueError as error:
        # UnknownModel, UnknownAlias, InvalidApiKey, InstanceError and others of the project: their
        # messages name what is wrong. Any other ValueError is a bug.
        if type(error) is ValueError or type(error).__module__.split(".")[0] != "stripe_assets":
            raise
        raise BadInput(str(error)) from None
    except (KeyStoreError, InvalidDatabaseUrl) as error:  # a variable is missing or wrong
        raise BadInput(str(error)) from None
    except (MirrorError, StripeError) as error:
        raise CommandError(str(error)) from None
