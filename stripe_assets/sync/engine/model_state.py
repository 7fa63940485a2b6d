"""What a run knows of each of its models, and when a model is finished."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.mirror import AVAILABLE, Availability, Owner
from stripe_assets.sync.engine.task import Request

REFUSALS_ENOUGH = 50
"""A nested list that so many parents refused, and none answered, is not asked for any more."""

Place = tuple[str | None, str]
"""The connected account that was asked (None: the key's own), and the route."""


@dataclass(slots=True)
class Answers:
    """What Stripe answered for a model."""

    requests: Counter[str] = field(default_factory=Counter)
    """Account that was asked → requests."""
    lists: int = 0
    """Lists that answered."""
    answered: set[Place] = field(default_factory=set)
    refused: Counter[Place] = field(default_factory=Counter)
    """Nested lists → for how many parents Stripe refused them."""
    unavailable: dict[Place, str] = field(default_factory=dict)
    """What could not be read → Stripe's reason."""
    gone: int = 0
    """Parents that were gone when they were asked for their lists."""


@dataclass(slots=True)
class ModelState:
    model: str
    upstreams: Upstreams
    open: int = 1
    """Tasks and uncommitted pages, and one more until the first tasks are there."""
    waiting_for: set[str] = field(default_factory=set)
    """Upstream models that are not finished."""
    answers: Answers = field(default_factory=Answers)
    started: float | None = None
    ended: float = 0.0
    error: str | None = None
    reconciled: bool = False
    """The search began for rows that no list returned."""
    done: bool = False

    @property
    def failed(self) -> bool:
        return self.error is not None

    @property
    def status(self) -> Literal["ok", "unavailable", "failed"]:
        if self.failed:
            return "failed"
        nothing = not self.answers.lists and (self.answers.unavailable or self.answers.gone)
        return "unavailable" if nothing and self.upstreams.is_listed else "ok"

    @property
    def availability(self) -> Availability:
        answers = self.answers
        if answers.unavailable:
            partly = self.status != "unavailable"
            return Availability.of_refusals(answers.unavailable, partly=partly)
        if answers.gone and not answers.lists:
            return Availability("refused", f"404 for each of {answers.gone} parents")
        return AVAILABLE

    def availability_of(self, account: str | None) -> Availability:
        """For one connected account; None is the key's own account."""
        answers = self.answers
        refused = {
            place: reason for place, reason in answers.unavailable.items() if place[0] == account
        }
        answered = any(place[0] == account for place in answers.answered)
        return Availability.of_refusals(refused, partly=answered) if refused else AVAILABLE

    @property
    def seconds(self) -> float:
        return max(self.ended - self.started, 0.0) if self.started is not None else 0.0


class ModelStates:
    """The states of a run's models. Threads open and close work.

    Who closes the last work of a model calls `finished`.
    """

    def __init__(
        self,
        upstreams: Mapping[str, Upstreams],
        own_account: str,
        finished: Callable[[ModelState], None],
    ) -> None:
        self.own_account = own_account
        self.lists_read: Callable[[ModelState], bool] | None = None
        """Called once for each model, when all its lists are read. It returns whether it opened
        more work for the model."""
        self._lock = threading.RLock()
        self._finished = finished
        self._states = {
            model: ModelState(model, above, waiting_for=set(above.models))
            for model, above in upstreams.items()
        }
        self._below: dict[str, list[ModelState]] = {model: [] for model in upstreams}
        for state in self._states.values():
            for upstream in state.upstreams.models:
                self._below[upstream].append(state)

    def __getitem__(self, model: str) -> ModelState:
        return self._states[model]

    def __contains__(self, model: str) -> bool:
        return model in self._states

    def __iter__(self) -> Iterator[ModelState]:
        return iter(self._states.values())

    def header(self, reader: Owner) -> str | None:
        """Returns the connected account for `Stripe-Account`; None for the key's own account."""
        return None if reader.account_id == self.own_account else reader.account_id

    def place(self, reader: Owner, route: str) -> Place:
        return (self.header(reader), route)

    def place_of(self, request: Request) -> Place:
        """A nested list has the same place for all its parents."""
        return self.place(request.source.reader, request.source.endpoint)

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
        """A request is about to be sent for the model."""
        with self._lock:
            state = self._states[model]
            state.answers.requests[account_id] += 1
            if state.started is None:
                state.started = time.monotonic()

    def answered(self, model: str, place: Place) -> None:
        with self._lock:
            answers = self._states[model].answers
            answers.lists += 1
            answers.answered.add(place)

    def parent_gone(self, model: str) -> None:
        with self._lock:
            self._states[model].answers.gone += 1

    def is_hopeless(self, model: str, place: Place) -> bool:
        """Whether every parent so far has refused this nested list, and they were many."""
        answers = self._states[model].answers
        return answers.refused[place] >= REFUSALS_ENOUGH and place not in answers.answered

    def fail(self, model: str, error: str) -> None:
        """The first error of a model is reported. The rest of its queue is dropped."""
        with self._lock:
            state = self._states[model]
            state.error = state.error or error

    def refuse(self, model: str, place: Place, reason: str, *, nested: bool = False) -> None:
        with self._lock:
            answers = self._states[model].answers
            answers.unavailable.setdefault(place, reason)
            answers.refused[place] += nested
            if answers.refused[place] == REFUSALS_ENOUGH and place not in answers.answered:
                answers.unavailable[place] += (
                    f"; the first {REFUSALS_ENOUGH} parents refused it alike,"
                    " the others are not asked for it"
                )

    def _finish_if_done(self, state: ModelState) -> None:
        if state.open or state.waiting_for or state.done:
            return
        if self.lists_read and not state.reconciled:
            state.reconciled = True
            if self.lists_read(state):
                return
        state.done = True
        state.ended = time.monotonic()
        for below in self._below[state.model]:
            below.waiting_for.discard(state.model)
            _inherit(below, state)
        self._finished(state)
        for below in self._below[state.model]:
            self._finish_if_done(below)


def _inherit(below: ModelState, upstream: ModelState) -> None:
    """Tells a model what became of an upstream that its rows are read from."""
    place = (None, f"through {upstream.model}")
    if not below.upstreams.is_listed:
        if upstream.failed:
            below.answers.unavailable.setdefault(place, "it failed")
    elif upstream.failed:
        below.error = below.error or (
            f"incomplete, because it is read through {upstream.model}, which failed"
        )
    elif upstream.status == "unavailable":
        reason = f"{upstream.model} is unavailable: {upstream.availability}"
        below.answers.unavailable.setdefault(place, reason)
