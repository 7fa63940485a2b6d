"""A page of a list, or one object: what Stripe answered to a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stripe_assets.stripe_api import Answer


@dataclass(frozen=True, slots=True)
class Page:
    """What Stripe answered to a task."""

    items: list[dict[str, Any]]
    cursor: str | None
    """Where the next page begins: an id or a `next_page_url`. None: this is the last page."""
    answer: Answer
    kept: list[dict[str, Any]] = field(default_factory=list)
    """The items that become rows."""
    bad: int = 0
    """How many items no row can hold."""
    asked: frozenset[str] | None = None
    """What was asked for that comes on request alone, as paths below an object. None: the items may
    be partial."""
