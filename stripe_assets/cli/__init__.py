"""`stripe-assets`: keys, sync, events, status, sandbox.

Nothing but click is imported before a command runs: `--help` answers at once, and `.env` is read before Dagster is. That is why the
imports stand inside the commands.
"""

from stripe_assets.cli.main import main

__all__ = ["main"]
