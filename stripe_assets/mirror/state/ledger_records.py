"""What the ledger says of events, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stripe_assets.mirror.batch import Owner

State = Literal["pending", "processed", "failed", "ignored"]


@dataclass(frozen=True, slots=True)
class EventState:
    """What the ledger says of one event."""

    state: State
    attempts: int = 0
    """How often it failed."""
    next_attempt_at: datetime | None = None
    error: str | None = None
    """Of the last failure."""
    reason: str | None = None
    """Why it is ignored."""


@dataclass(frozen=True, slots=True)
class Failing:
    """The events about one model that failed and are to be tried again."""

    owner: Owner
    object: str | None
    """The model. None for events whose model is not known."""
    count: int
    next_attempt_at: datetime | None
    """The earliest of them."""
    error: str | None
    """Of one of them."""
