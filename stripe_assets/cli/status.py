"""`stripe-assets status`."""

from __future__ import annotations

import click


@click.command()
def status() -> None:
    """What is in the database.."""
