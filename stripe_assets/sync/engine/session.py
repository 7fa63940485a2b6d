"""What every run of an API key has: its client, its writer, its threads, and a way to end them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from stripe_assets.catalog import Catalog, catalog
from stripe_assets.catalog.roles import ACCOUNT
from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.mirror import Hole, Mirror, MirrorError, Owner
from stripe_assets.stripe_api import ApiKey, StripeApi
from stripe_assets.sync.engine.account_usage import AccountUsage
from stripe_assets.sync.engine.accounts import Accounts, AccountsPage
from stripe_assets.sync.engine.before import Before
from stripe_assets.sync.engine.expansions import Expansions
from stripe_assets.sync.engine.nested import Routes
from stripe_assets.sync.engine.pool import Pool
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.write_queue import WriteQueue, WriteSink
from stripe_assets.sync.results import Progress


class SyncAborted(Exception):
    """The run of a key ended before all was done. The message says why and what to do."""


class Session:
    """`close` ends each thread, within the time of its present request."""

    def __init__(self, key: ApiKey, mirror: Mirror, writes: WriteSink | None = None) -> None:
        """`writes`: where the pages go. By default they are written to the mirror as they come."""
        self.mirror = mirror
        self.began = datetime.now(UTC)
        """By this machine's clock."""
        self.before = Before()
        self.expansions = Expansions()
        self.halt = threading.Event()
        self.api = StripeApi(key, stop=self.halt)
        self.progress = Progress(lambda: self.api.requests)
        self.writes = writes or WriteQueue(mirror, written=self.progress.written, broken=self.abort)
        self.usage = AccountUsage(mirror, self.api)
        self.platform: Owner
        """The key's own account. Set when it is known."""
        self._pools: list[Pool] = []
        self._aborted: Exception | None = None

    @property
    def alias(self) -> str:
        return self.api.key.alias

    @property
    def catalog(self) -> Catalog:
        return catalog()

    def close(self) -> None:
        """Ends the run's threads. Each finishes or gives up its task. Nothing is written later."""
        self.halt.set()
        for pool in self._pools:
            pool.close()
        self.writes.close()
        self.usage.close(record=not isinstance(self._aborted, MirrorError))

    def abort(self, error: Exception) -> None:
        """Ends the run: Stripe refuses the key, or the database is gone."""
        self._aborted = self._aborted or error
        self.halt.set()

    def identify(self) -> tuple[Accounts, AccountsPage | None]:
        """Starts the run: asks Stripe for the key's account. Returns the account's own object where
        the key may read it.

        Raises InvalidApiKey when Stripe does not name the account, and StripeError when Stripe
        cannot be asked.
        """
        self.writes.start()
        key = self.api.key
        accounts = Accounts(self.api, key, self.catalog[ACCOUNT])
        own_id, own = accounts.own()
        self.belongs_to(Owner(own_id, key.livemode))
        return accounts, own

    def belongs_to(self, platform: Owner) -> None:
        """The key's account is known. All keys of an account share its rate budget."""
        self.platform = platform
        self.api.key = replace(self.api.key, account_id=platform.account_id)
        self.usage.belongs_to(platform)
        if isinstance(self.writes, WriteQueue):
            self.usage.start()

    def raise_if_halted(self) -> None:
        """Raises SyncAborted when the run was aborted or stopped."""
        if self._aborted is not None:
            raise SyncAborted(str(self._aborted))
        if self.halt.is_set():
            raise SyncAborted(
                f"{self.alias}: stopped; what was read is in the database, and the next run"
                " continues there"
            )

    def pool(self, upstreams: Mapping[str, Upstreams], nested: Routes) -> Pool:
        """Returns a part of the run, which reads these models. `nested`: the lists that are read
        for each row of a parent."""
        pool = Pool(
            self.catalog,
            self.api,
            self.platform.account_id,
            upstreams,
            nested,
            self.writes,
            before=self.before,
            expansions=self.expansions,
            halt=self.halt,
            abort=self.abort,
        )
        self._pools.append(pool)
        return pool

    def learn(
        self,
        owner: Owner,
        refused: Iterable[str],
        partly: Iterable[str],
        holes: Iterable[Hole],
    ) -> None:
        """Takes over what the runs before have found out about an account: the models that Stripe
        refused wholly or in part, and the holes."""
        holes = list(holes)
        self.before.refused[owner] = frozenset(refused)
        self.before.partly[owner] = frozenset(partly)
        self.before.holes.know(holes)
        if not self.before.holes.asks_for_all:
            self.expansions.know(holes, self.platform)

    def read_all(
        self, models: Iterable[str], tasks: Iterable[list[Task]], nested: Routes | None = None
    ) -> None:
        """Reads tasks that belong to no sweep. Their handlers learn what became of each.

        Raises SyncAborted when the run is halted.
        """
        nested = nested or {}
        wanted = frozenset(models)
        below = {child for routes in nested.values() for child, _ in routes} - wanted
        # Any page of any model may bring rows that have a nested list.
        upstreams = dict.fromkeys(wanted, Upstreams()) | dict.fromkeys(below, Upstreams(wanted))
        pool = self.pool(upstreams, nested)
        unexpected = [state for state in pool.run(tasks) if state.error]
        pool.close()
        self._pools.remove(pool)
        self.raise_if_halted()
        assert not unexpected, unexpected[0].error


class InSession:
    """Work in a session of its own. A context manager: on exit the session's threads end."""

    _session: Session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the threads. Each finishes or gives up its task. Nothing is written later."""
        self._session.close()

    def stop(self) -> None:
        """Asks the work to end: it then raises SyncAborted. For another thread, or a signal
        handler."""
        self._session.halt.set()
