"""What every run of an API key has: its client, its writer, its threads, and a way to end them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType

from stripe_assets.catalog import Catalog, catalog
from stripe_assets.catalog.model import Route
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.stripe_api import ApiKey, StripeApi
from stripe_assets.sync.engine.accounts import Accounts, AccountsPage
from stripe_assets.sync.engine.model_state import ModelState
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.request_counts import AccountUsage
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.write_queue import WriteQueue, WriteSink
from stripe_assets.sync.results import Progress

Nested = Mapping[str, list[tuple[str, Route]]]
"""Parent → the models and routes of the lists that are read for each of its rows."""


class SyncAborted(Exception):
    """The run of a key ended before all was done; the message says why and what to do."""


class Session:
    """A context manager: leaving it ends every thread, within the time of the request each is in."""

    def __init__(self, key: ApiKey, mirror: Mirror, pages: WriteSink | None = None) -> None:
        """`pages`: where what is read goes; by default it is written to the mirror as it comes."""
        self.alias = key.alias
        self.mirror = mirror
        self.catalog: Catalog = catalog()
        self.began = datetime.now(UTC)
        """By this machine's clock."""
        self.tolerated: dict[Owner, frozenset[str]] = {}
        """Models whose nested lists the last sweep has seen refused for some parents: that it is so again is no failure."""
        self.halt = threading.Event()
        self.api = StripeApi(key, stop=self.halt)
        self.progress = Progress(lambda: self.api.requests)
        self.writer = pages or WriteQueue(mirror, written=self.progress.written, broken=self.abort)
        self.usage = AccountUsage(mirror, self.api)
        self._writes_by_itself = pages is None
        self.platform: Owner
        """The key's own account; set when it is known."""
        self._phases: list[Pool] = []
        self._aborted: Exception | None = None

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the run's threads. What a thread has under way is finished or given up; nothing is written afterwards."""
        self.halt.set()
        for phase in self._phases:
            phase.close()
        self.writer.close()
        self.usage.close(tell=not isinstance(self._aborted, MirrorError))

    def abort(self, error: Exception) -> None:
        """The key is refused or the database is gone: the run ends."""
        self._aborted = self._aborted or error
        self.halt.set()

    def identify(self) -> tuple[Accounts, AccountsPage | None]:
        """Starts the run: finds out whose key it is. The account's own object comes with it where the key may read it.

        Raises InvalidApiKey when Stripe does not say whose it is, StripeError when it cannot be asked.
        """
        self.writer.start()
        key = self.api.key
        accounts = Accounts(self.api, key, self.catalog[ACCOUNT])
        own_id, own = accounts.own()
        self.is_of(Owner(own_id, key.livemode))
        return accounts, own

    def is_of(self, platform: Owner) -> None:
        """It is known whose key it is: the budget is the account's, whichever key reaches it."""
        self.platform = platform
        self.api.key = replace(self.api.key, account_id=platform.account_id)
        self.usage.of(platform)
        if self._writes_by_itself:
            self.usage.start()

    def raise_if_halted(self) -> None:
        """Raises SyncAborted when the run was aborted or stopped."""
        if self._aborted is not None:
            raise SyncAborted(str(self._aborted))
        if self.halt.is_set():
            raise SyncAborted(
                f"{self.alias}: stopped; what was read is in the database, and the next run goes on from there"
            )

    def phase(
        self,
        upstreams: Mapping[str, Upstreams],
        nested: Nested,
        read: Callable[[ModelState], bool] | None = None,
    ) -> Pool:
        """A part of the run that reads these models. `nested`: the lists that are read for each row of a parent."""
        phase = Pool(
            self.catalog,
            self.api,
            self.platform.account_id,
            upstreams,
            nested,
            self.writer,
            halt=self.halt,
            abort=self.abort,
            read=read,
        )
        self._phases.append(phase)
        return phase

    def read_all(
        self, models: Iterable[str], tasks: Iterable[list[Task]], nested: Nested | None = None
    ) -> None:
        """Reads tasks that belong to no sweep; what becomes of each is told to its handler. Raises SyncAborted when the run is halted."""
        nested = nested or {}
        wanted = frozenset(models)
        below = {child for routes in nested.values() for child, _ in routes} - wanted
        upstreams = dict.fromkeys(wanted, Upstreams()) | dict.fromkeys(
            below, Upstreams(wanted)
        )  # any page may bring rows that a list hangs on
        phase = self.phase(upstreams, nested)
        unexpected = [state for state in phase.run(tasks) if state.error]
        phase.close()
        self._phases.remove(phase)
        self.raise_if_halted()
        assert not unexpected, unexpected[0].error
