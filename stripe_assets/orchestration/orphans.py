"""Runs whose process was killed: nobody else tells Dagster, and the queue would hold back their key's next run for ever."""

import socket
from collections.abc import Mapping

import dagster as dg
import psutil

HOST, PID, STARTED = "stripe_assets/host", "stripe_assets/pid", "stripe_assets/process_started"
UNDER_WAY = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def name_process(instance: dg.DagsterInstance, run_id: str) -> None:
    """Notes on the run which process does it."""
    process = psutil.Process()
    instance.add_run_tags(
        run_id,
        {
            HOST: socket.gethostname(),
            PID: str(process.pid),
            STARTED: f"{process.create_time():.2f}",
        },
    )


def end_orphans(instance: dg.DagsterInstance) -> list[str]:
    """Reports runs of this machine as failed whose process is gone. Returns their ids."""
    records = instance.get_run_records(
        dg.RunsFilter(statuses=UNDER_WAY, tags={HOST: socket.gethostname()})
    )
    orphans = [record.dagster_run for record in records if not _alive(record.dagster_run.tags)]
    for run in orphans:
        instance.report_run_failed(
            run,
            "Its process was killed. What it had written is in the database; the next run goes on from there.",
        )
    return [run.run_id for run in orphans]


def _alive(tags: Mapping[str, str]) -> bool:
    try:
        return abs(psutil.Process(int(tags[PID])).create_time() - float(tags[STARTED])) < 1
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, ValueError):
        return True  # it cannot be told
