"""A sensor's round: one account of each API key in turn, within a tick's time, and where the next tick goes on.

A key that fails or hangs is out until the next tick, which begins with the account after the one that it failed at.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from stripe_assets.mirror import Owner
from stripe_assets.orchestration.stripe_sync import FOR_THE_READER, Watch
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync import WatchedEvent

TICK_SECONDS = 20.0
REQUEST_SECONDS = 5.0
FIRST_WAIT, LONGEST_WAIT = 60.0, 86_400.0
"""Seconds until what a run has left as it was is asked for again; doubled each time."""


@dataclass(slots=True)
class Asked:
    """A run that was requested."""

    what: str
    times: int
    at: float
    """Unix seconds."""

    @property
    def again_at(self) -> float:
        return self.at + min(FIRST_WAIT * 2 ** min(self.times - 1, 20), LONGEST_WAIT)


@dataclass(slots=True)
class Seen:
    """What the cursor keeps of a key."""

    account: str | None = None
    """The one that was looked at last."""
    event: str | None = None
    """The last one that a run was requested for."""
    error: str | None = None
    """Of the last tick that looked."""
    behind: dict[str, str] = field(default_factory=dict)
    """See `EventWatch.behind`."""
    asked: dict[str, Asked] = field(default_factory=dict)
    """The last request for each account of which it may not be settled."""

    @classmethod
    def of(cls, said: dict[str, Any]) -> Seen:
        return cls(
            **{
                **said,
                "asked": {
                    account: Asked(**asked) for account, asked in said.get("asked", {}).items()
                },
            }
        )


@dataclass(slots=True)
class Cursor:
    begin_with: str | None = None
    """The key whose turn it was when the last tick's time was over."""
    keys: dict[str, Seen] = field(default_factory=dict)

    @classmethod
    def parsed(cls, text: str | None) -> Cursor:
        """An empty one for no text, and for a text that is none of ours."""
        try:
            said = json.loads(text or "{}")
            keys = {alias: Seen.of(its) for alias, its in said.get("keys", {}).items()}
            return cls(said.get("begin_with"), keys)
        except (ValueError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Look:
    alias: str
    owner: Owner
    events: tuple[WatchedEvent, ...] | None


class Round:
    """What it comes to is in `cursor`, `late` (time was over) and each key's error there."""

    def __init__(
        self,
        cursor: str | None,
        aliases: Collection[str],
        busy: Collection[str],
        log: logging.Logger,
        seconds: float = TICK_SECONDS - REQUEST_SECONDS,
    ) -> None:
        """`busy`: keys that are not to be looked at now. `seconds`: after these no look begins."""
        self.cursor = Cursor.parsed(cursor)
        self.cursor.keys = {alias: self.cursor.keys.get(alias, Seen()) for alias in sorted(aliases)}
        self.aliases = [alias for alias in self.cursor.keys if alias not in busy]
        self.late = False
        self._log = log
        self._finished: set[str] = set()
        self._ends = time.monotonic() + seconds

    def looks(
        self,
        watch: Callable[[str], Watch],
        look: Callable[[Watch, Owner], tuple[WatchedEvent, ...] | None],
    ) -> Iterator[Look]:
        """One look at each account of each key, as far as there is time."""
        turns = deque(self._in_turn())
        watches: dict[str, tuple[Watch, deque[Owner]]] = {}
        self.cursor.begin_with = None
        while turns:
            if time.monotonic() >= self._ends:
                self.late, self.cursor.begin_with = True, turns[0]
                return
            alias = turns.popleft()
            seen = self.cursor.keys[alias]
            try:
                if alias not in watches:
                    seen.error = None
                    opened = watch(alias)
                    opened.behind = seen.behind
                    watches[alias] = (opened, _after(seen.account, opened.owners()))
                opened, owners = watches[alias]
                owner = owners.popleft()
                seen.account = owner.account_id
                events = look(opened, owner)
            except (StripeError, *FOR_THE_READER) as error:
                self._fail(alias, str(error))
                continue
            except (
                Exception
            ) as error:  # a bug met with one key's data is no reason to leave the others
                self._log.exception("%s: unexpected", alias)
                self._fail(alias, f"{type(error).__name__}: see the log of this tick")
                continue
            yield Look(alias, owner, events)
            if owners and alias not in self._finished:
                turns.append(alias)

    def finish(self, alias: str) -> None:
        """Nothing more of this key in this round."""
        self._finished.add(alias)

    def run_key(self, alias: str, account: str, events: Sequence[WatchedEvent]) -> str | None:
        """The key of a run for these events, which a new failure of one of them changes.

        None where there is nothing to run for, or where a run was requested for just this and has changed nothing: that is
        repeated later, and later each time.
        """
        asked, now = self.cursor.keys[alias].asked, datetime.now(UTC).timestamp()
        if not events:
            asked.pop(account, None)
            return None
        last = max(events, key=lambda event: (event.created, event.id))  # a second may have several
        what = (
            f"{alias}/{account}/{last.id}/{len(events)}-{sum(event.attempts for event in events)}"
        )
        before = asked.get(account)
        times = before.times + 1 if before and before.what == what else 1
        if before and times > 1 and now < before.again_at:
            return None
        asked[account] = Asked(what, times, now)
        self.cursor.keys[alias].event = last.id
        return what if times == 1 else f"{what}/{times}"

    def errors(self) -> list[str]:
        return [f"{alias}: {seen.error}" for alias, seen in self.cursor.keys.items() if seen.error]

    def _fail(self, alias: str, error: str) -> None:
        self.cursor.keys[alias].error = error
        self._log.warning("%s: %s", alias, error)

    def _in_turn(self) -> list[str]:
        first = self.cursor.begin_with
        return sorted(self.aliases, key=lambda alias: (first is not None and alias < first, alias))


def _after(account: str | None, owners: Sequence[Owner]) -> deque[Owner]:
    """All of them, beginning behind this one."""
    turn = deque(owners)
    position = next(
        (index for index, owner in enumerate(owners) if owner.account_id == account), -1
    )
    turn.rotate(-(position + 1))
    return turn
