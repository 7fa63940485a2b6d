"""A local Stripe stand-in over HTTP, on loopback only: for a first run without an account, and for tests.

It answers every route of the catalog as Stripe would, with the data of a small invented business. `keys` has the keys that
it knows, `control` what tests can tell it. It may import `catalog` and nothing else of the project.
"""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.keys import KEYS
from stripe_assets.sandbox.process import Sandbox

__all__ = ["KEYS", "Sandbox", "serve"]


def serve(**options: Any) -> None:
    """Serves in this process until it is stopped: see `stripe_assets.sandbox.running.serve`."""
    from stripe_assets.sandbox.running import serve as run  # noqa: PLC0415  # whoever only runs a subprocess needs no server here

    run(**options)
