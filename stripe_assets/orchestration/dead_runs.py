"""Runs whose process was killed: they are reported as failed.

Nothing else tells Dagster about them, and the run queue would hold back the next run of their key
for ever.
"""

import socket
from collections.abc import Mapping

import dagster as dg
import psutil

HOST, PID, STARTED = "stripe_assets/host", "stripe_assets/pid", "stripe_assets/process_started"
IN_PROGRESS = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def record_process(instance: dg.DagsterInstance, run_id: str) -> None:
    """Records this process in the run's tags."""
    process = psutil.Process()
    instance.add_run_tags(
        run_id,
        {
            HOST: socket.gethostname(),
            PID: str(process.pid),
            STARTED: f"{process.create_time():.2f}",
        },
    )


def fail_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Reports this machine's runs whose process has ended as failed. Returns their ids."""
    records = instance.get_run_records(
        dg.RunsFilter(statuses=IN_PROGRESS, tags={HOST: socket.gethostname()})
    )
    dead = [record.dagster_run for record in records if not _is_alive(record.dagster_run.tags)]
    for run in dead:
        instance.report_run_failed(
            run,
            "The run's process was killed. What the run had written is in the database; "
            "the next run continues there.",
        )
    return [run.run_id for run in dead]


def _is_alive(tags: Mapping[str, str]) -> bool:
    try:
        return abs(psutil.Process(int(tags[PID])).create_time() - float(tags[STARTED])) < 1
    except psutil.NoSuchProcess:
        return False
    except (psutil.Error, ValueError):
        return True  # the tags or the system do not say, so the run may still be alive
