"""What is optional in a request: expansions, inclusions and the size of a page.

Where Stripe refuses a request that has some, it is asked without all of them. If that answers, they
are tried in halves until those are found that are refused. To read a list without an expansion is
better than not to read it; and what is missing then is said.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from stripe_assets.mirror import Hole, Owner
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync.constants import MOST_TRIES
from stripe_assets.sync.engine.cursor import Place
from stripe_assets.sync.engine.holes import EXPANSION
from stripe_assets.sync.engine.source import Source

Option = tuple[str, Any]
"""A parameter and its value; of `expand`, one path."""
Ask = Callable[[dict[str, Any]], StripeError | None]
"""Sends a request with these parameters. Returns its error; None where it was answered."""

EXPAND, INCLUDE, SIZE = "expand", "include", "limit"
"""The parameters of v1's expansions, v2's inclusions (the start of their names), and the size of a
page."""


class Expansions:
    """The options that each endpoint has refused to each account."""

    def __init__(self) -> None:
        self._refused: defaultdict[Place, frozenset[Option]] = defaultdict(frozenset)
        self._in_vain: set[Place] = set()
        """Where no option was to blame, though a request with them was refused."""
        self._tries: Counter[Place] = Counter()
        self._locks: defaultdict[Place, threading.Lock] = defaultdict(threading.Lock)

    def know(self, holes: Iterable[Hole], platform: Owner) -> None:
        """Takes over what was refused in the runs before. `platform`: the key's own account."""
        now = datetime.now(UTC)
        for hole in holes:
            if hole.unavailable and hole.key.startswith(EXPANSION) and not hole.is_due(now):
                endpoint, _, option = hole.key.removeprefix(EXPANSION).partition(" ")
                name, _, value = option.partition(" ")
                header = None if hole.owner == platform else hole.owner.account_id
                self.refuse((header, endpoint), [(name, int(value) if name == SIZE else value)])

    def refuse(self, place: Place, options: Iterable[Option]) -> None:
        """These options are not asked for any more."""
        self._refused[place] |= frozenset(options)

    def refused(self, place: Place) -> frozenset[Option]:
        return self._refused.get(place, frozenset())

    def without(self, place: Place, params: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the parameters that the endpoint has not refused."""
        refused = self._refused.get(place)
        return _without(params, refused) if refused else dict(params)

    def find_refused(
        self,
        place: Place,
        params: Mapping[str, Any],
        ask: Ask,
        first: StripeError,
        *,
        with_size: bool,
    ) -> Sequence[Option] | None:
        """A request was refused, or failed. Returns which of its options are to blame, and leaves
        them out from now on. Empty: the request can be repeated as it is now. None: no try is left.

        `first`: that refusal. `with_size`: the size of the page may be to blame as well. Raises
        the error of the request without options. Sends at most MOST_TRIES requests for an endpoint.
        """
        with self._locks[place]:
            options = _options(params, with_size)
            known = self.refused(place)
            if known.intersection(options):  # another thread has found out meanwhile
                return ()
            if self._tries[place] >= MOST_TRIES:
                return None
            self._tries[place] += 1
            if error := ask(_without(params, options)):
                raise error
            found = self._halve(place, params, options, ask, first)
            if found is None:  # the server fails in other ways: nothing is to blame
                return ()
            if not found and place in self._in_vain:  # they are refused only together
                found = options
            elif not found:
                self._in_vain.add(place)
            self.refuse(place, found)
            return found

    def _halve(
        self,
        place: Place,
        params: Mapping[str, Any],
        options: Sequence[Option],
        ask: Ask,
        first: StripeError,
    ) -> list[Option] | None:
        """Returns the options that are refused: those that were tried alone, and those that there
        was no try left for. None: a try failed in another way."""
        refused: list[Option] = []
        untried = _pieces(options)
        while untried:
            some = untried.pop()
            if self._tries[place] >= MOST_TRIES:
                refused += some
                continue
            self._tries[place] += 1
            error = ask(_without(params, [one for one in options if one not in some]))
            if error and error.status != first.status:
                return None
            if error and len(some) > 1:
                untried += _pieces(some)
            elif error:
                refused += some
        return refused


def _pieces(options: Sequence[Option]) -> list[Sequence[Option]]:
    """Returns the two halves. A lone option has none."""
    half = len(options) // 2
    return [options[:half], options[half:]] if half else [options]


def given_up(source: Source, option: Option) -> Hole:
    """Returns what is recorded of an option that Stripe refuses. `Expansions.know` reads it."""
    name = f"{option[0]} {option[1]}"
    key = f"{EXPANSION}{source.endpoint} {name}"
    return Hole(source.reader, source.model, key, (), f"refused: {name}", unavailable=True)


def has_options(params: Mapping[str, Any]) -> bool:
    return bool(_options(params, with_size=False))


def _options(params: Mapping[str, Any], with_size: bool) -> list[Option]:
    found = [(EXPAND, path) for path in params.get(EXPAND, ())]
    for name, value in params.items():
        if name.startswith(INCLUDE) or (with_size and name == SIZE):
            found.append((name, value))
    return found


def _without(params: Mapping[str, Any], options: Iterable[Option]) -> dict[str, Any]:
    left_out = set(options)
    names = {name for name, _ in left_out} - {EXPAND}
    kept = {name: value for name, value in params.items() if name not in names}
    if EXPAND in kept:
        kept[EXPAND] = [path for path in kept[EXPAND] if (EXPAND, path) not in left_out]
        if not kept[EXPAND]:
            del kept[EXPAND]
    return kept
