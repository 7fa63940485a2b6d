"""One API call, decoded: who asks, of which account, what."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_assets.sandbox.calls.parameters import Params
from stripe_assets.sandbox.keys import Key
from stripe_assets.sandbox.objects.store import Space


@dataclass(slots=True)
class Call:
    method: str
    path: str
    query: str
    params: Params
    key: Key
    space: Space
    now: int
    request_id: str
    idempotency_key: str | None = None
    places: dict[str, str] = field(default_factory=dict)
    """The URL's placeholders: what the route's template calls them, and what stood there."""


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
