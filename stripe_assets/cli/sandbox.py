"""`stripe-assets sandbox`."""

from __future__ import annotations

import click


@click.command()
def sandbox() -> None:
    """A Stripe stand-in.."""
