"""Which task is next: one queue for each endpoint, and the rules between them.

- Deeper tasks go first. A list waits while too many tasks that its rows made are open (`Backlog`).
  So memory does not grow with the account.
- Where Stripe answers at once and no rate is kept, the pages of long lists take turns (`Turns`):
  they are full pages, and their threads would only be in each other's way. No other task waits.

The scheduler holds one lock around every call.
"""

from __future__ import annotations

import heapq
import itertools
import sys
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable

from stripe_assets.sync.engine.source import Endpoint
from stripe_assets.sync.engine.task import Task

TURN_SECONDS = 0.5
"""A page that takes longer keeps no other page from its turn."""


class Turns:
    """How many pages of long lists are read at the same time."""

    def __init__(self, useful: Callable[[], int | None]) -> None:
        self._useful = useful
        self._began: dict[threading.Thread, float] = {}
        """Thread → when it began with the page that it has its turn for, by `time.monotonic`."""
        self.waiting: deque[Endpoint] = deque()
        """The endpoints whose next page waits for its turn."""

    def left(self) -> int:
        """Returns how many more pages may be read now."""
        useful = self._useful()
        if useful is None:
            return sys.maxsize
        late = time.monotonic() - TURN_SECONDS
        return max(0, useful - sum(began > late for began in self._began.values()))

    def begin(self, task: Task) -> None:
        if task.takes_turns:
            self._began[threading.current_thread()] = time.monotonic()

    def end(self) -> None:
        self._began.pop(threading.current_thread(), None)


class Backlog:
    """The tasks that rows have made, by the resource of the rows.

    With `limit` open tasks, the lists of that resource are parked until half of them are done.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: Counter[str] = Counter()
        self._parked: dict[str, list[Task]] = defaultdict(list)

    def add(self, task: Task) -> None:
        if task.caused_by:
            self._open[task.caused_by] += 1

    def parks(self, task: Task) -> bool:
        """Parks a task whose resource has too many open tasks. Returns whether it did."""
        if self._open[task.resource] < self._limit:
            return False
        self._parked[task.resource].append(task)
        return True

    def done(self, task: Task) -> list[Task]:
        """Returns the tasks that are no longer parked."""
        cause = task.caused_by
        if not cause:
            return []
        self._open[cause] -= 1
        return self._parked.pop(cause, []) if self._open[cause] <= self._limit // 2 else []


class TaskQueues:
    def __init__(self, per_endpoint: int, backlog: int, useful: Callable[[], int | None]) -> None:
        self._per_endpoint = per_endpoint
        self._queues: dict[Endpoint, deque[Task]] = defaultdict(deque)
        self._in_flight: Counter[Endpoint] = Counter()
        self._runnable: list[tuple[int, int, Endpoint]] = []
        self._order = itertools.count()
        self._turns = Turns(useful)
        self._backlog = Backlog(backlog)

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    @property
    def is_runnable(self) -> bool:
        return bool(self._runnable)

    @property
    def wanted_threads(self) -> int:
        """One more than there are runnable tasks while pages wait for their turn: it watches for a
        turn that takes too long."""
        return len(self._runnable) + bool(self._turns.waiting)

    def has_room(self, endpoint: Endpoint) -> bool:
        """Whether the endpoint has fewer tasks than it may have threads."""
        under_way = self._in_flight[endpoint] + len(self._queues.get(endpoint, ()))
        return under_way < self._per_endpoint

    def put(self, task: Task) -> None:
        self._backlog.add(task)
        self._enqueue(task)

    def take(self) -> Task | None:
        """Takes the next task for this thread. None: there is no task to run now."""
        self._offer_turns()
        while self._runnable:
            _, _, endpoint = heapq.heappop(self._runnable)
            queue = self._queues.get(endpoint)
            if not queue or self._in_flight[endpoint] >= self._per_endpoint:
                continue
            if queue[0].takes_turns and not self._turns.left():
                self._turns.waiting.append(endpoint)
                continue
            task = queue.popleft()
            if not queue:
                del self._queues[endpoint]
            if self._backlog.parks(task):
                self._offer(endpoint)
                continue
            self._in_flight[endpoint] += 1
            self._turns.begin(task)
            self._offer(endpoint)
            return task
        return None

    def release(self, task: Task) -> None:
        """This thread has done a task that it took."""
        endpoint = task.queue
        self._turns.end()
        self._in_flight[endpoint] -= 1
        if not self._in_flight[endpoint]:
            del self._in_flight[endpoint]
        for parked in self._backlog.done(task):
            self._enqueue(parked)
        self._offer(endpoint)

    def _enqueue(self, task: Task) -> None:
        self._queues[task.queue].append(task)
        self._offer(task.queue)

    def _offer(self, endpoint: Endpoint) -> None:
        queue = self._queues.get(endpoint)
        if queue and self._in_flight[endpoint] < self._per_endpoint:
            if queue[0].takes_turns and not self._turns.left():
                self._turns.waiting.append(endpoint)
            else:
                entry = (-queue[0].depth, next(self._order), endpoint)
                heapq.heappush(self._runnable, entry)

    def _offer_turns(self) -> None:
        """Offers as many of the waiting endpoints as there are turns. An endpoint whose task is
        done by now takes none."""
        left = self._turns.left() if self._turns.waiting else 0
        while self._turns.waiting and left > 0:
            offered = len(self._runnable)
            self._offer(self._turns.waiting.popleft())
            left -= len(self._runnable) - offered
