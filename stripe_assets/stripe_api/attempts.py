"""The attempts of one request: whether it is sent again, and how long to wait before."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

import tenacity

from stripe_assets.stripe_api.answer import Answer
from stripe_assets.stripe_api.errors import Failure

LONGEST_BACKOFF = 30.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result of one attempt: an answer or a failure."""

    answer: Answer | None = None
    failure: Failure | None = None
    repeat: bool = False
    """Whether another attempt may succeed."""
    retry_after: float | None = None
    """Seconds that Stripe asks to wait before another attempt."""


def retrying(max_retries: int, backoff: float, stop: threading.Event) -> tenacity.Retrying:
    """Calls a function that returns an Attempt until it is not to be repeated; returns the last
    one.

    `backoff` is the longest wait before the first retry, in seconds; it doubles with each retry. A
    set `stop` ends the wait at once; then the next attempt has to raise Stopped.
    """

    def wait(state: tenacity.RetryCallState) -> float:
        """Exponential back-off with full jitter, or what Stripe asks for if that is longer."""
        longest = min(LONGEST_BACKOFF, backoff * 2.0 ** min(state.attempt_number - 1, 16))
        jitter = random.uniform(0, longest)
        asked = _last(state).retry_after
        # Jitter is added here too. Otherwise all threads to which Stripe named the same second
        # would send at once.
        return jitter if asked is None else asked + min(jitter, 1.0)

    def sleep(seconds: float) -> None:
        stop.wait(seconds)

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(max_retries + 1),
        retry=tenacity.retry_if_result(lambda attempt: attempt.repeat),
        wait=wait,
        sleep=sleep,
        retry_error_callback=_last,
    )


def _last(state: tenacity.RetryCallState) -> Attempt:
    return state.outcome.result() if state.outcome else Attempt()
