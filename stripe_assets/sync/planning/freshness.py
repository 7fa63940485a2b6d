"""How each model is kept current: why a run sweeps it in full, or lets it follow events.

The decision is made once for each account, and is a value. What changes it later (the events cannot
be read, another run took up a sweep) makes a new value.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from stripe_assets.catalog import Catalog, catalog
from stripe_assets.catalog.incremental import incremental_strategies, is_incremental
from stripe_assets.catalog.lists import has_own_list, listed_under_accounts
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import with_upstreams
from stripe_assets.mirror import BEFORE_HOLES, Hole, Mirror, Owner, Sweep, some_of
from stripe_assets.sync.constants import RETENTION, SKEW
from stripe_assets.sync.engine.holes import EVERYTHING, EXPANSION, ROUTE
from stripe_assets.sync.planning.refusals import (
    KnownHoles,
    Refusals,
    kept_current,
    last_refusals,
    never_read,
    open_holes,
)
from stripe_assets.sync.planning.resume import SweepRun

Mode = Literal["auto", "full", "incremental"]

FRESH = timedelta(hours=1)
"""A model without events is swept again by every run. But a run that continues an interrupted one
leaves out what that one swept within this time."""
MARGIN = timedelta(hours=1)
"""Stripe may drop its oldest events while they are listed. Cursors this close to that age count as
too old."""

NAMES_SHOWN = 5

Reasons = Mapping[str, Sequence[str]]
"""Why models are swept though nobody asked for it → which models."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What a run does with the models of one account."""

    models: Sequence[str]
    """All models of the run, in the catalog's order."""
    swept: frozenset[str]
    finished: frozenset[str] = frozenset()
    """Models that an interrupted run swept to their ends. This run, which continues that one, does
    not sweep them again: they follow events where they have some."""
    fresh: frozenset[str] = frozenset()
    """Models that an interrupted run swept a short time ago: they need not follow events."""
    alone: frozenset[str] = frozenset()
    """Swept models that Stripe refused the last time. They are asked for again, without the models
    that they are read through."""
    events_since: datetime | None = None
    """The start of the events that the account's models follow. None: they follow none."""
    continued: datetime | None = None
    """When the first of the sweeps began that an interrupted run finished."""
    refusals: Refusals = field(default_factory=Refusals)
    kept: frozenset[str] = frozenset()
    """All models that syncs keep current for the account, those of other runs as well."""
    readable: frozenset[str] = frozenset()
    """The models that a sweep has read before."""
    holes: KnownHoles = field(default_factory=KnownHoles)
    reasons: Reasons = field(default_factory=dict)

    @property
    def wanted(self) -> frozenset[str]:
        """The models that need a sweep, whether by this run or by the one that it continues."""
        return self.swept | self.finished

    @property
    def followed(self) -> list[str]:
        """The models that follow events in this run."""
        return [
            name
            for name in self.models
            if name not in self.swept and name not in self.refusals.wholly and is_incremental(name)
        ]

    def with_finished(self, finished: frozenset[str]) -> Decision:
        """These models need no sweep any more."""
        return replace(self, finished=finished, swept=self.wanted - finished)

    def without_events(self, why: str) -> Decision:
        """The events of the account cannot be read. Its models are swept."""
        wanted = self.wanted | (frozenset(self.models) - listed_under_accounts(catalog()))
        finished = self.finished & self.fresh
        return replace(
            self,
            finished=finished,
            swept=wanted - finished,
            events_since=None,
            reasons={why: tuple(self.followed)},
        )


Decisions = Mapping[Owner, Decision]


