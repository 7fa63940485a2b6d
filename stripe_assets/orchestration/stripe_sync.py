"""The runs' and the sensors' way to the keys, the database and Stripe."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Protocol

from stripe_assets.keys import KeyRing, UnknownAlias
from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.stripe_api import InvalidApiKey, InvalidSetting
from stripe_assets.sync import (
    EventProgress,
    EventReport,
    EventRun,
    EventSelection,
    EventSummary,
    EventWatch,
    KeySync,
    Mode,
    ModelResult,
    Plan,
    Progress,
    SyncAborted,
    WatchedEvent,
)

logger = logging.getLogger(__name__)

FOR_THE_READER = (SyncAborted, MirrorError, InvalidApiKey, InvalidSetting, UnknownAlias)
"""Errors whose message says what happened and what to do: a traceback would only hide it."""

Report = Callable[[EventReport], object]


class Sync(Protocol):
    """What a run needs of `KeySync`."""

    @property
    def progress(self) -> Progress: ...

    @property
    def related(self) -> str | None: ...

    def prepare(self) -> Plan: ...

    def run(self) -> Iterator[ModelResult]: ...


class Events(Protocol):
    """What a run needs of `EventRun`."""

    @property
    def progress(self) -> EventProgress: ...

    @property
    def summary(self) -> EventSummary: ...

    def prepare(self) -> list[str]: ...

    def run(self) -> EventSummary: ...


class Watch(Protocol):
    """What a sensor needs of `EventWatch`."""

    behind: dict[str, str]

    def owners(self) -> tuple[Owner, ...]: ...

    def failed_deliveries(self, owner: Owner) -> tuple[WatchedEvent, ...]: ...

    def new_events(self, owner: Owner) -> tuple[WatchedEvent, ...] | None: ...


class StripeSync:
    """The resource of assets, jobs and sensors. Holds nothing: database and keys are read from the environment when a run asks, so that
    no secret and no address is part of a definition or of a run's record."""

    def aliases(self) -> tuple[str, ...]:
        """Every API key there is, in the database and in the environment. Raises MirrorError."""
        with Mirror.open() as mirror:
            return KeyRing(mirror).aliases()

    def open(
        self, alias: str, models: Sequence[str], mode: Mode, run_id: str
    ) -> AbstractContextManager[Sync]:
        """One key's sync, ended with the context. Raises UnknownAlias, InvalidApiKey and MirrorError before a request is sent."""
        return _opened(alias, models, mode, run_id)

    def events(
        self, alias: str, selection: EventSelection, run_id: str, report: Report | None
    ) -> AbstractContextManager[Events]:
        """The same for the processing of one key's events. `report` is told of each event."""
        return _events(alias, selection, run_id, report)

    def watches(self) -> AbstractContextManager[Callable[[str], Watch]]:
        """A look at each key, by alias, over one connection to the database. Raises MirrorError; a watch raises what `open` does."""
        return _watches()


@contextmanager
def _opened(alias: str, models: Sequence[str], mode: Mode, run_id: str) -> Iterator[Sync]:
    with (
        Mirror.open() as mirror,
        KeySync(KeyRing(mirror).api_key(alias), mirror, models, run_id=run_id, mode=mode) as sync,
    ):
        yield sync


@contextmanager
def _events(
    alias: str, selection: EventSelection, run_id: str, report: Report | None
) -> Iterator[Events]:
    with (
        Mirror.open() as mirror,
        EventRun(
            KeyRing(mirror).api_key(alias), mirror, selection, run_id=run_id, report=report
        ) as run,
    ):
        yield run


@contextmanager
def _watches() -> Iterator[Callable[[str], Watch]]:
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
    """All of a tick in one transaction. A tick does not fail for it: what it has seen counts more."""
    requests: Counter[Owner] = Counter()
    for watch in watches:
        requests.update(watch.usage.uncounted())
    try:
        mirror.request_counts.add(requests, datetime.now(UTC))
    except MirrorError as error:
        logger.warning("the requests of a tick are not counted: %s", error)
