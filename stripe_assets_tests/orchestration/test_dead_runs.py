"""A run whose process was killed does not hold back its key."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import dagster as dg
import psutil
import pytest

from stripe_assets.definitions import defs
from stripe_assets.orchestration.dead_runs import HOST, PID, STARTED, fail_dead_runs, record_process


@pytest.fixture
def started_run(instance: dg.DagsterInstance) -> str:
    job = defs.resolve_job_def("sync_models")
    run = instance.create_run_for_job(
        job, status=dg.DagsterRunStatus.STARTED, tags={"dagster/partition": "acme"}
    )
    return run.run_id


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_a_killed_run_is_reported_as_failed(instance: dg.DagsterInstance, started_run: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    began = psutil.Process(process.pid).create_time()
    instance.add_run_tags(
        started_run, {HOST: socket.gethostname(), PID: str(process.pid), STARTED: f"{began:.2f}"}
    )
    assert fail_dead_runs(instance) == []
    process.kill()
    process.wait()
    assert fail_dead_runs(instance) == [started_run]
    assert status(instance, started_run) is dg.DagsterRunStatus.FAILURE


def test_a_later_process_with_the_same_number_does_not_count_as_the_run(
    instance: dg.DagsterInstance, started_run: str
) -> None:
    instance.add_run_tags(
        started_run, {HOST: socket.gethostname(), PID: str(os.getpid()), STARTED: "1.0"}
    )
    assert fail_dead_runs(instance) == [started_run]


def test_a_live_run_and_a_run_of_another_machine_are_left_alone(
    instance: dg.DagsterInstance, started_run: str
) -> None:
    record_process(instance, started_run)
    assert fail_dead_runs(instance) == []
    instance.add_run_tags(started_run, {HOST: "elsewhere", PID: "1", STARTED: "1.0"})
    assert fail_dead_runs(instance) == []
