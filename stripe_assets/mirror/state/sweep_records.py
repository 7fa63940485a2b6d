"""What is stored of a sweep, as plain records. A sweep is one complete listing of a resource."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from stripe_assets.mirror.availability import AVAILABLE, Availability
from stripe_assets.mirror.batch import Checkpoint, Owner

BEFORE_HOLES = datetime(1970, 1, 1, tzinfo=UTC)
"""In place of the time of a sweep that did not keep what it could not read."""

SweepKey = tuple[Owner, str]
"""The owner and the resource of a sweep."""


@dataclass(slots=True)
class Sweep:
    """A sweep of a resource for an owner. The run that began it was interrupted."""

    started_at: datetime
    scope: str = ""
    """Names what the run was about: see `stripe_assets.sync.planning.resume`."""
    finished: bool = False
    """Whether the sweep reached its end. Only then do the next two fields describe it."""
    availability: Availability | None = None
    current_until: datetime | None = None
    checkpoints: dict[str, Checkpoint] = field(default_factory=dict)
    """List key → how far that list was read. `Sweeps.load_checkpoints` fills it.

    A finished sweep has the checkpoints of those nested lists that are not read to their end.
    """


@dataclass(frozen=True, slots=True)
class FinishedSweep:
    """The result of a sweep that has reached its end."""

    owner: Owner
    resource: str
    rows: int
    """Live rows that the mirror now has of this owner and resource."""
    requests: int
    availability: Availability = AVAILABLE
    current_until: datetime | None = None
    """Every change until then is in the mirror, by Stripe's clock. An incremental run starts here.

    None where that time is not known.
    """
    began: datetime | None = None
    """When the sweep began, to the microsecond.

    Where another run has begun a sweep since, no later run resumes from this finished one.
    """


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """What is stored of (owner, resource), for `status`.

    It describes the last finished sweep, and says whether a newer one is unfinished.
    """

    owner: Owner
    resource: str
    unfinished: bool
    started_at: datetime
    last_started_at: datetime | None
    last_finished_at: datetime | None
    rows: int | None
    requests: int | None
    availability: Availability | None


def availability_of(row: Mapping[Any, Any]) -> Availability | None:
    text = row["availability"]
    return None if text is None else Availability.parse(text)


def key_of(row: Mapping[Any, Any]) -> SweepKey:
    return Owner(row["_account_id"], row["_livemode"]), row["resource"]
