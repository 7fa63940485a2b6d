"""A run's use of its accounts, recorded in the database: other runs share the rate with it, and the
requests are counted."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from stripe_assets.mirror import Mirror, Owner
from stripe_assets.stripe_api import Budget, StripeApi

logger = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
LEASE = timedelta(seconds=20)
"""How long other processes leave room for a process that was killed."""


class AccountUsage:
    """A run's leases and its counted requests.

    A run leases an account while it sends requests for it, and not for as long as the run lasts.
    So two runs that read the thousands of accounts of a platform do not hold each other back while
    they are at different accounts.
    """

    def __init__(self, mirror: Mirror, api: StripeApi) -> None:
        self._mirror = mirror
        self._api = api
        self._budget: Budget = api.budget
        self._run_id = uuid4().hex
        self._platform: Owner | None = None
        self._counted: Counter[Owner] = Counter()
        self._shared: set[Owner] = set()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self._warned = False

    def belongs_to(self, platform: Owner) -> None:
        """The key's account is known. Before that no request can be counted."""
        self._platform = platform

    def start(self) -> None:
        """Records the use from now on, in a thread of its own. Call `belongs_to` first."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="account-usage", daemon=True)
            # A database in this process's memory has one connection, and no other process.
            if not self._mirror.in_memory:
                self._thread.start()

    def close(self, *, record: bool = True) -> None:
        """Ends the thread. `record`: counts the rest and releases the leases. Pass False where the
        database is gone."""
        if self._thread is None:
            return
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._unshare(self._shared)
        if record:
            self._tolerantly(self._end)

    def uncounted(self) -> dict[Owner, int]:
        """Returns the requests that were sent and are not in the database."""
        if self._platform is None:
            return {}
        platform = self._platform
        sent: Counter[Owner] = Counter()
        for account, requests in self._api.counts.by_account().items():
            sent[Owner(account or platform.account_id, platform.livemode)] += requests
        return dict(sent - self._counted)

    def counted(self, requests: Mapping[Owner, int]) -> None:
        """These requests are in the database now."""
        self._counted.update(requests)

    def _work(self) -> None:
        first = True
        while not self._ended.is_set():
            if not (
                first and self._budget.lifted
            ):  # no rate is shared then, and few requests were sent
                self._tolerantly(self._renew)
            first = False
            self._ended.wait(RENEW_SECONDS)

    def _renew(self) -> None:
        now, uncounted = datetime.now(UTC), self.uncounted()
        used = {*uncounted, *([self._platform] if self._platform else [])}
        if not self._budget.lifted:
            processes = self._mirror.leases.renew(
                self._run_id, self._budget.id, used, now, now + LEASE
            )
            for owner in used:
                self._budget.share(owner.account_id, owner.livemode, processes.get(owner, 1))
            self._unshare(self._shared - used)
            self._shared = {owner for owner, number in processes.items() if number > 1}
        self._mirror.request_counts.add(uncounted, now)
        self.counted(uncounted)

    def _end(self) -> None:
        now, uncounted = datetime.now(UTC), self.uncounted()
        if uncounted:
            self._mirror.request_counts.add(uncounted, now)
            self.counted(uncounted)
        if not self._budget.lifted:
            self._mirror.leases.release(self._run_id, now)

    def _unshare(self, owners: set[Owner]) -> None:
        for owner in owners:
            self._budget.share(owner.account_id, owner.livemode, 1)

    def _tolerantly(self, work: Callable[[], None]) -> None:
        """The run does not depend on it. What could not be recorded is recorded the next time."""
        try:
            work()
        except Exception as error:
            logger.log(
                logging.DEBUG if self._warned else logging.WARNING,
                "%s: other runs do not see which accounts this run uses, and its requests are not"
                " counted, because of: %s",
                self._api.key.alias,
                error,
            )
            self._warned = True
