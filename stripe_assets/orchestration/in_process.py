"""Dagster runs in this process, one key after another, on the instance that `dagster dev` shows: what the command line starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import asset_key
from stripe_assets.orchestration.code_location import code_location
from stripe_assets.orchestration.key_run import StripeSync, Sync
from stripe_assets.orchestration.orphans import end_orphans
from stripe_assets.orchestration.outcome import Outcome
from stripe_assets.orchestration.report import repeat_command
from stripe_assets.sync import ModelResult, Plan, Progress

SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Onlooker(Protocol):
    """Who shows a run while it goes on."""

    def waiting(self, what: str) -> AbstractContextManager[None]: ...

    def plan(self, lines: Sequence[str]) -> None: ...

    def progress(self, alias: str, progress: Progress) -> AbstractContextManager[None]: ...


class SyncRuns:
    """Each `run` adds an outcome. Never two at a time: Dagster takes one run per process."""

    def __init__(self, onlooker: Onlooker) -> None:
        self.outcomes: list[Outcome] = []
        self._instance = dg.DagsterInstance.get()
        end_orphans(self._instance)
        self._watched = WatchedSync(onlooker)
        self._job = code_location(self._watched).resolve_job_def("sync_models")

    def run(self, alias: str, models: Sequence[str]) -> None:
        """Ends early on SIGINT and SIGTERM; who calls asks for the signal afterwards."""
        resources = catalog().resources
        outcome = Outcome(alias, list(models or resources))
        self.outcomes.append(outcome)
        self._watched.outcome = outcome
        result = self._job.execute_in_process(
            instance=self._instance,
            tags={"dagster/partition": alias},
            asset_selection=[asset_key(resources[model]) for model in models],
            run_config=SILENT,
            raise_on_error=False,
        )
        outcome.run_id = result.run_id
        if _interrupted(result):
            # Dagster calls such a step failed unless its UI asked for the end.
            self._instance.report_run_canceled(result.dagster_run, "Interrupted on the command line.")
        if not result.success and outcome.error is None and not outcome.failed:
            outcome.error = _step_error(result)
        if not outcome.succeeded:
            outcome.repeat = repeat_command(alias, outcome.unfinished or outcome.models)


class WatchedSync(StripeSync):
    """The assets' resource with someone who looks on: Dagster keeps results, the terminal wants them while they come."""

    outcome: Outcome
    """Of the run that is started next, or goes on."""

    def __init__(self, onlooker: Onlooker) -> None:
        self._onlooker = onlooker

    @contextmanager
    def open(self, alias: str, models: Sequence[str], run_id: str) -> Iterator[Sync]:
        try:
            with super().open(alias, models, run_id) as sync:
                yield Watched(sync, self._onlooker, self.outcome)
        except Exception as error:
            self.outcome.error = str(error)
            raise


class Watched:
    def __init__(self, sync: Sync, onlooker: Onlooker, outcome: Outcome) -> None:
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
        self._onlooker.plan(plan.lines())
        return plan

    def run(self) -> Iterator[ModelResult]:
        with self._onlooker.progress(self._outcome.alias, self.progress):
            for result in self._sync.run():
                self._outcome.results.append(result)
                yield result


def _interrupted(result: dg.ExecuteInProcessResult) -> bool:
    errors = (event.step_failure_data.error for event in result.all_events if event.is_step_failure)
    return any(error is not None and error.cls_name == dg.DagsterExecutionInterruptedError.__name__ for error in errors)


def _step_error(result: dg.ExecuteInProcessResult) -> str:
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            return data.user_failure_data.description or "" if data.user_failure_data else str(data.error.message if data.error else "")
    return "The run failed before its first model; see it in Dagster's UI."
