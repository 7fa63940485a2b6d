"""Runs of the job `process_events` against the sandbox: records, logs and failures."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from stripe_assets.definitions import defs
from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.orchestration.test_runs import SILENT, failure, materialized

SECOND = "acct_1SandboxSecond00"


def process(
    instance: dg.DagsterInstance, alias: str | None, **config: Any
) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("process_events").execute_in_process(
        instance=instance,
        tags={"dagster/partition": alias} if alias else {},
        run_config=SILENT | {"ops": {"process_events": {"config": config}}},
        raise_on_error=False,
    )


def output(result: dg.ExecuteInProcessResult) -> dict[str, list[dict[str, Any]]]:
    """Returns the tables of a run's summary."""
    (event,) = [event for event in result.all_events if event.is_successful_output]
    tables = {
        name: value
        for name, value in event.step_output_data.metadata.items()
        if isinstance(value, dg.TableMetadataValue)
    }
    return {name: [dict(record.data) for record in table.records] for name, table in tables.items()}


def logged(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> str:
    return "\n".join(entry.user_message for entry in instance.all_logs(result.run_id))


def new_event(server: Sandbox) -> tuple[str, str]:
    """Makes an event about a new customer. Returns (event, customer)."""
    customer = server.control(
        "objects", resource="customer", object={"name": "Ada"}, account=SECOND, event=False
    )["id"]
    event = server.control(
        "events",
        type="customer.updated",
        object={"id": customer, "object": "customer"},
        account=SECOND,
    )
    return event["id"], customer


def test_chosen_events_are_processed_and_the_models_that_they_change_are_materialized(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    event, customer = new_event(stripe_server)
    result = process(instance, "second", ids=[event])
    assert result.success
    (counts,) = output(result)["events"]
    assert (counts["key"], counts["listed"], counts["processed"], counts["failed"]) == (
        "second",
        1,
        1,
        0,
    )
    found = materialized(result)
    assert {"customer", "event"} >= found.keys() >= {"customer"}
    assert found["customer"].partition == "second"
    assert found["customer"].metadata["rows_written"].value == 1
    assert instance.get_dynamic_partitions("stripe_api_keys") == ["second"]
    with Mirror.open() as mirror, mirror.connection() as connection:
        table = mirror.tables["customer"]
        assert connection.execute(table.select().where(table.c.id == customer)).one().name == "Ada"


def test_without_a_partition_the_key_of_each_id_is_found(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    event, _ = new_event(stripe_server)
    result = process(instance, None, ids=[event])
    assert result.success
    assert [(row["key"], row["processed"]) for row in output(result)["events"]] == [
        ("sandbox", 0),
        ("second", 1),
    ]
    assert materialized(result)["customer"].partition == "second"


def test_an_event_that_fails_fails_the_run_after_the_others_are_processed(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    bad, refused = new_event(stripe_server)
    good, _ = new_event(stripe_server)
    stripe_server.control(
        "faults",
        path=f"/v1/customers/{refused}",
        status=400,
        type="invalid_request_error",
        times=None,
    )
    result = process(instance, "second", ids=[bad, good], verbosity=2)
    assert not result.success
    first, *_, command = failure(result).splitlines()
    assert first.startswith(f"second, {bad}: ")
    assert command == f"stripe-assets events --ids {bad} --api-key second"
    log = logged(instance, result)
    assert f"{good} customer.updated" in log
    assert "Traceback" in log
    stripe_server.reset()
    again = process(instance, "second", ids=[bad, good])
    (counts,) = output(again)["events"]
    assert (counts["processed"], counts["already processed"]) == (1, 1)


def test_each_event_is_logged_only_when_asked(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    event, _ = new_event(stripe_server)
    assert f"{event} customer.updated" not in logged(
        instance, process(instance, "second", ids=[event])
    )
    assert f"{event} customer.updated" in logged(
        instance, process(instance, "second", ids=[event], verbosity=2)
    )


@pytest.mark.parametrize(
    "config",
    [
        {"failed": True, "type": "charge.*"},
        {"ids": ["evt_1"], "failed": True},
        {"type": "chrage.*"},
    ],
)
def test_an_invalid_config_is_an_error_of_one_line_and_sends_no_request(
    instance: dg.DagsterInstance, stripe_server: Sandbox, config: dict[str, Any]
) -> None:
    message = failure(process(instance, "second", **config))
    assert len(message.splitlines()) == 1
    assert stripe_server.log() == []


def test_a_refused_key_does_not_stop_the_others(
    instance: dg.DagsterInstance, stripe_server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY__SANDBOX", "sk_test_neverissuedbystripe")
    result = process(instance, None, type="customer.created")
    assert not result.success
    assert "401" in failure(result)
    assert (
        failure(result).splitlines()[-1]
        == "stripe-assets events --type customer.created --api-key sandbox"
    )
    assert instance.get_materialized_partitions(dg.AssetKey(["stripe", "customer"])) <= {"second"}
    assert [entry for entry in stripe_server.log() if entry["path"] == "/v1/events"]


def test_dagsters_own_command_runs_it_from_a_file(stripe_server: Sandbox, tmp_path: Path) -> None:
    event, _ = new_event(stripe_server)
    for name, tags in (("tagged", ["--tags", '{"dagster/partition": "second"}']), ("untagged", [])):
        file = tmp_path / f"{name}.yaml"
        file.write_text(yaml.safe_dump({"ops": {"process_events": {"config": {"ids": [event]}}}}))
        command = [
            sys.executable,
            "-m",
            "dagster",
            "job",
            "execute",
            "-m",
            "stripe_assets.definitions",
            "-j",
            "process_events",
        ]
        environment = {**os.environ, "DAGSTER_HOME": str(tmp_path)}
        done = subprocess.run(
            [*command, "-c", str(file), *tags],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "1 listed" in done.stdout + done.stderr


@pytest.mark.parametrize("field", ["type", "account", "ids", "failed", "others", "verbosity"])
def test_the_config_reads_no_environment_variable(
    instance: dg.DagsterInstance,
    stripe_server: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    field: str,
) -> None:
    """Whoever may launch a run could bring a secret into its log."""
    monkeypatch.setenv("A_SECRET", "do-not-show-me")
    named = {"env": "A_SECRET"}
    with pytest.raises(dg.DagsterInvalidConfigError) as refused:
        process(instance, "sandbox", **{field: [named] if field == "ids" else named})
    assert "do-not-show-me" not in str(refused.value)
