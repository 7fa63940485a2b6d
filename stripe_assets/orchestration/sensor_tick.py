"""One tick of a sensor that asks Stripe for events: what it looks at, and which runs it requests.

A tick looks at one account of each API key in turn, as long as it has time. The cursor says where
the next tick continues. A key that fails or does not answer is left out until the next tick, which
begins with the account after the failed one.
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
from stripe_assets.orchestration.stripe_sync import FOR_THE_READER
from stripe_assets.stripe_api import StripeError
from stripe_assets.sync import EventWatch, WatchedEvent

TICK_SECONDS = 20.0
REQUEST_SECONDS = 5.0
FIRST_WAIT, LONGEST_WAIT = 60.0, 86_400.0
"""Seconds until a run that changed nothing is requested again. Each time the wait doubles."""


@dataclass(slots=True)
class RequestedRun:
    """The last run that a sensor requested for an account."""

    what: str
    """Its run key, without the number of times."""
    times: int
    """How often it was requested."""
    at: float
    """When it was requested last, in Unix seconds."""

    @property
    def again_at(self) -> float:
        """When the same run may be requested again, in Unix seconds."""
        return self.at + min(FIRST_WAIT * 2 ** min(self.times - 1, 20), LONGEST_WAIT)


@dataclass(slots=True)
class KeyCursor:
    """What the cursor keeps of one API key."""

    account: str | None = None
    """The account that a tick looked at last."""
    event: str | None = None
    """The last event that a run was requested for."""
    error: str | None = None
    """The error of the last tick that looked at the key."""
    behind: dict[str, str] = field(default_factory=dict)
    """`EventWatch.behind`, kept from one tick to the next."""
    asked: dict[str, RequestedRun] = field(default_factory=dict)
    """Account → its last requested run. Accounts without events to process are left out."""

    @classmethod
    def parsed(cls, values: dict[str, Any]) -> KeyCursor:
        """Raises TypeError and AttributeError for values of another format."""
        requested = {
            account: RequestedRun(**run) for account, run in values.get("asked", {}).items()
        }
        return cls(**{**values, "asked": requested})


@dataclass(slots=True)
class SensorCursor:
    """The sensor's cursor. Its text is JSON, with these field names."""

    begin_with: str | None = None
    """The key that comes first in the next tick, because the last tick ran out of time."""
    keys: dict[str, KeyCursor] = field(default_factory=dict)

    @classmethod
    def parsed(cls, text: str | None) -> SensorCursor:
        """Returns an empty cursor where the text is missing or has another format."""
        try:
            values = json.loads(text or "{}")
            keys = {alias: KeyCursor.parsed(its) for alias, its in values.get("keys", {}).items()}
            return cls(values.get("begin_with"), keys)
        except (ValueError, TypeError, AttributeError):
            return cls()

    def text(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class AccountEvents:
    """What one look at one account found."""

    alias: str
    owner: Owner
    events: tuple[WatchedEvent, ...] | None
    """None: a full sweep has to come first."""


class SensorTick:
    """One tick.

    Afterwards `cursor` has each key's error, and the place where the next tick begins.
    """

    def __init__(
        self,
        cursor: str | None,
        aliases: Collection[str],
        active: Collection[str],
        log: logging.Logger,
        seconds: float = TICK_SECONDS - REQUEST_SECONDS,
    ) -> None:
        """`active`: keys that have a run; the tick leaves them out.

        After `seconds` the tick begins no further look.
        """
        self.cursor = SensorCursor.parsed(cursor)
        self.cursor.keys = {
            alias: self.cursor.keys.get(alias, KeyCursor()) for alias in sorted(aliases)
        }
        self.aliases = [alias for alias in self.cursor.keys if alias not in active]
        self.out_of_time = False
        self._log = log
        self._finished: set[str] = set()
        self._ends = time.monotonic() + seconds

    def looks(
        self,
        watch: Callable[[str], EventWatch],
        look: Callable[[EventWatch, Owner], tuple[WatchedEvent, ...] | None],
    ) -> Iterator[AccountEvents]:
        """Looks at each account of each key, as long as there is time.

        `watch` opens a key's watch by its alias. `look` asks Stripe for an account's events.
        """
        turns = deque(self._in_turn())
        watches: dict[str, tuple[EventWatch, deque[Owner]]] = {}
        self.cursor.begin_with = None
        while turns:
            if time.monotonic() >= self._ends:
                self.out_of_time, self.cursor.begin_with = True, turns[0]
                return
            alias = turns.popleft()
            key = self.cursor.keys[alias]
            try:
                if alias not in watches:
                    key.error = None
                    opened = watch(alias)
                    opened.behind = key.behind
                    watches[alias] = (opened, _after(key.account, opened.owners()))
                opened, owners = watches[alias]
                owner = owners.popleft()
                key.account = owner.account_id
                events = look(opened, owner)
            except (StripeError, *FOR_THE_READER) as error:
                self._fail(alias, str(error))
                continue
            except Exception as error:  # a bug that one key's data meets must not stop the others
                self._log.exception("%s: unexpected error", alias)
                self._fail(alias, f"{type(error).__name__}: the log of this tick has the details")
                continue
            yield AccountEvents(alias, owner, events)
            if owners and alias not in self._finished:
                turns.append(alias)

    def finish(self, alias: str) -> None:
        """Looks at no further account of this key in this tick."""
        self._finished.add(alias)

    def run_key(self, alias: str, account: str, events: Sequence[WatchedEvent]) -> str | None:
        """Decides whether to request a run for these events, and returns its run key.

        The run key changes with a new event, and with a new failure of one of the events. Returns
        None where there is no event, and where the same run was requested before and changed
        nothing: that run is requested again later, each time after a longer wait.
        """
        requested, now = self.cursor.keys[alias].asked, datetime.now(UTC).timestamp()
        if not events:
            requested.pop(account, None)
            return None
        # Several events can have the same second.
        last = max(events, key=lambda event: (event.created, event.id))
        attempts = sum(event.attempts for event in events)
        what = f"{alias}/{account}/{last.id}/{len(events)}-{attempts}"
        before = requested.get(account)
        times = before.times + 1 if before and before.what == what else 1
        if before and times > 1 and now < before.again_at:
            return None
        requested[account] = RequestedRun(what, times, now)
        self.cursor.keys[alias].event = last.id
        return what if times == 1 else f"{what}/{times}"

    def errors(self) -> list[str]:
        """Returns a line for each key whose last look failed."""
        return [f"{alias}: {key.error}" for alias, key in self.cursor.keys.items() if key.error]

    def _fail(self, alias: str, error: str) -> None:
        self.cursor.keys[alias].error = error
        self._log.warning("%s: %s", alias, error)

    def _in_turn(self) -> list[str]:
        first = self.cursor.begin_with
        return sorted(self.aliases, key=lambda alias: (first is not None and alias < first, alias))


def _after(account: str | None, owners: Sequence[Owner]) -> deque[Owner]:
    """Returns all owners, beginning with the one after this account."""
    turn = deque(owners)
    position = next(
        (index for index, owner in enumerate(owners) if owner.account_id == account), -1
    )
    turn.rotate(-(position + 1))
    return turn
