"""The resource `stripe`: it gives runs and sensors the keys, the database and Stripe."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TypeVar

from stripe_assets.keys import KeyRing, UnknownAlias
from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.orchestration.display import RunDisplay
from stripe_assets.orchestration.outcome import Outcome
from stripe_assets.stripe_api import InvalidApiKey, InvalidSetting
from stripe_assets.sync import (
    EventReport,
    EventRun,
    EventSelection,
    EventWatch,
    KeySync,
    Mode,
    SyncAborted,
)

logger = logging.getLogger(__name__)

FOR_THE_READER = (SyncAborted, MirrorError, InvalidApiKey, InvalidSetting, UnknownAlias)
"""Errors whose message says what happened and what to do. A traceback would only hide it."""

Report = Callable[[EventReport], object]
AnyOutcome = TypeVar("AnyOutcome", bound=Outcome)


class StripeSync:
    """The resource of assets, jobs and sensors.

    It holds no state: the database and the keys are read from the environment when a run needs
    them. So no secret and no address is part of a definition or of a run's record.
    """

    display = RunDisplay()
    """Shows a key's run while it is in progress."""

    def aliases(self) -> tuple[str, ...]:
        """Returns the aliases of all API keys, stored or in the environment. Raises MirrorError."""
        with Mirror.open() as mirror:
            return KeyRing(mirror).aliases()

    def outcome_to_fill(self, new: AnyOutcome) -> AnyOutcome:
        """Returns the outcome that a key's run fills in: by default the new one that it made."""
        return new

    @contextmanager
    def open(self, alias: str, models: Sequence[str], mode: Mode, run_id: str) -> Iterator[KeySync]:
        """Opens one key's sync. It ends with the context.

        Raises UnknownAlias, InvalidApiKey and MirrorError before a request is sent.
        """
        with (
            Mirror.open() as mirror,
            KeySync(
                KeyRing(mirror).api_key(alias), mirror, models, run_id=run_id, mode=mode
            ) as sync,
        ):
            yield sync

    @contextmanager
    def events(
        self, alias: str, selection: EventSelection, run_id: str, report: Report | None
    ) -> Iterator[EventRun]:
        """Opens the processing of one key's events. Raises what `open` does.

        `report` gets each event after it was processed.
        """
        with (
            Mirror.open() as mirror,
            EventRun(
                KeyRing(mirror).api_key(alias), mirror, selection, run_id=run_id, report=report
            ) as run,
        ):
            yield run

    @contextmanager
    def watches(self) -> Iterator[Callable[[str], EventWatch]]:
        """Yields a function that opens a key's watch by its alias, for one tick of a sensor.

        All watches share one connection to the database. Raises MirrorError; the function raises
        what `open` does.
        """
        with Mirror.open() as mirror:
            ring, opened = KeyRing(mirror), list[EventWatch]()

            def watch(alias: str) -> EventWatch:
                opened.append(EventWatch(ring.api_key(alias), mirror))
                return opened[-1]

            try:
                yield watch
            finally:
                _count_reads(mirror, opened)


def _count_reads(mirror: Mirror, watches: Iterable[EventWatch]) -> None:
    """Stores a tick's request counts in one transaction.

    A tick does not fail where the counts cannot be stored: its events are worth more.
    """
    requests: Counter[Owner] = Counter()
    for watch in watches:
        requests.update(watch.usage.uncounted())
    try:
        mirror.request_counts.add(requests, datetime.now(UTC))
    except MirrorError as error:
        logger.warning("The requests of a tick are not counted: %s", error)
