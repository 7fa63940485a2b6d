"""The command line `stripe-assets`: keys, sync, events, status, sandbox.

May import everything in the project. But a module that `main` imports imports only click and the
standard library at its top; everything else is imported inside the functions. So `--help` answers
at once, and `.env` is read before dagster is imported.
"""

from stripe_assets.cli.main import main

__all__ = ["main"]
