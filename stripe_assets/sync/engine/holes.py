"""The holes of a run: those of the runs before it, and those that it leaves itself.

The key of a hole says what was not read, and how it is read again:

- a list, or a part of one: its checkpoint's key (`/v1/invoices`, `/v1/invoices created 5..9`);
- `fan-out …`: the nested list of one parent;
- `sublist …`: the rest of a sublist;
- ITEMS and one of these: items of a page that no row can hold;
- OBJECT and an id: one object;
- IN_FULL and an id: what a retrieve includes of an object, and the list does not;
- UNLISTED and a route: objects that no list returns and Stripe does not show;
- ROUTE and a route: a list that Stripe shows for no parent;
- ABSENT, a route and a field: a sublist that answers leave out;
- FEED: the events of the account since the last run. The next run asks for them in any case;
- EXPANSION, a route and an expansion: what Stripe does not show;
- EVERYTHING: too much for a hole each. The model is swept again.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from stripe_assets.mirror import Hole, HoleId, Owner, without_ids
from stripe_assets.sync.engine.cursor import Place
from stripe_assets.sync.engine.shards import SHARD

ITEMS = "items of "
OBJECT = "object "
IN_FULL = "in full "
UNLISTED = "no longer listed "
FEED = "the events since the last run"
ROUTE = "for every parent "
ABSENT = "absent "
EXPANSION = "expansion "
EVERYTHING = "everything"
REFUSED_NOW = "it was readable before, and now Stripe refuses it: "
"""How the answer of a hole begins that a user can accept."""
REFUSALS_ENOUGH = 50
"""A nested list that so many parents refused, and none answered, is not asked for any more."""
NOT_YET = "not read yet"
NOT_ASKED = "the others are not asked for it"
REASONS_SHOWN, KEYS_SHOWN = 3, 2
MOST_HOLES = 100
"""Holes of one account and model that are kept apart. More are one hole with a count."""

Key = tuple[Owner, str]
"""An account and a model."""


class OpenHoles:
    """Thread-safe. A hole is noted here when it is written."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: defaultdict[Key, dict[str, Hole]] = defaultdict(dict)
        self._left: defaultdict[Key, dict[str, Hole]] = defaultdict(dict)
        self._refused: defaultdict[tuple[Owner, str, Place], list[Hole]] = defaultdict(list)
        self._replaced: dict[Key, list[HoleId]] = {}
        self._counts: Counter[tuple[Owner, str, bool]] = Counter()
        self._concerned: set[Key] = set()
        self._hidden: set[HoleId] = set()
        """What Stripe did not show to the runs before."""
        self._now = datetime.now(UTC)
        self.asks_for_all = False
        """A full sync asks again for what Stripe does not show."""

    def know(self, holes: Iterable[Hole]) -> None:
        """Adds holes of the runs before."""
        with self._lock:
            for hole in holes:
                self._known[hole.owner, hole.model][hole.key] = hole
                self._concerned.add((hole.owner, hole.model))
                if hole.unavailable:
                    self._hidden.add(hole.id)

    def leave(self, hole: Hole) -> Hole:
        """Something could not be read. Returns what is written of it: the hole, or one hole for
        many."""
        pair = (hole.owner, hole.model)
        with self._lock:
            left = self._left[pair]
            if hole.key not in left:
                self._counts[*pair, hole.unavailable] += hole.count
                count = self._counts[*pair, hole.unavailable]
                if count > MOST_HOLES and hole.answer != NOT_YET:
                    key = f"{EXPANSION}{EVERYTHING}" if hole.unavailable else EVERYTHING
                    hole = replace(hole, key=key, cursor=(), count=count)
            left[hole.key] = hole
            self._concerned.add(pair)
            return hole

    def refuse(self, hole: Hole, place: Place) -> None:
        """Stripe refused the list of one parent. `settle` says what that means."""
        with self._lock:
            self._refused[hole.owner, hole.model, place].append(hole)

    def settle(
        self,
        model: str,
        answered: Callable[[Place], bool],
        was_readable: Callable[[Owner], bool],
    ) -> dict[HoleId, Hole | None]:
        """All lists of the model are read. Where Stripe refused many nested lists and showed none,
        returns one hole for all in place of a hole for each. A user has to accept it where the
        model was readable before."""
        with self._lock:
            pairs = [pair for pair in self._refused if pair[1] == model]
            refused = {pair: self._refused.pop(pair) for pair in pairs}
        found: dict[HoleId, Hole | None] = {}
        for (owner, _, place), holes in refused.items():
            if len(holes) < REFUSALS_ENOUGH or answered(place):
                continue
            for hole in holes:
                self.fill(hole.id)
                found[hole.id] = None
            said = f"{holes[0].answer}; {len(holes)} parents refused it alike, {NOT_ASKED}"
            one = Hole(owner, model, f"{ROUTE}{place[1]}", (), said, True, len(holes))
            if was_readable(owner) and not self.was_hidden(one.id):
                one = replace(one, answer=f"{REFUSED_NOW}{said}", unavailable=False)
            with self._lock:
                self._left[owner, model][one.key] = one
            found[one.id] = one
        return found

    def has(self, id: HoleId) -> bool:
        """Whether this run has left the hole already."""
        owner, model, key = id
        return key in self._left.get((owner, model), ())

    def fill(self, id: HoleId) -> None:
        """A hole was read to its end."""
        owner, model, key = id
        with self._lock:
            self._known[owner, model].pop(key, None)
            left = self._left[owner, model].pop(key, None)
            if left:
                self._counts[owner, model, left.unavailable] -= left.count

    def begin_sweep(self, owner: Owner, model: str) -> None:
        """A new sweep reads again what lists return. It replaces the holes of before, but not
        those of single objects, and not what Stripe need not be asked for yet."""
        with self._lock:
            known = self._known.pop((owner, model), {})
            stay = {key: hole for key, hole in known.items() if self._stays(hole)}
            if stay:
                self._known[owner, model] = stay
            if replaced := [hole.id for key, hole in known.items() if key not in stay]:
                self._replaced[owner, model] = replaced

    def _stays(self, hole: Hole) -> bool:
        is_early = hole.unavailable and not self.asks_for_all and not hole.is_due(self._now)
        return is_early or hole.key.startswith((OBJECT, IN_FULL))

    def end_sweep(self, owner: Owner, model: str) -> list[HoleId]:
        """Returns the holes of before that the new sweep has filled."""
        with self._lock:
            ids = self._replaced.pop((owner, model), [])
            left = self._left.get((owner, model), {}) if ids else {}
            return [id for id in ids if id[2] not in left]

    @property
    def are_none(self) -> bool:
        """Whether no model has a hole, or had one."""
        return not self._concerned

    def concern(self, owner: Owner, models: Iterable[str]) -> bool:
        """Whether these models had holes, or have some now."""
        return bool(self._concerned) and any((owner, name) in self._concerned for name in models)

    def of(self, owner: Owner, models: Iterable[str]) -> list[Hole]:
        """The open holes of these models of an account, those of this run first."""
        return [hole for hole in self._all(owner, models) if not hole.unavailable]

    def left(self, owner: Owner, models: Iterable[str]) -> list[Hole]:
        """What this run itself could not read."""
        if not self._concerned:
            return []
        with self._lock:
            left = [h for name in models for h in self._left.get((owner, name), {}).values()]
        return [hole for hole in left if not hole.unavailable]

    def unavailable(self, owner: Owner, model: str) -> list[Hole]:
        """What Stripe does not show of a model of an account."""
        return [hole for hole in self._all(owner, [model]) if hole.unavailable]

    def was_hidden(self, id: HoleId) -> bool:
        """Whether Stripe did not show this the last time, or a user has accepted that."""
        return id in self._hidden

    def is_unavailable(self, owner: Owner, model: str, key: str) -> bool:
        """Whether Stripe did not show this the last time, and need not be asked again yet."""
        known = self._known.get((owner, model))
        hole = known.get(key) if known and not self.asks_for_all else None
        return hole is not None and hole.unavailable and not hole.is_due(self._now)

    def _all(self, owner: Owner, models: Iterable[str]) -> list[Hole]:
        if not self._concerned:
            return []
        found: dict[HoleId, Hole] = {}
        with self._lock:
            for holes in (self._left, self._known):
                for name in models:
                    for hole in holes.get((owner, name), {}).values():
                        found.setdefault(hole.id, hole)
        return list(found.values())


def is_whole_list(hole: Hole) -> bool:
    """Whether nothing of a list of an account could be read."""
    return hole.key.startswith("/") and SHARD not in hole.key and not hole.cursor


def summary(holes: Iterable[Hole]) -> str:
    """Returns what was not read and why, in one line. What has one reason stands together."""
    alike: dict[str, list[Hole]] = {}
    for hole in holes:
        alike.setdefault(without_ids(hole.answer), []).append(hole)
    lines = []
    for answer, some in list(alike.items())[:REASONS_SHOWN]:
        keys = list(dict.fromkeys(hole.key for hole in some))
        others = sum(hole.count for hole in some) - len(keys[:KEYS_SHOWN])
        more = f" and {others:,} more" if others > 0 else ""
        said = answer if len(some) > 1 else some[0].answer
        lines.append(f"{', '.join(keys[:KEYS_SHOWN])}{more}: {said}")
    hidden = len(alike) - len(lines)
    return "; ".join(lines) + (f"; and for {hidden:,} more reasons" if hidden else "")
