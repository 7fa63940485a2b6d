"""How each model is kept current: what of a run is swept in full, and what follows the events since the last time."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from stripe_assets.catalog import catalog
from stripe_assets.catalog.incremental import incremental_strategies, is_incremental
from stripe_assets.catalog.lists import listed_under_accounts
from stripe_assets.catalog.upstreams import upstreams_of, with_upstreams
from stripe_assets.mirror import Mirror, Owner
from stripe_assets.sync.constants import RETENTION, SKEW
from stripe_assets.sync.planning.resume import SweepRun
from stripe_assets.sync.results import AVAILABLE, wholly_refused

Mode = Literal["auto", "full", "incremental"]
FRESH = timedelta(hours=1)
"""What an interrupted run has read within this time is not read again though nothing tells what has changed of it."""
MARGIN = timedelta(hours=1)
"""Events that Stripe is about to drop may be gone when the last page is asked for."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the last sweeps of an account could not read, by model."""

    wholly: Mapping[str, str]
    """→ Stripe's reason."""
    partly: frozenset[str]

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Refused:
        wholly = {name: reason for name, reason in said.items() if wholly_refused(reason)}
        return cls(
            wholly, frozenset(name for name, reason in said.items() if reason.startswith("partly:"))
        )


def refused(mirror: Mirror, owners: Collection[Owner]) -> dict[Owner, Refused]:
    """For each of these accounts. Raises MirrorError."""
    said: dict[Owner, dict[str, str]] = {owner: {} for owner in owners}
    for (owner, name), reason in mirror.refusals(owners, AVAILABLE).items():
        said[owner][name] = reason
    return {owner: Refused.of(its) for owner, its in said.items()}


def kept(
    mirror: Mirror, current: Iterable[tuple[Owner, str]], refused: Mapping[Owner, Refused]
) -> dict[Owner, frozenset[str]]:
    """The models that syncs keep current for each of these accounts, or will once a sweep that is under way has ended.

    Raises MirrorError.
    """
    found: dict[Owner, set[str]] = {owner: set() for owner in refused}
    for owner, name in itertools.chain(current, mirror.sweeps_under_way(refused)):
        if name not in refused[owner].wholly:
            found[owner].add(name)
    return {owner: frozenset(names) for owner, names in found.items()}