class Freshness:
    """Looks up how current the mirror is, and decides."""

    def __init__(
        self,
        mirror: Mirror,
        sweeps: SweepRun,
        mode: Mode,
        models: Sequence[str],
        now: datetime,
        at_once: bool,
    ) -> None:
        """`models`: the selected ones and the models that they are read through. `now`: by Stripe's
        clock. `at_once`: the user chose the models. Their holes are due."""
        self._mirror = mirror
        self._sweeps = sweeps
        self._mode: Mode = mode
        self._models = tuple(models)
        self._all = frozenset(models)
        self._now = now
        self._at_once = at_once or mode == "full"

    def decide(self, owners: Collection[Owner]) -> dict[Owner, Decision]:
        """Raises MirrorError."""
        cursors = self._mirror.sweeps.current_until(owners)
        current: dict[Owner, dict[str, datetime]] = {owner: {} for owner in owners}
        for (owner, name), until in cursors.items():
            current[owner][name] = until
        refusals = last_refusals(self._mirror, owners)
        kept = kept_current(self._mirror, cursors, refusals)
        interrupted = self._sweeps.interrupted(owners)
        # A run that was interrupted has said of no model whether it has holes.
        unsaid = {owner for owner, sweeps in interrupted.items() if sweeps.keys() - {ACCOUNT}}
        doubtful = [one for one in owners if one in unsaid or refusals[one].have_holes]
        holes = open_holes(self._mirror, doubtful)
        unread = never_read(self._mirror, holes)
        decisions = {}
        for owner in owners:
            known = holes.get(owner, [])
            due = [hole for hole in known if self._is_due(hole, interrupted.get(owner, {}))]
            decision = self._what_is_swept(current[owner], refusals[owner], due)
            if owner in interrupted:
                decision = self._continued(decision, interrupted[owner])
            since = _events_since(decision, current[owner])
            decisions[owner] = replace(
                decision,
                events_since=since,
                kept=kept[owner],
                readable=frozenset(current[owner]).difference(
                    refusals[owner].wholly, (name for one, name in unread if one == owner)
                ),
                holes=KnownHoles(known, due),
            )
        return decisions

    def _is_due(self, hole: Hole, continued: Collection[str]) -> bool:
        """What Stripe did not show to the run that this one continues is not due again."""
        at_once = self._mode == "full" and hole.model not in continued
        at_once |= self._at_once and not hole.unavailable
        return hole.model in self._all and (at_once or hole.is_due(datetime.now(UTC)))

    def _what_is_swept(
        self, current: Mapping[str, datetime], refusals: Refusals, due: Collection[Hole]
    ) -> Decision:
        if self._mode == "full":
            return Decision(self._models, self._all, refusals=refusals)
        models, how = catalog(), incremental_strategies()
        listed = [name for name in self._models if _is_listed(models, name)]
        refused = {name for name in refusals.wholly if name in listed}
        asked_again = {name for name in refused if has_own_list(models[name])}
        readable = [name for name in listed if name not in refused]
        never = [name for name in readable if name not in current]
        stale = [
            name for name in readable if name in current and not self._is_usable(current[name])
        ]
        again = sorted(
            hole.model
            for hole in due
            if hole.model in listed and hole.key.startswith((EVERYTHING, EXPANSION, ROUTE))
        )
        complete = with_upstreams(models.upstreams, [*never, *stale, *again]).keys()
        swept = complete | asked_again | {name for name in readable if how[name] == "list"}
        unlisted = frozenset(self._models).difference(listed)
        filled = [  # rows of these models come with the rows of swept models
            name for name in unlisted if swept >= models.upstreams[name].models - unlisted
        ]
        reasons: dict[str, list[str]] = {"never swept to the end before": never}
        for name in stale:
            reasons.setdefault(self._why_stale(current[name]), []).append(name)
        reasons["refused the last time"] = sorted(asked_again)
        reasons["something of them was not read, or not shown, the last time"] = list(
            dict.fromkeys(again)
        )
        return Decision(
            self._models,
            frozenset([*swept, *filled]) & self._all,
            alone=frozenset(asked_again) - complete,
            refusals=refusals,
            reasons={why: names for why, names in reasons.items() if names},
        )

    def _continued(self, decision: Decision, interrupted: Mapping[str, Sweep]) -> Decision:
        """Leaves out what an interrupted run has finished."""
        how = incremental_strategies()
        fresh = frozenset(
            name for name, sweep in interrupted.items() if self._now - sweep.started_at < FRESH
        )
        usable = {
            name: sweep
            for name, sweep in interrupted.items()
            if not sweep.finished or name in fresh or how[name] != "list"
        }
        finished = self._sweeps.finished(usable, decision.swept)
        began = [interrupted[name].started_at for name in finished]
        decision = decision.with_finished(finished) if finished else decision
        return replace(decision, fresh=fresh, continued=min(began, default=None))

    def _is_usable(self, cursor: datetime) -> bool:
        """Whether all events since the cursor can be listed. A time of the future is no cursor: it
        comes from a wrong clock."""
        return self._now - RETENTION + MARGIN <= cursor <= self._now + SKEW

    def _why_stale(self, cursor: datetime) -> str:
        if cursor == BEFORE_HOLES:
            return "swept by an earlier release, which did not keep what it could not read"
        if cursor > self._now:
            return "their last sweep is dated in the future"
        return (
            f"current until {cursor:%Y-%m-%d} only, and Stripe keeps events for"
            f" {RETENTION.days} days: what happened between is not known"
        )


def _events_since(decision: Decision, current: Mapping[str, datetime]) -> datetime | None:
    how = incremental_strategies()
    by_events = (name for name in decision.followed if how[name] in ("events", "parents"))
    return min((current[name] for name in by_events if name in current), default=None)


def _is_listed(models: Catalog, name: str) -> bool:
    return models.upstreams[name].is_listed and not models[name].rows_are_accounts


def follows_events(decisions: Decisions) -> bool:
    """Whether a run has anything that it does not sweep."""
    return any(decision.followed for decision in decisions.values())


def decision_lines(decisions: Decisions, models: Sequence[str]) -> list[str]:
    """Returns, for the plan, what was decided and why."""
    lines = []
    its = decisions.values()
    if continued := [decision.continued for decision in its if decision.continued]:
        names = [name for name in models if any(name in decision.finished for decision in its)]
        lines.append(
            f"continues the sync of {min(continued):%Y-%m-%d %H:%M:%S} UTC, which had finished"
            f" {_named(names, len(models))}"
        )
    if cursors := [decision.events_since for decision in its if decision.events_since]:
        following = {name for one in its if one.events_since for name in one.followed}
        follow = "model follows" if len(following) == 1 else "models follow"
        lines.append(
            f"incremental: {len(following)} {follow} the events since"
            f" {min(cursors):%Y-%m-%d %H:%M:%S} UTC"
        )
    due = [hole for decision in its for hole in decision.holes.due if not hole.unavailable]
    if due:
        names, count = {hole.model: None for hole in due}, sum(hole.count for hole in due)
        lines.append(
            f"asked for again: {count:,} {'thing' if count == 1 else 'things'} that could not be"
            f" read before, of {_named(names, len(models))}"
        )
    return lines + reason_lines(decisions, len(models))


def reason_lines(decisions: Decisions, models: int) -> list[str]:
    """`models`: how many the run has."""
    reasons: dict[str, dict[str, None]] = {}
    for decision in decisions.values():
        for why, names in decision.reasons.items():
            reasons.setdefault(why, {}).update(dict.fromkeys(names))
    return [f"swept in full: {_named(list(n), models)}: {why}" for why, n in reasons.items()]


def _named(names: Iterable[str], of: int) -> str:
    names = list(names)
    if len(names) > NAMES_SHOWN and len(names) >= of // 2:
        return f"{len(names)} models"
    return some_of(names, NAMES_SHOWN)
