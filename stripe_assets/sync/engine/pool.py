"""A part of a run: lists that are read concurrently until every model concerned is finished."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Route
from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.stripe_api import StripeApi
from stripe_assets.sync.engine.model_state import ModelState, ModelStates
from stripe_assets.sync.engine.page_reader import PageReader
from stripe_assets.sync.engine.scheduler import Scheduler
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.engine.write_queue import WriteSink

TICK_SECONDS = 0.25
FEW_TASKS = 500


class Pool:
    """The threads, the states of the models, and what reads. Tasks may be put before it runs and while it does."""

    def __init__(
        self,
        catalog: Catalog,
        api: StripeApi,
        own_account: str,
        upstreams: Mapping[str, Upstreams],
        nested: Mapping[str, list[tuple[str, Route]]],
        pages: WriteSink,
        *,
        halt: threading.Event,
        abort: Callable[[Exception], None],
        read: Callable[[ModelState], bool] | None = None,
    ) -> None:
        """`read`: see `ModelStates`."""
        self._halt = halt
        self._finished: queue.SimpleQueue[ModelState] = queue.SimpleQueue()
        self.states = ModelStates(upstreams, self._finished.put, read)
        self.reader = PageReader(
            catalog,
            api,
            own_account,
            self.states,
            nested,
            schedule=self.put,
            pages=pages,
            idle=lambda task: self._scheduler.has_room(task),
            abort=abort,
        )
        self._scheduler = Scheduler(self.reader.read, halt, useful=api.useful_threads)

    def put(self, tasks: list[Task]) -> None:
        for task in tasks:
            self.states.open(task.model)
        self._scheduler.put(tasks)

    def run(self, more: Iterable[list[Task]] = ()) -> Iterator[ModelState]:
        """Yields each model's state as it finishes; ends early when the run is halted.

        `more` is asked for further tasks while few are waiting; no model is finished before it has ended.
        """
        self._scheduler.start()
        waiting, further = sum(1 for _ in self.states), iter(more)
        fed = False
        while waiting and not self._halt.is_set():
            while not fed and self._scheduler.waiting < FEW_TASKS:
                tasks = next(further, None)
                if tasks is None:
                    fed = True
                    for state in self.states:
                        self.states.close(state.model)
                else:
                    self.put(tasks)
            try:
                state = self._finished.get(timeout=TICK_SECONDS)
            except queue.Empty:
                continue
            waiting -= 1
            yield state
        while (
            not self._finished.empty()
        ):  # halted: what was finished until then is reported all the same
            yield self._finished.get()

    def close(self) -> None:
        """Ends the threads after the request each is in."""
        self._scheduler.close()
