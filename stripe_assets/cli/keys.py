"""`stripe-assets keys`."""

from __future__ import annotations

import click


@click.group()
def keys() -> None:
    """Add, list and remove API keys."""
