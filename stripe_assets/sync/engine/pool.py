"""A part of a run: threads read lists at the same time until each model concerned is finished."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.stripe_api import StripeApi
from stripe_assets.sync.engine.ask_again import AskAgain
from stripe_assets.sync.engine.before import Before
from stripe_assets.sync.engine.expansions import Expansions
from stripe_assets.sync.engine.model_state import ModelState, ModelStates
from stripe_assets.sync.engine.nested import Routes
from stripe_assets.sync.engine.page_reader import PageReader
from stripe_assets.sync.engine.scheduler import Scheduler
from stripe_assets.sync.engine.splitting import Splitter
from stripe_assets.sync.engine.sweep_handlers import SweepHandlers
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.write_queue import WriteSink

TICK_SECONDS = 0.25
FEW_TASKS = 500


class Pool:
    """Threads, the states of the models, and what reads. Tasks may be put before it runs, and
    while it runs."""

    def __init__(
        self,
        catalog: Catalog,
        api: StripeApi,
        own_account: str,
        upstreams: Mapping[str, Upstreams],
        nested: Routes,
        writes: WriteSink,
        *,
        before: Before,
        expansions: Expansions,
        halt: threading.Event,
        abort: Callable[[Exception], None],
    ) -> None:
        self._halt = halt
        self._finished: queue.SimpleQueue[ModelState] = queue.SimpleQueue()
        self.states = ModelStates(upstreams, own_account, self._finished.put)
        self.reader = PageReader(
            catalog,
            api,
            self.states,
            put=self.put,
            ask_again=AskAgain(api, self.states, before, expansions),
            writes=writes,
            abort=abort,
        )
        self._scheduler = Scheduler(self.reader.read, halt, useful=api.useful_threads)
        splitter = Splitter(api, self.states, self._scheduler.has_room)
        self.sweep = SweepHandlers(catalog, self.states, nested, splitter, before, expansions)
        """The handlers of the lists that this part of the run sweeps."""

    def put(self, tasks: list[Task], after: float = 0.0) -> None:
        """`after`: seconds until the tasks may be taken."""
        for task in tasks:
            self.states.open(task.model)
        self._scheduler.put(tasks, after)

    def run(
        self,
        more: Iterable[list[Task]] = (),
        lists_read: Callable[[ModelState], bool] | None = None,
    ) -> Iterator[ModelState]:
        """Yields each model's state as it finishes. Ends early when the run is halted.

        While few tasks wait, `more` is asked for further tasks. No model finishes before `more`
        has ended. `lists_read` is called once for each model, when all its lists are read. It
        returns whether it put more tasks for the model.
        """
        self.states.lists_read = lists_read
        self._scheduler.start()
        unfinished, further = sum(1 for _ in self.states), iter(more)
        has_more = True
        while unfinished and not self._halt.is_set():
            while has_more and self._scheduler.waiting < FEW_TASKS:
                tasks = next(further, None)
                if tasks is None:
                    has_more = False
                    for state in self.states:
                        self.states.close(state.model)
                else:
                    self.put(tasks)
            try:
                state = self._finished.get(timeout=TICK_SECONDS)
            except queue.Empty:
                continue
            unfinished -= 1
            yield state
        while not self._finished.empty():  # halted: what finished before is reported all the same
            yield self._finished.get()

    def close(self) -> None:
        """Ends each thread after its present request."""
        self._scheduler.close()
