"""Runs tasks on threads so that every endpoint is busy and none of them hogs the threads.

Stripe limits each endpoint by itself, so an endpoint gets at most `per_endpoint` threads: enough to use its 25 requests
a second at usual latencies, while the others' lists go on. A thread is started when there is something for it to do.
Deeper tasks go first, and a list waits while more than `backlog` tasks that its rows caused are still to be done; memory
does not grow with the account. Where answers come at once and no rate is kept, the pages of long lists take turns: they are full, and their
threads would only be in each other's way. Nothing else waits for them.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable

from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.threads import work_in_batches

WORKERS = 64
PER_ENDPOINT = 16
BACKLOG = 1000
GRACE_SECONDS = 3.0
POLL_SECONDS = 0.5
"""A thread that nobody wakes looks for itself whether it has to stop, or a turn has taken too long."""
TURN_SECONDS = 0.5
"""A page that takes longer keeps no other waiting for its turn."""


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
        """`useful`: how many pages of long lists are worth reading at once at present; None is as many as there are threads."""
        self._run = run
        self._stop = stop
        self._per_endpoint = per_endpoint
        self._backlog_limit = backlog
        self._useful = useful
        self._changed = threading.Condition()
        self._queues: dict[tuple[str, str], deque[Task]] = defaultdict(deque)
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._runnable: list[tuple[int, int, tuple[str, str]]] = []
        self._order = itertools.count()
        self._caused: Counter[str] = Counter()
        self._parked: dict[str, list[Task]] = defaultdict(list)
        self._closed = False
        self._workers = workers
        self._threads: list[threading.Thread] = []
        self._waiting = 0
        self._in_turn: deque[tuple[str, str]] = deque()
        """The endpoints whose next page waits for its turn."""
        self._began: dict[threading.Thread, float] = {}
        """When each thread that has a turn began with its page, by `time.monotonic`."""
        self._started = False

    def start(self) -> None:
        with self._changed:
            self._started = True
            self._wake()

    def put(self, tasks: Iterable[Task]) -> None:
        with self._changed:
            for task in tasks:
                if task.depth and task.parent:
                    self._caused[task.parent.resource] += 1
                self._enqueue(task)
            self._wake()

    def has_room(self, task: Task) -> bool:
        """Whether threads wait for more to read of the task's endpoint. The one that reads the task counts: it will need another."""
        endpoint = (task.reader.account_id, task.endpoint)
        with self._changed:
            under_way = self._in_flight[endpoint] + len(self._queues.get(endpoint, ()))
            return under_way < self._per_endpoint and (
                self._waiting > 0 or len(self._threads) < self._workers
            )

    @property
    def waiting(self) -> int:
        """Tasks that no thread has taken yet."""
        with self._changed:
            return sum(map(len, self._queues.values()))

    def close(self) -> None:
        """Ends the threads after the request each is in; what is queued is dropped.

        A thread whose request hangs is left behind after GRACE_SECONDS: it can write nothing any more, and ends with the process.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        deadline = time.monotonic() + GRACE_SECONDS
        for thread in self._threads:
            if thread.is_alive() and thread is not threading.current_thread():
                thread.join(max(0.0, deadline - time.monotonic()))

    def _enqueue(self, task: Task) -> None:
        endpoint = (task.reader.account_id, task.endpoint)
        self._queues[endpoint].append(task)
        self._offer(endpoint)

    def _offer(self, endpoint: tuple[str, str]) -> None:
        queue = self._queues.get(endpoint)
        if queue and self._in_flight[endpoint] < self._per_endpoint:
            if queue[0].goes_on and not self._turns_left():
                self._in_turn.append(endpoint)
            else:
                heapq.heappush(self._runnable, (-queue[0].depth, next(self._order), endpoint))

    def _turns_left(self) -> int:
        """How many more pages of long lists may be read now."""
        useful = self._useful()
        if useful is None:
            return self._workers
        late = time.monotonic() - TURN_SECONDS
        return max(0, useful - sum(began > late for began in self._began.values()))

    def _offer_turns(self) -> None:
        """To as many of the endpoints that wait as there is room for; what has been done meanwhile takes none."""
        left = self._turns_left() if self._in_turn else 0
        while self._in_turn and left > 0:
            offered = len(self._runnable)
            self._offer(self._in_turn.popleft())
            left -= len(self._runnable) - offered

    def _take(self) -> tuple[tuple[str, str], Task] | None:
        self._offer_turns()
        while self._runnable:
            _, _, endpoint = heapq.heappop(self._runnable)
            queue = self._queues.get(endpoint)
            if not queue or self._in_flight[endpoint] >= self._per_endpoint:
                continue
            if queue[0].goes_on and not self._turns_left():
                self._in_turn.append(endpoint)
                continue
            task = queue.popleft()
            if not queue:
                del self._queues[endpoint]
            if self._caused[task.resource] >= self._backlog_limit:
                self._parked[task.resource].append(task)
                self._offer(endpoint)
                continue
            self._in_flight[endpoint] += 1
            if task.goes_on:
                self._began[threading.current_thread()] = time.monotonic()
            self._offer(endpoint)
            return endpoint, task
        return None

    def _release(self, endpoint: tuple[str, str], task: Task) -> None:
        self._began.pop(threading.current_thread(), None)
        self._in_flight[endpoint] -= 1
        if not self._in_flight[endpoint]:
            del self._in_flight[endpoint]
        if task.depth and task.parent:
            cause = task.parent.resource
            self._caused[cause] -= 1
            if self._caused[cause] <= self._backlog_limit // 2:
                for parked in self._parked.pop(cause, ()):
                    self._enqueue(parked)
        self._offer(endpoint)

    def _wake(self) -> None:
        """Starts threads for the tasks that no waiting one is left for; of those that wait one is woken, and wakes the next."""
        if not self._started or self._closed:
            return
        wanted = len(self._runnable) + bool(
            self._in_turn
        )  # one looks after a turn that takes too long
        for _ in range(min(wanted - self._waiting, self._workers - len(self._threads))):
            thread = threading.Thread(
                target=self._work, name=f"stripe-{len(self._threads)}", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:  # the system has no more of them
                if not self._threads:
                    raise
                break
            self._threads.append(thread)
        if self._runnable:
            self._changed.notify()

    def _work(self) -> None:
        work_in_batches()
        while True:
            with self._changed:
                taken = None
                while taken is None:
                    if self._closed or self._stop.is_set():
                        return
                    taken = self._take()
                    if taken is None:
                        self._waiting += 1
                        self._changed.wait(POLL_SECONDS)
                        self._waiting -= 1
                self._wake()
            endpoint, task = taken
            try:
                self._run(task)
            finally:
                with self._changed:
                    self._release(endpoint, task)
