"""Dagster runs in this process, one key after another, on the instance that `dagster dev` shows: what the command line starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import asset_key, sync_config
from stripe_assets.orchestration.code_location import code_location
from stripe_assets.orchestration.event_log import event_line
from stripe_assets.orchestration.events import PROCESS_EVENTS, events_config
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.orphans import end_orphans
from stripe_assets.orchestration.outcome import EventsOutcome, Outcome, SyncOutcome
from stripe_assets.orchestration.stripe_sync import Events, Report, StripeSync, Sync
from stripe_assets.sync import (
    EventProgress,
    EventReport,
    EventSelection,
    EventSummary,
    Mode,
    ModelResult,
    Plan,
    Progress,
)

SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
INTERRUPTED = "interrupted"


class Onlooker(Protocol):
    """Who shows a run while it goes on."""

    def waiting(self, what: str) -> AbstractContextManager[None]: ...

    def say(self, lines: Sequence[str]) -> None: ...

    def progress(
        self, alias: str, progress: Progress | EventProgress
    ) -> AbstractContextManager[None]: ...


class KeyRuns:
    """Runs of one key each. Never two at a time: Dagster takes one run per process."""

    def __init__(self, onlooker: Onlooker) -> None:
        self._instance = dg.DagsterInstance.get()
        end_orphans(self._instance)
        self._watched = WatchedSync(onlooker)
        self._code_location = code_location(self._watched)

    def sync(self, outcome: SyncOutcome) -> None:
        """Runs what the outcome asks for, and fills it in. Ends early on SIGINT and SIGTERM; who calls asks for the signal afterwards."""
        resources = catalog().resources
        selection = (
            []
            if len(outcome.models) == len(resources)
            else [asset_key(resources[model]) for model in outcome.models]
        )
        self._run(outcome, SYNC_MODELS, sync_config(outcome.mode), asset_selection=selection)

    def process_events(self, outcome: EventsOutcome, verbosity: int) -> None:
        """The same for events."""
        self._run(
            outcome, PROCESS_EVENTS, events_config(outcome.selection, verbosity, outcome.others)
        )

    def _run(self, outcome: Outcome, job: str, config: dict[str, object], **options: Any) -> None:
        self._watched.outcome = outcome
        result = self._code_location.resolve_job_def(job).execute_in_process(
            instance=self._instance,
            tags={"dagster/partition": outcome.alias},
            run_config=SILENT | config,
            raise_on_error=False,
            **options,
        )
        outcome.run_id = result.run_id
        if _interrupted(result):
            # Dagster calls such a step failed unless its UI asked for the end.
            self._instance.report_run_canceled(
                result.dagster_run, "Interrupted on the command line."
            )
            outcome.error = outcome.error or INTERRUPTED
        if not result.success and not outcome.failures():
            outcome.error = _step_error(result)


class WatchedSync(StripeSync):
    """The runs' resource with someone who looks on: Dagster keeps results, the terminal wants them while they come."""

    outcome: Outcome
    """Of the run that is started next, or goes on."""

    def __init__(self, onlooker: Onlooker) -> None:
        self._onlooker = onlooker

    @contextmanager
    def open(self, alias: str, models: Sequence[str], mode: Mode, run_id: str) -> Iterator[Sync]:
        assert isinstance(self.outcome, SyncOutcome)
        with self._noted(), super().open(alias, models, mode, run_id) as sync:
            yield Watched(sync, self._onlooker, self.outcome)

    @contextmanager
    def events(
        self, alias: str, selection: EventSelection, run_id: str, report: Report | None
    ) -> Iterator[Events]:
        assert isinstance(self.outcome, EventsOutcome)
        told = self._told(report) if report else None
        with self._noted(), super().events(alias, selection, run_id, told) as events:
            yield WatchedEvents(events, self._onlooker, self.outcome)

    @contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            self.outcome.error = str(error)
            raise

    def _told(self, report: Report) -> Report:
        def both(event: EventReport) -> None:
            self._onlooker.say(
                [event_line(event), *([event.trace.rstrip()] if event.trace else [])]
            )
            report(event)

        return both


class Watched:
    def __init__(self, sync: Sync, onlooker: Onlooker, outcome: SyncOutcome) -> None:
        self.progress: Progress = sync.progress
        self._sync = sync
        self._onlooker = onlooker
        self._outcome = outcome

    @property
    def related(self) -> str | None:
        self._outcome.related = self._sync.related
        return self._outcome.related

    def prepare(self) -> Plan:
        with self._onlooker.waiting(f"{self._outcome.alias}: asking Stripe for its accounts"):
            plan = self._sync.prepare()
        self._outcome.progress = self.progress
        self._onlooker.say(plan.lines())
        return plan

    def run(self) -> Iterator[ModelResult]:
        with self._onlooker.progress(self._outcome.alias, self.progress):
            for result in self._sync.run():
                self._outcome.results.append(result)
                yield result


class WatchedEvents:
    def __init__(self, events: Events, onlooker: Onlooker, outcome: EventsOutcome) -> None:
        self.progress: EventProgress = events.progress
        self._events = events
        self._onlooker = onlooker
        self._outcome = outcome

    def prepare(self) -> list[str]:
        with self._onlooker.waiting(f"{self._outcome.alias}: asking Stripe for its accounts"):
            lines = self._events.prepare()
        self._outcome.progress = self.progress
        self._onlooker.say(lines)
        return lines

    @property
    def summary(self) -> EventSummary:
        return self._events.summary

    def run(self) -> EventSummary:
        try:
            with self._onlooker.progress(self._outcome.alias, self.progress):
                return self._events.run()
        finally:
            self._outcome.took(self._events.summary)


def _interrupted(result: dg.ExecuteInProcessResult) -> bool:
    errors = (event.step_failure_data.error for event in result.all_events if event.is_step_failure)
    return any(
        error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__
        for error in errors
    )


def _step_error(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            return (
                data.user_failure_data.description or ""
                if data.user_failure_data
                else str(data.error.message if data.error else "")
            )
    return "The run failed before it had begun its work; see it in Dagster's UI."
