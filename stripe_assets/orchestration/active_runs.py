"""Which API keys have a run that waits or is in progress.

Sensors and schedules request no other run for such a key.
"""

from collections.abc import Iterable

import dagster as dg

from stripe_assets.orchestration.dead_runs import IN_PROGRESS
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.process_events_op import PROCESS_EVENTS

WAITING = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED]
PARTITION = "dagster/partition"


def with_active_run(instance: dg.DagsterInstance, aliases: Iterable[str]) -> set[str]:
    """Returns those of the aliases that have a run.

    A run of `sync_models` or `process_events` without a partition is a run of every key.
    """
    records = instance.get_run_records(dg.RunsFilter(statuses=[*WAITING, *IN_PROGRESS]))
    runs = [record.dagster_run for record in records]
    if any(
        PARTITION not in run.tags and run.job_name in (SYNC_MODELS, PROCESS_EVENTS) for run in runs
    ):
        return set(aliases)
    return {run.tags[PARTITION] for run in runs if PARTITION in run.tags} & set(aliases)
