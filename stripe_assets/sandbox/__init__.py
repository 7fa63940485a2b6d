"""A local Stripe stand-in over HTTP, for a first run without an account and for tests.

It listens on loopback only. It answers every route of the catalog as Stripe would, with the data
of a small invented business. It may import `catalog` and nothing else of the project.

| room | what it is | may import |
| --- | --- | --- |
| `objects` | Stripe's objects as data, and the tables that hold them | |
| `calls` | one API call before it is answered | `objects` |
| `business` | the data that a sandbox starts with | `objects`, `calls` |
| `behaviour` | what Stripe does with a call | the three above |
| `http` | the server, its control calls, and its subprocess | every room |

`keys` and `settings` belong to no room: every room but `objects` may import them.
"""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.http.process import Sandbox
from stripe_assets.sandbox.keys import KEYS

__all__ = ["KEYS", "Sandbox", "serve"]


def serve(**options: Any) -> None:
    """Serves in this process until it is stopped: see `sandbox.http.running.serve`."""
    # A program that only starts a subprocess does not need the server's imports.
    from stripe_assets.sandbox.http.running import serve as run  # noqa: PLC0415

    run(**options)
