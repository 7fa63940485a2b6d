"""What the last sweeps of an account could not read, and which models syncs keep current for it."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from stripe_assets.catalog import catalog
from stripe_assets.catalog.lists import has_own_list
from stripe_assets.mirror import Availability, Hole, Mirror, Owner
from stripe_assets.sync.engine.holes import REFUSED_NOW, is_whole_list


@dataclass(frozen=True, slots=True)
class Refusals:
    """What Stripe refused in the last sweeps of one account."""

    wholly: Mapping[str, str] = field(default_factory=dict)
    """Model of which nothing could be read → Stripe's reason."""
    partly: frozenset[str] = frozenset()
    """Models of which Stripe did not show something."""
    incomplete: frozenset[str] = frozenset()
    """Models of which something could not be read."""

    @classmethod
    def of(cls, said: Mapping[str, Availability]) -> Refusals:
        wholly = {name: one.reason for name, one in said.items() if one.is_refused}
        partly = (name for name, one in said.items() if one.kind == "available" and one.reason)
        incomplete = (name for name, one in said.items() if one.kind == "incomplete")
        return cls(wholly, frozenset(partly), frozenset(incomplete))

    @property
    def have_holes(self) -> bool:
        """Whether the database may have holes of the account. Of a model that is read below its
        parents alone, Stripe's refusal is one."""
        nested = any(not has_own_list(catalog()[name]) for name in self.wholly)
        return nested or bool(self.partly or self.incomplete)


@dataclass(frozen=True, slots=True)
class KnownHoles:
    """What runs before could not read of an account."""

    all: Sequence[Hole] = ()
    due: Sequence[Hole] = ()
    """Those that this run asks for."""


def open_holes(mirror: Mirror, owners: Collection[Owner]) -> dict[Owner, list[Hole]]:
    """Returns account → its holes. Raises MirrorError."""
    found: dict[Owner, list[Hole]] = {}
    for hole in mirror.holes.of(owners) if owners else ():
        found.setdefault(hole.owner, []).append(hole)
    return found


def never_read(mirror: Mirror, holes: Mapping[Owner, Sequence[Hole]]) -> set[tuple[Owner, str]]:
    """Returns the models whose list is a hole as a whole, and that have no row. A list that Stripe
    refuses now was read before. Raises MirrorError."""
    owners_of: dict[str, list[Owner]] = {}
    for owner, some in holes.items():
        unread = (hole for hole in some if not hole.answer.startswith(REFUSED_NOW))
        for name in {hole.model for hole in unread if is_whole_list(hole)}:
            owners_of.setdefault(name, []).append(owner)
    found = set[tuple[Owner, str]]()
    for name, owners in owners_of.items():
        rows = mirror.live_rows.counts_by_owner(name, owners)
        found |= {(owner, name) for owner in owners if not rows.get(owner)}
    return found


def last_refusals(mirror: Mirror, owners: Collection[Owner]) -> dict[Owner, Refusals]:
    """Returns account → what Stripe refused in its last sweeps. Raises MirrorError."""
    said: dict[Owner, dict[str, Availability]] = {owner: {} for owner in owners}
    for (owner, name), availability in mirror.sweeps.results.refusals(owners).items():
        said[owner][name] = availability
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
