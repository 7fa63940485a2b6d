"""What was readable before and is refused now, and how a user says that this is right."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from stripe_assets.mirror import Availability, Hole, Mirror, Owner
from stripe_assets.sync.engine.holes import REFUSED_NOW


def refused_now(mirror: Mirror, owners: Iterable[Owner]) -> list[Hole]:
    """Returns the holes of these accounts that Stripe refuses, though it did not before. Raises
    MirrorError."""
    return [hole for hole in mirror.holes.of(owners) if hole.answer.startswith(REFUSED_NOW)]


def accept(mirror: Mirror, holes: Collection[Hole]) -> None:
    """From now on these models are unavailable for these accounts. Raises MirrorError."""
    for hole in holes:
        said = Availability("refused", hole.answer.removeprefix(REFUSED_NOW))
        mirror.sweeps.results.set_availability(hole.model, {hole.owner: said})
    mirror.holes.close(hole.id for hole in holes)
