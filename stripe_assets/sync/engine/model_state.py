"""What is known of one model while a run goes on, and when it is finished."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.sync.engine.task import Task
from stripe_assets.sync.results import AVAILABLE

REASONS_SHOWN = 3
REFUSALS_ENOUGH = 50
"""A nested list that was refused for so many parents, and answered for none, is not asked for any more."""

Place = tuple[str | None, str]
"""The connected account that was asked, None for the key's own, and the route."""


@dataclass(slots=True)
class ModelState:
    model: str
    upstreams: Upstreams
    open: int = 1
    """Tasks and uncommitted pages, and one until the first tasks are there."""
    waiting_for: set[str] = field(default_factory=set)
    reads: int = 0
    """Lists that answered."""
    requests: Counter[str] = field(default_factory=Counter)
    """Sent for it, by the account that was asked."""
    started: float | None = None
    ended: float = 0.0
    error: str | None = None
    unavailable: dict[Place, str] = field(default_factory=dict)
    """What could not be read → Stripe's reason."""
    answered_routes: set[Place] = field(default_factory=set)
    refused_routes: Counter[Place] = field(default_factory=Counter)
    """Nested lists → for how many parents they were refused."""
    reconciled: bool = False
    """What its lists no longer have has been asked for, or is being so."""
    gone: int = 0
    """Parents that Stripe no longer had when they were asked for their lists."""
    done: bool = False

    @property
    def failed(self) -> bool:
        return self.error is not None

    @property
    def status(self) -> Literal["ok", "unavailable", "failed"]:
        if self.failed:
            return "failed"
        nothing = not self.reads and (self.unavailable or self.gone)
        return "unavailable" if nothing and self.upstreams.is_listed else "ok"

    @property
    def availability(self) -> str:
        if not self.unavailable:
            return (
                f"404 for each of {self.gone} parents"
                if self.gone and not self.reads
                else AVAILABLE
            )
        return _said(self.unavailable, partly=self.status != "unavailable")

    def availability_of(self, account: str | None) -> str:
        """For one connected account, or None for the key's own."""
        own = {place: reason for place, reason in self.unavailable.items() if place[0] == account}
        answered = any(route[0] == account for route in self.answered_routes)
        return _said(own, partly=answered) if own else AVAILABLE

    @property
    def seconds(self) -> float:
        return max(self.ended - self.started, 0.0) if self.started is not None else 0.0


class ModelStates:
    """The states of a run's models. Threads open and close work; whoever closes a model's last tells `finished`."""

    def __init__(
        self,
        upstreams: Mapping[str, Upstreams],
        finished: Callable[[ModelState], None],
        read: Callable[[ModelState], bool] | None = None,
    ) -> None:
        """`read` is told once of a model that all lists of it are read, and says whether it opens further work for it."""
        self._lock = threading.RLock()
        self._finished = finished
        self._read = read
        self._states = {
            model: ModelState(model, fed_by, waiting_for=set(fed_by.models))
            for model, fed_by in upstreams.items()
        }
        self._fed: dict[str, list[ModelState]] = {model: [] for model in upstreams}
        for state in self._states.values():
            for upstream in state.upstreams.models:
                self._fed[upstream].append(state)

    def __getitem__(self, model: str) -> ModelState:
        return self._states[model]

    def __contains__(self, model: str) -> bool:
        return model in self._states

    def __iter__(self):
        return iter(self._states.values())

    def open(self, model: str) -> None:
        with self._lock:
            state = self._states[model]
            assert not state.done, f"{model} was called finished before all of it was read"
            state.open += 1

    def close(self, model: str) -> None:
        with self._lock:
            state = self._states[model]
            state.open -= 1
            self._finish_if_done(state)

    def request(self, model: str, account_id: str) -> None:
        with self._lock:
            state = self._states[model]
            state.requests[account_id] += 1
            if state.started is None:
                state.started = time.monotonic()

    def answered(self, model: str, place: Place) -> None:
        with self._lock:
            state = self._states[model]
            state.reads += 1
            state.answered_routes.add(place)

    def parent_gone(self, model: str) -> None:
        with self._lock:
            self._states[model].gone += 1

    def dropped(self, task: Task, place: Place) -> bool:
        """Whether there is no use in reading it: its model has failed, or its route was refused for every parent so far."""
        state = self._states[task.model]
        hopeless = (
            state.refused_routes[place] >= REFUSALS_ENOUGH and place not in state.answered_routes
        )
        return (state.failed and not task.handler) or (task.fan_out is not None and hopeless)

    def fail(self, model: str, error: str) -> None:
        """The first error is the one that is reported; what else the model has queued is dropped."""
        with self._lock:
            state = self._states[model]
            state.error = state.error or error

    def refuse(self, model: str, place: Place, reason: str, *, nested: bool = False) -> None:
        with self._lock:
            state = self._states[model]
            state.unavailable.setdefault(place, reason)
            state.refused_routes[place] += nested
            if (
                state.refused_routes[place] == REFUSALS_ENOUGH
                and place not in state.answered_routes
            ):
                state.unavailable[place] += (
                    f"; so it was for the first {REFUSALS_ENOUGH} parents, the others are not asked for"
                )

    def _finish_if_done(self, state: ModelState) -> None:
        if state.open or state.waiting_for or state.done:
            return
        if self._read and not state.reconciled:
            state.reconciled = True
            if self._read(state):
                return
        state.done = True
        state.ended = time.monotonic()
        for fed in self._fed[state.model]:
            fed.waiting_for.discard(state.model)
            if not fed.upstreams.is_listed:
                if state.failed:
                    fed.unavailable.setdefault((None, f"through {state.model}"), "it failed")
            elif state.failed:
                fed.error = (
                    fed.error
                    or f"incomplete, because {state.model} failed, whose rows it is read from"
                )
            elif state.status == "unavailable":
                fed.unavailable.setdefault(
                    (None, f"through {state.model}"),
                    f"{state.model} is unavailable: {state.availability}",
                )
        self._finished(state)
        for fed in self._fed[state.model]:
            self._finish_if_done(fed)


def _said(unavailable: Mapping[Place, str], *, partly: bool) -> str:
    """The reasons for a table: one if it is everybody's, otherwise the first few with their places."""
    if not partly and len(set(unavailable.values())) == 1:
        return next(iter(unavailable.values()))
    shown = [
        f"{' '.join(filter(None, place))}: {reason}"
        for place, reason in list(unavailable.items())[:REASONS_SHOWN]
    ]
    more = len(unavailable) - len(shown)
    return (
        ("partly: not " if partly else "")
        + "; ".join(shown)
        + (f"; and {more} more" if more > 0 else "")
    )
