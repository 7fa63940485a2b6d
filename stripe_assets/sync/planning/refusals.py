"""What the last sweeps of an account could not read, and which models syncs keep current for it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from stripe_assets.mirror import Mirror, Owner
from stripe_assets.mirror.availability import AVAILABLE, Availability


@dataclass(frozen=True, slots=True)
class Refusals:
    """What Stripe refused in the last sweeps of one account."""

    wholly: Mapping[str, str] = field(default_factory=dict)
    """Model of which nothing could be read → Stripe's reason."""
    partly: frozenset[str] = frozenset()
    """Models of which a part could not be read."""

    @classmethod
    def of(cls, said: Mapping[str, Availability]) -> Refusals:
        wholly = {name: one.reason for name, one in said.items() if one.is_refused}
        return cls(wholly, frozenset(name for name, one in said.items() if one.kind == "partly"))


def last_refusals(mirror: Mirror, owners: Collection[Owner]) -> dict[Owner, Refusals]:
    """Returns account → what Stripe refused in its last sweeps. Raises MirrorError."""
    said: dict[Owner, dict[str, Availability]] = {owner: {} for owner in owners}
    for (owner, name), text in mirror.sweeps.refusals(owners, AVAILABLE.kind).items():
        said[owner][name] = Availability.parse(text)
    return {owner: Refusals.of(models) for owner, models in said.items()}


def kept_current(
    mirror: Mirror, current: Iterable[tuple[Owner, str]], refusals: Mapping[Owner, Refusals]
) -> dict[Owner, frozenset[str]]:
    """Returns account → the models that syncs keep current for it, or will keep current when a
    sweep has ended that is under way.

    Raises MirrorError.
    """
    found: dict[Owner, set[str]] = {owner: set() for owner in refusals}
    for owner, name in itertools.chain(current, mirror.sweeps.under_way(refusals)):
        if name not in refusals[owner].wholly:
            found[owner].add(name)
    return {owner: frozenset(names) for owner, names in found.items()}
