"""What a run uses of its accounts, told through the database: others share the rate with it, and requests are counted."""

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
"""How long other processes leave room for one that was killed."""


class AccountUsage:
    """A run's leases and its counted requests.

    An account is leased while the run sends requests for it, not for as long as the run lasts: one that reads a platform's thousands
    of accounts after another does not hold back another that is elsewhere among them.
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

    def of(self, platform: Owner) -> None:
        """Whose key it is: until that is known nothing can be told of its requests."""
        self._platform = platform

    def start(self) -> None:
        """Tells it from now on, in a thread of its own. `of` comes first."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="account-usage", daemon=True)
            # A database in this process's memory has one connection, and nobody to share with.
            if not self._mirror.in_memory:
                self._thread.start()

    def close(self, *, tell: bool = True) -> None:
        """Ends the thread. `tell`: counts what is not counted yet and gives the leases back; not where the database is gone."""
        if self._thread is None:
            return
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()
        self._unshare(self._shared)
        if tell:
            self._tolerantly(self._end)

    def uncounted(self) -> dict[Owner, int]:
        """Requests that were sent and are not in the database yet."""
        if self._platform is None:
            return {}
        platform = self._platform
        sent: Counter[Owner] = Counter()
        for account, requests in self._api.counts.by_account().items():
            sent[Owner(account or platform.account_id, platform.livemode)] += requests
        return dict(sent - self._counted)

    def counted(self, requests: Mapping[Owner, int]) -> None:
        """These are in the database now."""
        self._counted.update(requests)

    def _work(self) -> None:
        first = True
        while not self._ended.is_set():
            if not (
                first and self._budget.lifted
            ):  # then there is nothing to share, and next to nothing to count
                self._tolerantly(self._renew)
            first = False
            self._ended.wait(RENEW_SECONDS)

    def _renew(self) -> None:
        now, uncounted = datetime.now(UTC), self.uncounted()
        used = {*uncounted, *([self._platform] if self._platform else [])}
        if not self._budget.lifted:
            processes = self._mirror.renew_leases(
                self._run_id, self._budget.id, used, now, now + LEASE
            )
            for owner in used:
                self._budget.share(owner.account_id, owner.livemode, processes.get(owner, 1))
            self._unshare(self._shared - used)
            self._shared = {owner for owner, number in processes.items() if number > 1}
        self._mirror.count_reads(uncounted, now)
        self.counted(uncounted)

    def _end(self) -> None:
        now, uncounted = datetime.now(UTC), self.uncounted()
        if uncounted:
            self._mirror.count_reads(uncounted, now)
            self.counted(uncounted)
        if not self._budget.lifted:
            self._mirror.release_leases(self._run_id, now)

    def _unshare(self, owners: set[Owner]) -> None:
        for owner in owners:
            self._budget.share(owner.account_id, owner.livemode, 1)

    def _tolerantly(self, work: Callable[[], None]) -> None:
        """The run does not depend on it: what could not be told is told the next time."""
        try:
            work()
        except Exception as error:
            logger.log(
                logging.DEBUG if self._warned else logging.WARNING,
                "%s: other runs are not told which accounts this one uses, nor are its requests counted at present: %s",
                self._api.key.alias,
                error,
            )
            self._warned = True
