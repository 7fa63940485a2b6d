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
from stripe_assets.sync.engine.cursor import Place
from stripe_assets.sync.engine.holes import REFUSALS_ENOUGH
from stripe_assets.sync.engine.task import Request


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
    suspected: Counter[Place] = field(default_factory=Counter)
    """Requests that were refused once, and are still to be asked again."""
    failed: Counter[Place] = field(default_factory=Counter)
    """Nested lists → for how many parents they failed."""
    unavailable: dict[Place, str] = field(default_factory=dict)
    """What Stripe does not show → its reason."""


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
        nothing = not self.answers.lists and self.answers.unavailable
        return "unavailable" if nothing and self.upstreams.is_listed else "ok"

    @property
    def availability(self) -> Availability:
        answers = self.answers
        if not answers.unavailable:
            return AVAILABLE
        return Availability.of_refusals(answers.unavailable, others=self.status != "unavailable")

    def availability_of(self, account: str | None) -> Availability:
        """For one connected account; None is the key's own account."""
        answers = self.answers
        refused = {
            place: reason for place, reason in answers.unavailable.items() if place[0] == account
        }
        answered = any(place[0] == account for place in answers.answered)
        return Availability.of_refusals(refused, others=answered) if refused else AVAILABLE

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

    def has_answered(self, model: str, place: Place) -> bool:
        """Whether a list of this route has answered in this run."""
        return place in self._states[model].answers.answered

    def is_hopeless(self, model: str, place: Place) -> bool:
        """Whether this nested list was refused, or failed, for many parents and answered for
        none."""
        answers = self._states[model].answers
        tried = max(answers.refused[place], answers.failed[place])
        return tried >= REFUSALS_ENOUGH and place not in answers.answered

    def suspect(self, model: str, place: Place, more: int = 1) -> None:
        """A request was refused for the first time; with -1, what that means is certain."""
        with self._lock:
            self._states[model].answers.suspected[place] += more

    def is_suspect(self, model: str, place: Place) -> bool:
        """Whether so many requests were refused that others wait until that is certain."""
        answers = self._states[model].answers
        pending = answers.suspected[place]
        many = pending + answers.refused[place] >= REFUSALS_ENOUGH
        return pending > 0 and many and place not in answers.answered

    def refuse_part(self, model: str, place: Place) -> None:
        """Stripe refused one more object of this route."""
        with self._lock:
            self._states[model].answers.refused[place] += 1

    def failed_for_all(self, model: str, place: Place) -> bool:
        """This nested list failed for another parent. Returns whether the others are not asked."""
        with self._lock:
            self._states[model].answers.failed[place] += 1
            return self.is_hopeless(model, place)

    def fail(self, model: str, error: str) -> None:
        """The first error of a model is reported. The rest of its queue is dropped."""
        with self._lock:
            state = self._states[model]
            state.error = state.error or error

    def refuse(self, model: str, place: Place, reason: str) -> None:
        """Stripe shows nothing of this route."""
        with self._lock:
            self._states[model].answers.unavailable.setdefault(place, reason)

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
