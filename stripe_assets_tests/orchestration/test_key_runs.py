"""A run that ends early reports the finished models, after the threads of the sync have ended.

The sync is a stand-in that raises an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Owner
from stripe_assets.orchestration.key_runs import KeySyncRun
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.sync import Mode, ModelResult, Plan, Progress, SyncAborted


class Terminated(BaseException):
    """Stands in for the exception that Dagster raises in the main thread."""


class BrokenSync:
    """Stands in for a KeySync. It finishes these models in this order, and then raises the
    error."""

    def __init__(self, finishing: Sequence[str], error: BaseException) -> None:
        self.progress = Progress()
        self.related = None
        self._finishing = finishing
        self._error = error

    def prepare(self) -> Plan:
        return Plan("acme", (Owner("acct_1", False),), tuple(self._finishing), (), 1, (), (), {})

    def run(self) -> Iterator[ModelResult]:
        for model in self._finishing:
            yield ModelResult(model, "acme", "ok", 1, 1, 1, 0.1)
        raise self._error


class Source(StripeSync):
    def __init__(self, sync: BrokenSync, events: list[str]) -> None:
        self._sync = sync
        self._events = events

    @contextmanager
    def open(
        self, alias: str, models: Sequence[str], mode: Mode, run_id: str
    ) -> Iterator[BrokenSync]:
        try:
            yield self._sync
        finally:
            self._events.append("threads ended")


def started(error: BaseException, events: list[str]) -> KeySyncRun:
    """Returns a run in which invoices finish before the customers that they depend on.

    So the invoices are held until the customers are done, or until the end.
    """
    models = [
        name for name in catalog().resources if name in ("customer", "invoice", "charge", "product")
    ]
    return KeySyncRun(
        Source(BrokenSync(["product", "invoice"], error), events), "acme", models, "full", "run"
    )


def test_finished_models_are_reported_before_a_termination_is_raised() -> None:
    events: list[str] = []
    run = started(Terminated(), events)
    results = run.run(catalog(), lambda: events.append("registered"), lambda line: None)
    with pytest.raises(Terminated):
        for result in results:
            events.append(result.model)
    assert events == ["registered", "product", "threads ended", "invoice"]


def test_an_abort_is_the_outcomes_error() -> None:
    events: list[str] = []
    run = started(SyncAborted("acme: 401"), events)
    assert [result.model for result in run.run(catalog(), lambda: None, lambda line: None)] == [
        "product",
        "invoice",
    ]
    assert run.outcome.error == "acme: 401"
    assert set(run.outcome.unfinished) == {"customer", "charge"}


def test_a_bug_is_raised_and_its_message_is_the_outcomes_error() -> None:
    run = started(ZeroDivisionError("a bug"), [])
    with pytest.raises(ZeroDivisionError):
        list(run.run(catalog(), lambda: None, lambda line: None))
    assert run.outcome.error == "a bug"
