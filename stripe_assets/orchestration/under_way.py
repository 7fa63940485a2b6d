"""Which API keys have a run that waits or goes on: neither sensors nor schedules begin another."""

from collections.abc import Iterable

import dagster as dg

from stripe_assets.orchestration.events import PROCESS_EVENTS
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.orphans import UNDER_WAY

WAITING = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED]
PARTITION = "dagster/partition"


def busy(instance: dg.DagsterInstance, aliases: Iterable[str]) -> set[str]:
    """A run of one of the jobs without a partition is one of every key."""
    records = instance.get_run_records(dg.RunsFilter(statuses=[*WAITING, *UNDER_WAY]))
    runs = [record.dagster_run for record in records]
    if any(
        PARTITION not in run.tags and run.job_name in (SYNC_MODELS, PROCESS_EVENTS) for run in runs
    ):
        return set(aliases)
    return {run.tags[PARTITION] for run in runs if PARTITION in run.tags} & set(aliases)
