"""The faults of one run, drawn from a seed: what goes wrong, at which place, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from stripe_assets_tests.sync.holes.asked import Asked, Key, Place
from stripe_assets_tests.sync.holes.case import Case
from stripe_assets_tests.sync.holes.faults import FAULTS, Fault, Lasts, Reach
from stripe_assets_tests.sync.holes.server import Answer

Whose = Literal["own", "connected", "any"]

FEW: tuple[Place, ...] = ("own account", "accounts", "singleton")
"""Places that come up once or twice in a run."""
SHOWN = 4
"""False answers of a fault that a failure shows."""


@dataclass(slots=True)
class Injection:
    """One fault at one place. It takes the first place that fits, after `skip` others."""

    name: str
    place: Place
    whose: Whose
    skip: int
    lasts: Lasts
    reach: Reach
    pick: int
    target: Key | None = None
    """What is answered falsely. None: it has not come up."""
    left: Lasts = None
    seen: list[Key] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)
    given: list[Asked] = field(default_factory=list)
    """The requests that got a false answer."""

    @property
    def fault(self) -> Fault:
        return FAULTS[self.name]

    def answer(self, asked: Asked, true: Answer, ask: Callable[[Asked], Answer]) -> Answer | None:
        """Returns a false answer. None: the request is not this fault's."""
        if self.left == 0 or not self._concerns(asked):
            return None
        said = self.fault.lie(Case(asked, true, ask, self.pick, self.memory))
        if said is None:
            return None
        if self.target is None:
            if self._skips(asked):
                self.memory.clear()
                return None
            self.target, self.left = self._key(asked), self.lasts
        if self.left is not None:
            self.left -= 1
        self.given.append(asked)
        return said

    def _concerns(self, asked: Asked) -> bool:
        if self.target is not None and self.reach != "place":
            return self._key(asked) == self.target
        whose = "connected" if asked.account else "own"
        return asked.place == self.place and self.whose in ("any", whose)

    def _skips(self, asked: Asked) -> bool:
        key = asked.thing
        if key not in self.seen:
            self.seen.append(key)
        return self.seen.index(key) < self.skip

    def _key(self, asked: Asked) -> Key:
        match self.reach:
            case "thing":
                return asked.thing
            case "list":
                return asked.list
            case "endpoint":
                return asked.endpoint
            case "place":
                return (asked.place,)

    def __str__(self) -> str:
        lasts = "until healed" if self.lasts is None else f"{self.lasts} times"
        which = f"after {self.skip} others" if self.skip else "the first one"
        head = f"{self.name}: {self.place} ({self.whose}, {which}), one {self.reach}, {lasts}"
        if not self.given:
            return f"{head}: it did not come up"
        more = f" and {len(self.given) - SHOWN} more" if len(self.given) > SHOWN else ""
        return f"{head}: " + "; ".join(str(asked) for asked in self.given[:SHOWN]) + more


class Plan:
    """The faults of one run."""

    def __init__(self, injections: Sequence[Injection], ask: Callable[[Asked], Answer]) -> None:
        self.injections = injections
        self._ask = ask

    def __call__(self, asked: Asked, true: Answer) -> Answer:
        """The first fault that concerns the request answers it."""
        for injection in self.injections:
            if said := injection.answer(asked, true, self._ask):
                return said
        return true


def draw(random: Random, first: str, *, connected: bool, was_read: bool) -> list[Injection]:
    """Returns one to three faults. `first`: the name of the first one."""
    others = random.choices(list(FAULTS), k=random.choice((0, 0, 1, 2)))
    return [_one(random, name, connected, was_read) for name in (first, *others)]


def _one(random: Random, name: str, connected: bool, was_read: bool) -> Injection:
    fault = FAULTS[name]
    asked = [place for place in fault.places if connected or place != "accounts"]
    place = random.choice(asked)
    whose: Whose = random.choice(("own", "connected", "any")) if connected else "own"
    skip = random.choice((0, 0, 0, 1, 1, 2, 4))
    if place in FEW:
        whose, skip = "own", 0
    return Injection(
        name,
        place,
        whose,
        skip,
        lasts=random.choice(fault.may_last(place, was_read=was_read)),
        reach=random.choice(fault.reaches),
        pick=random.randrange(1_000),
    )
