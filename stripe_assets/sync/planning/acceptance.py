"""What was readable before and is refused now, and how a user says that this is right."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.mirror import Availability, Batch, Hole, HoleId, Mirror, Owner
from stripe_assets.sync.engine.holes import IN_FULL, REFUSED_NOW, ROUTE


def refused_now(mirror: Mirror, owners: Iterable[Owner]) -> list[Hole]:
    """Returns the holes of these accounts that Stripe refuses, though it did not before. Raises
    MirrorError."""
    return [hole for hole in mirror.holes.of(owners) if hole.answer.startswith(REFUSED_NOW)]


def accept(mirror: Mirror, holes: Collection[Hole]) -> None:
    """From now on these models are unavailable for these accounts. Raises MirrorError."""
    changed: dict[HoleId, Hole | None] = {}
    for hole in holes:
        reason = hole.answer.removeprefix(REFUSED_NOW)
        if hole.model == ACCOUNT or hole.key.startswith((ROUTE, IN_FULL)):  # the rest can be read
            changed[hole.id] = replace(hole, answer=reason, unavailable=True)
        else:
            mirror.sweeps.results.set_availability(
                hole.model, {hole.owner: Availability("refused", reason)}
            )
            changed[hole.id] = None
    mirror.write([Batch(holes=changed)])