@dataclass(slots=True)
class Freshness:
    """What each account's models need in this run."""

    mirror: Mirror
    sweeps: SweepRun
    mode: Mode
    models: Sequence[str]
    """The selected ones and those that they are read from."""
    now: datetime
    swept: dict[Owner, frozenset[str]] = field(default_factory=dict)
    finished: dict[Owner, frozenset[str]] = field(default_factory=dict)
    """What would be swept too, had not the run that is gone on with read it to its end: it follows events, where it has some."""
    fresh: dict[Owner, frozenset[str]] = field(default_factory=dict)
    """Those of `finished` that were read a short time ago: they need not follow events."""
    gone_on: datetime | None = None
    """When the first of the sweeps began that are gone on with."""
    alone: dict[Owner, frozenset[str]] = field(default_factory=dict)
    """Those of `swept` that were refused and are asked for again, without what they hang on."""
    cursors: dict[Owner, datetime] = field(default_factory=dict)
    """From when on the events of an account are wanted, where some of its models follow them."""
    refused: dict[Owner, Refused] = field(default_factory=dict)
    kept: dict[Owner, frozenset[str]] = field(default_factory=dict)
    """The models that are kept current for an account, whether this run is about them or not."""
    reasons: dict[str, list[str]] = field(default_factory=dict)
    """Why models are swept although that was not asked for → which."""
    late: dict[str, list[str]] = field(default_factory=dict)
    """The same, of what was found out while the run went on."""

    def decide(self, owners: Collection[Owner]) -> None:
        """Looks up how current the mirror is for these accounts. Raises MirrorError."""
        current: dict[Owner, dict[str, datetime]] = {owner: {} for owner in owners}
        cursors = self.mirror.current(owners)
        for (owner, name), until in cursors.items():
            current[owner][name] = until
        its_refused = refused(self.mirror, owners)
        self.refused.update(its_refused)
        self.kept.update(kept(self.mirror, cursors, its_refused))
        left, everything, how = (
            self.sweeps.left(owners),
            frozenset(self.models),
            incremental_strategies(),
        )
        for owner in owners:
            self.swept[owner] = (
                everything if self.mode == "full" else self._wanted(owner, current[owner])
            )
            self.finished.pop(owner, None)
            if owner in left:
                fresh = frozenset(
                    name
                    for name, sweep in left[owner].items()
                    if self.now - sweep.started_at < FRESH
                )
                current_enough = {
                    name: one
                    for name, one in left[owner].items()
                    if not one.finished or name in fresh or how[name] != "list"
                }
                self.take_up(owner, self.sweeps.finished(current_enough, self.swept[owner]))
                self.fresh[owner] = fresh
                began = [left[owner][name].started_at for name in self.finished.get(owner, ())]
                self.gone_on = min(filter(None, [self.gone_on, *began]), default=None)
            by_events = [
                name for name in self.followed(owner) if how[name] in ("events", "parents")
            ]
            if its_cursors := [
                current[owner][name] for name in by_events if name in current[owner]
            ]:
                self.cursors[owner] = min(its_cursors)

    def take_up(self, owner: Owner, finished: frozenset[str]) -> None:
        """Of what is to be swept of an account these models need not be."""
        if finished != self.finished.get(owner, frozenset()):
            wanted = self.wanted(owner)
            self.finished[owner] = finished
            self.swept[owner] = wanted - finished

    def wanted(self, owner: Owner) -> frozenset[str]:
        """The models of an account of which a sweep is wanted, whether by this run or by the one that it goes on with."""
        return self.swept[owner] | self.finished.get(owner, frozenset())

    def _wanted(self, owner: Owner, current: Mapping[str, datetime]) -> frozenset[str]:
        """What cannot be kept current by events alone."""
        models, how = catalog(), incremental_strategies()
        listed = [
            name
            for name in self.models
            if upstreams_of(models, models[name]).is_listed and not models[name].rows_are_accounts
        ]
        again = {name for name in self.refused[owner].wholly if name in listed}
        asked = {
            name
            for name in again
            if models[name].singleton or any(route.parent is None for route in models[name].routes)
        }
        never = [name for name in listed if name not in current and name not in again]
        stale = [
            name
            for name in listed
            if name in current and not self.usable(current[name]) and name not in again
        ]
        complete = with_upstreams(models, [*never, *stale]).keys()
        needed = (
            complete
            | asked
            | {name for name in listed if how[name] == "list" and name not in again}
        )
        unlisted = frozenset(self.models).difference(listed)
        along = [
            name
            for name in unlisted
            if needed >= upstreams_of(models, models[name]).models - unlisted
        ]
        self.alone[owner] = frozenset(asked) - complete
        self._say("never swept to the end before", never)
        for name in stale:
            self._say(self._why_stale(current[name]), [name])
        self._say("refused the last time", sorted(asked))
        return frozenset([*needed, *along]) & frozenset(self.models)

    def usable(self, cursor: datetime) -> bool:
        """Whether all events since then can still be listed. A time that is still to come was another clock's."""
        return self.now - RETENTION + MARGIN <= cursor <= self.now + SKEW

    def _why_stale(self, cursor: datetime) -> str:
        if cursor > self.now:
            return "their last sweep is dated in the future"
        kept = f"Stripe keeps events for {RETENTION.days} days"
        return (
            f"current until {cursor:%Y-%m-%d} only, and {kept}: what happened between is not known"
        )

    def _say(self, why: str, names: Iterable[str]) -> None:
        said = self.reasons.setdefault(why, [])
        said += [name for name in names if name not in said]
        if not said:
            del self.reasons[why]

    @property
    def follows(self) -> bool:
        """Whether there is anything that is not swept."""
        return any(self.followed(owner) for owner in self.swept)

    def followed(self, owner: Owner) -> list[str]:
        """The models of an account that follow events in this run."""
        again = self.refused[owner].wholly if owner in self.refused else ()
        return [
            name
            for name in self.models
            if name not in self.swept[owner] and name not in again and is_incremental(name)
        ]

    def sweep_instead(self, owner: Owner, why: str) -> None:
        """The events of an account cannot be had: its models are swept."""
        followed = self.followed(owner)
        wanted = self.wanted(owner) | (frozenset(self.models) - listed_under_accounts(catalog()))
        self.finished[owner] = self.finished.get(owner, frozenset()) & self.fresh.get(
            owner, frozenset()
        )
        self.swept[owner] = wanted - self.finished[owner]
        self.cursors.pop(owner, None)
        self.late[why] = followed

    def lines(self) -> list[str]:
        """Which way was chosen and why, for the plan."""
        lines = []
        if self.gone_on:
            names = [
                name
                for name in self.models
                if any(name in finished for finished in self.finished.values())
            ]
            began = f"{self.gone_on:%Y-%m-%d %H:%M:%S} UTC"
            lines.append(
                f"goes on with the sync of {began}, which had finished {_named(names, len(self.models))}"
            )
        if self.cursors:
            first = min(self.cursors.values())
            following = {name for owner in self.cursors for name in self.followed(owner)}
            lines.append(
                f"incremental: {len(following)} models follow the events since {first:%Y-%m-%d %H:%M:%S} UTC"
            )
        return lines + self._swept_lines(self.reasons)

    def late_lines(self) -> list[str]:
        """What the plan did not know."""
        return self._swept_lines(self.late)

    def _swept_lines(self, reasons: Mapping[str, Sequence[str]]) -> list[str]:
        return [
            f"swept in full: {_named(names, len(self.models))}: {why}"
            for why, names in reasons.items()
        ]


def _named(names: Sequence[str], all_of_them: int) -> str:
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return shown if len(names) <= 5 or len(names) < all_of_them // 2 else f"{len(names)} models"
