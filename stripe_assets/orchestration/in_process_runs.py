"""Dagster runs in this process, one key after another: what the command line starts.

They are runs of the jobs with the default assets, on the instance that `dagster dev` shows.
"""

from __future__ import annotations

from typing import Any

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import sync_config
from stripe_assets.orchestration.code_location import definitions_of
from stripe_assets.orchestration.dead_runs import fail_dead_runs
from stripe_assets.orchestration.display import RunDisplay
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.outcome import EventsOutcome, Outcome, SyncOutcome
from stripe_assets.orchestration.process_events_op import PROCESS_EVENTS, events_config
from stripe_assets.orchestration.stripe_sync import AnyOutcome, StripeSync
from stripe_assets.orchestration.translator import DEFAULT_TRANSLATOR, translate

SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
INTERRUPTED = "interrupted"


class InProcessRuns:
    """Runs of one key each. Never two at a time: Dagster takes one run per process."""

    def __init__(self, display: RunDisplay) -> None:
        self._instance = dg.DagsterInstance.get()
        fail_dead_runs(self._instance)
        self._stripe = DisplayedStripe(display)
        self._models = translate(catalog(), DEFAULT_TRANSLATOR)
        self._definitions = definitions_of(self._models, self._stripe)

    def sync(self, outcome: SyncOutcome) -> None:
        """Runs `sync_models` for the key, models and mode of `outcome`, and fills it in.

        The run ends early on SIGINT and SIGTERM. The caller asks for the signal afterwards.
        """
        selection = (
            []
            if len(outcome.models) == len(self._models.by_model)
            else [self._models.key(model) for model in outcome.models]
        )
        self._run(outcome, SYNC_MODELS, sync_config(outcome.mode), asset_selection=selection)

    def process_events(self, outcome: EventsOutcome, verbosity: int) -> None:
        """Runs `process_events` for the key and selection of `outcome`, like `sync`."""
        self._run(
            outcome, PROCESS_EVENTS, events_config(outcome.selection, verbosity, outcome.others)
        )

    def _run(self, outcome: Outcome, job: str, config: dict[str, object], **options: Any) -> None:
        self._stripe.given = outcome
        result = self._definitions.resolve_job_def(job).execute_in_process(
            instance=self._instance,
            tags={"dagster/partition": outcome.alias},
            run_config=SILENT | config,
            raise_on_error=False,
            **options,
        )
        outcome.run_id = result.run_id
        if _interrupted(result):
            # Dagster calls such a step failed, unless its UI asked for the end.
            self._instance.report_run_canceled(
                result.dagster_run, "Interrupted on the command line."
            )
            outcome.error = outcome.error or INTERRUPTED
        if not result.success and not outcome.failures():
            outcome.error = _step_error(result)


class DisplayedStripe(StripeSync):
    """The resource of these runs: shows them, and records what they come to in a given outcome.

    Dagster keeps the results until the run has ended. The command line shows them as they come.
    """

    given: Outcome
    """The outcome of the run that starts next or is in progress."""

    def __init__(self, display: RunDisplay) -> None:
        self.display = display

    def outcome_to_fill(self, new: AnyOutcome) -> AnyOutcome:
        """Returns the given outcome, with the run's id."""
        assert isinstance(self.given, type(new))
        self.given.run_id = new.run_id
        return self.given


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
    return "The run failed before it began to work. Dagster's UI shows why."
