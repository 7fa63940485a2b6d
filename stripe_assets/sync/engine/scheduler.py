"""Runs tasks on threads, so that every endpoint is busy and none of them takes all threads.

Stripe limits each endpoint by itself. An endpoint gets at most PER_ENDPOINT threads: these can use
its 25 requests a second at usual latencies, while the lists of other endpoints are read as well. A
thread is started when there is a task for it. `queues` decides which task is next.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterable

from stripe_assets.sync.engine.queues import TaskQueues
from stripe_assets.sync.engine.source import Endpoint
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.threads import work_in_batches

WORKERS = 64
PER_ENDPOINT = 16
BACKLOG = 1000
GRACE_SECONDS = 3.0
POLL_SECONDS = 0.5
"""A thread that nobody wakes looks by itself whether the run has stopped, and whether a page that
has its turn takes too long."""


class Scheduler:
    def __init__(
        self,
        run: Callable[[Task], None],
        stop: threading.Event,
        *,
        workers: int = WORKERS,
        per_endpoint: int = PER_ENDPOINT,
        backlog: int = BACKLOG,
        useful: Callable[[], int | None] = lambda: None,
    ) -> None:
        """`useful`: how many pages of long lists are worth reading at the same time now. None: as
        many as there are threads. `backlog`: see `queues.Backlog`."""
        self._run = run
        self._stop = stop
        self._workers = workers
        self._queues = TaskQueues(per_endpoint, backlog, useful)
        self._changed = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._later: list[tuple[float, int, Task]] = []
        """When tasks may be taken, by `time.monotonic`; which came first; the task."""
        self._order = itertools.count()
        self._idle = 0
        """Threads that wait for a task."""
        self._started = False
        self._closed = False

    def start(self) -> None:
        with self._changed:
            self._started = True
            self._wake()

    def put(self, tasks: Iterable[Task], after: float = 0.0) -> None:
        """Adds tasks. They are taken not before `after` seconds."""
        with self._changed:
            for task in tasks:
                if after:
                    due = time.monotonic() + after
                    heapq.heappush(self._later, (due, next(self._order), task))
                else:
                    self._queues.put(task)
            self._wake()

    def has_room(self, endpoint: Endpoint) -> bool:
        """Whether threads wait for more to read of an endpoint. The thread that reads of it now
        counts as well: it will need another task."""
        with self._changed:
            free = self._idle > 0 or len(self._threads) < self._workers
            return free and self._queues.has_room(endpoint)

    @property
    def waiting(self) -> int:
        """The number of tasks that no thread has taken."""
        with self._changed:
            return len(self._queues) + len(self._later)

    def close(self) -> None:
        """Ends each thread after its present request. The queued tasks are dropped.

        A thread whose request hangs is left after GRACE_SECONDS. It can no longer write anything,
        and ends with the process.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _wake(self) -> None:
        """Starts threads for the tasks that no idle thread is left for. Of the idle threads one is
        woken, and it wakes the next."""
        if not self._started or self._closed:
            return
        wanted = self._queues.wanted_threads
        for _ in range(min(wanted - self._idle, self._workers - len(self._threads))):
            name = f"stripe-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            try:
                thread.start()
            except RuntimeError:  # the system has no more threads
                if not self._threads:
                    raise
                break
            self._threads.append(thread)
        if self._queues.is_runnable:
            self._changed.notify()

    def _work(self) -> None:
        work_in_batches()
        while (task := self._next()) is not None:
            try:
                self._run(task)
            finally:
                with self._changed:
                    self._queues.release(task)

    def _next(self) -> Task | None:
        """Waits for a task. None: the run is over."""
        with self._changed:
            while not (self._closed or self._stop.is_set()):
                wait = self._put_due() if self._later else POLL_SECONDS
                task = self._queues.take()
                if task is not None:
                    self._wake()
                    return task
                self._idle += 1
                self._changed.wait(wait)
                self._idle -= 1
            return None

    def _put_due(self) -> float:
        """Puts the tasks whose time has come. Returns the seconds until the next one, at most
        POLL_SECONDS."""
        now = time.monotonic()
        while self._later and self._later[0][0] <= now:
            self._queues.put(heapq.heappop(self._later)[-1])
        return min(POLL_SECONDS, self._later[0][0] - now) if self._later else POLL_SECONDS
