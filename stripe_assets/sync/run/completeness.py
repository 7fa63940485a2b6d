"""Whether a model is whole: it is not, while it or a model that it is read through has a hole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from stripe_assets.catalog.retrieval import read_by_platform
from stripe_assets.catalog.roles import EVENT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import Availability, Hole, Owner
from stripe_assets.sync.engine import fan_out
from stripe_assets.sync.engine.holes import FEED, ROUTE, summary
from stripe_assets.sync.engine.session import Session


@dataclass(frozen=True, slots=True)
class Missing:
    """What a model lacks."""

    open: Sequence[Hole] = ()
    left: Sequence[Hole] = ()
    """Those of `open` that this run asked for in vain."""

    def __bool__(self) -> bool:
        return bool(self.open)

    @property
    def said(self) -> str:
        return summary([*self.left, *(hole for hole in self.open if hole not in self.left)])


class Completeness:
    def __init__(
        self,
        session: Session,
        owners: Sequence[Owner],
        follows: Callable[[Owner, str], bool],
    ) -> None:
        """`follows`: whether a model of an account follows events in this run."""
        self._session = session
        self._owners = owners
        self._follows = follows
        self._above: dict[str, list[str]] = {}

    def missing(self, model: str, owner: Owner | None = None) -> Missing:
        """Of one account, or of all of the run."""
        holes, above = self._session.before.holes, self.above(model)
        if holes.are_none:
            return Missing()
        owners = self._owners if owner is None else [owner]
        found = [hole for one in owners for hole in holes.of(one, above)]
        left = [hole for one in owners for hole in holes.left(one, above)] if found else []
        platform = self._owners[0]
        if owner is not None and owner != platform:
            found += [hole for hole in holes.of(platform, above) if self._is_of(hole, owner)]
            left += [hole for hole in holes.left(platform, above) if self._is_of(hole, owner)]
        unread = [hole for one in owners for hole in self._unread_events(one, model)]
        return Missing([*found, *unread], [*left, *unread])

    def _is_of(self, hole: Hole, owner: Owner) -> bool:
        """Whether a hole of the platform lacks rows of a connected account: the platform reads the
        accounts, and some lists below them."""
        catalog = self._session.catalog
        if not read_by_platform(catalog, catalog[hole.model]):
            return False
        is_fan_out = hole.key.startswith(fan_out.PREFIX)
        return not is_fan_out or hole.key.endswith(f" {owner.account_id}")

    def _unread_events(self, owner: Owner, model: str) -> list[Hole]:
        """A model that follows events lacks what they would have told."""
        left = self._session.before.holes.left(owner, [EVENT])
        unread = [hole for hole in left if hole.key == FEED]
        return unread if unread and model != EVENT and self._follows(owner, model) else []

    def availability(self, said: Availability, owner: Owner | None, model: str) -> Availability:
        """Adds, to what Stripe shows of a model, what could not be read of it."""
        if missing := self.missing(model, owner):
            return Availability("incomplete", missing.said)
        owners = self._owners if owner is None else [owner]
        holes = self._session.before.holes
        hidden = [
            hole
            for one in owners
            for hole in holes.unavailable(one, model)
            if not hole.key.startswith(ROUTE)  # `said` has these
        ]
        if not hidden or said.kind != "available":
            return said
        reason = "; ".join(filter(None, [said.reason, f"not {summary(hidden)}"]))
        return replace(said, reason=reason)

    def concerns(self, model: str, owner: Owner) -> bool:
        """Whether the model of an account had a hole, or has one now."""
        holes = self._session.before.holes
        return holes.concern(owner, self.above(model)) or bool(self._unread_events(owner, model))

    def above(self, model: str) -> list[str]:
        """Returns the model, and the models that it is read through."""
        if model not in self._above:
            upstreams = self._session.catalog.upstreams
            self._above[model] = list(with_upstreams(upstreams, [model]))
        return self._above[model]
