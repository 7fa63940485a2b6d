"""What the ledger says about events, as plain records."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from stripe_assets.mirror.batch import Owner

State = Literal["pending", "processed", "failed", "ignored"]


@dataclass(frozen=True, slots=True)
class EventState:
    """What the ledger says about one event."""

    state: State
    attempts: int = 0
    """How often the event failed."""
    next_attempt_at: datetime | None = None
    error: str | None = None
    """The error of the last failure."""
    reason: str | None = None
    """Why the event is ignored."""


@dataclass(frozen=True, slots=True)
class Failing:
    """The events about one model that failed and are to be tried again."""

    owner: Owner
    object: str | None
    """The model. None for events whose model is not known."""
    count: int
    next_attempt_at: datetime | None
    """The earliest time of these events."""
    error: str | None
    """The error of one of these events."""
