"""One decoded API call, and the reply to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_assets.sandbox.calls.parameters import Params
from stripe_assets.sandbox.keys import Key
from stripe_assets.sandbox.objects.store import Space


@dataclass(slots=True)
class Call:
    """One API call: its key, the account and mode that it reads or changes, and its parameters."""

    method: str
    path: str
    query: str
    params: Params
    key: Key
    space: Space
    now: int
    """The sandbox's time in Unix seconds."""
    request_id: str
    idempotency_key: str | None = None
    places: dict[str, str] = field(default_factory=dict)
    """The route's placeholders and their values in this URL, in the order of the URL."""


@dataclass(slots=True)
class Reply:
    """What the server sends back. A `status` of 0 closes the connection without an answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
