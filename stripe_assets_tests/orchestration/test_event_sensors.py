"""The event sensors and the nightly schedule: real ticks against the sandbox."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    RegisteredCodeLocationOrigin,
    RemoteJobOrigin,
    RemoteRepositoryOrigin,
)

from stripe_assets.definitions import defs
from stripe_assets.mirror import Mirror, Owner
from stripe_assets.orchestration.active_runs import WAITING
from stripe_assets.orchestration.dead_runs import IN_PROGRESS
from stripe_assets.orchestration.sensors import EVENTS_IN_A_RUN, failed_webhooks
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.orchestration.test_runs import SILENT

SECOND = "acct_1SandboxSecond00"
CONNECTED = "acct_1SandboxAtelier0"

new_events = defs.resolve_sensor_def("new_events")


def tick(
    sensor: dg.SensorDefinition, instance: dg.DagsterInstance, cursor: str | None = None
) -> dg.SensorResult:
    with dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"stripe": StripeSync()}, definitions=defs
    ) as context:
        result = sensor(context)
    assert isinstance(result, dg.SensorResult)
    return result


def config(request: dg.RunRequest, op: str) -> dict[str, Any]:
    return request.run_config["ops"][op]["config"]


def execute(
    instance: dg.DagsterInstance, job: str, request: dg.RunRequest
) -> dg.ExecuteInProcessResult:
    """Executes the run that a tick has requested."""
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags={"dagster/partition": request.partition_key or ""},
        run_config=SILENT | dict(request.run_config),
        asset_selection=list(request.asset_selection or []) or None,
        raise_on_error=False,
    )


def sync(instance: dg.DagsterInstance, alias: str, tables: Sequence[str]) -> None:
    assert execute(
        instance,
        "sync_models",
        dg.RunRequest(
            partition_key=alias,
            asset_selection=[dg.AssetKey(["stripe", table]) for table in tables],
        ),
    ).success


def failing(server: Sandbox, account: str = SECOND, count: int = 1) -> list[str]:
    """Makes customers of the account, and events about them whose webhooks fail. Returns the
    events."""
    server.control("deliveries", fail=True, account=account)
    customers = [
        server.control("objects", resource="customer", object={}, account=account, event=False)[
            "id"
        ]
        for _ in range(count)
    ]
    events = [
        server.control(
            "events",
            type="customer.updated",
            object={"id": customer, "object": "customer"},
            account=account,
        )["id"]
        for customer in customers
    ]
    server.control("deliveries", fail=False)
    return events


@pytest.fixture(autouse=True)
def delivered(request: pytest.FixtureRequest) -> None:
    """Marks the events of the sandbox's history and of earlier tests as delivered."""
    if "stripe_server" in request.fixturenames:
        server: Sandbox = request.getfixturevalue("stripe_server")
        for account in ("acct_1SandboxPlatform", SECOND, CONNECTED, "acct_1SandboxKissaten"):
            server.control("deliveries/mark", delivered=True, account=account)


def test_a_failed_webhook_leads_to_a_run_for_exactly_its_events(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    events = failing(stripe_server, count=2)
    found = tick(failed_webhooks, instance)
    (request,) = found.run_requests or []
    assert request.partition_key == "second"
    asked = config(request, "process_events")
    assert (sorted(asked["ids"]), asked["account"]) == (sorted(events), SECOND)
    assert any(event in (request.run_key or "") for event in events)
    assert instance.get_dynamic_partitions("stripe_api_keys") == ["second"]
    with Mirror.open() as mirror:
        assert mirror.request_counts.since(datetime.now(UTC)).keys() >= {Owner(SECOND, False)}

    assert execute(instance, "process_events", request).success
    assert tick(failed_webhooks, instance, found.cursor).run_requests == []


def test_a_new_failure_gives_a_new_run_and_the_same_failure_does_not_at_once(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    failing(stripe_server)
    first = tick(failed_webhooks, instance)
    again = tick(failed_webhooks, instance, first.cursor)
    assert again.run_requests == []
    failing(stripe_server)
    later = tick(failed_webhooks, instance, again.cursor)
    (before,), (after,) = first.run_requests or [], later.run_requests or []
    assert before.run_key != after.run_key


def test_a_run_takes_a_limited_number_of_events(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    failing(stripe_server, count=EVENTS_IN_A_RUN + 5)
    first = tick(failed_webhooks, instance)
    (request,) = first.run_requests or []
    assert len(config(request, "process_events")["ids"]) == EVENTS_IN_A_RUN
    assert execute(instance, "process_events", request).success
    (rest,) = tick(failed_webhooks, instance, first.cursor).run_requests or []
    assert len(config(rest, "process_events")["ids"]) == 5


def test_the_run_for_a_connected_accounts_events_names_that_account(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    sync(instance, "sandbox", ["country_spec"])
    events = failing(stripe_server, account=CONNECTED)
    (request,) = tick(failed_webhooks, instance).run_requests or []
    asked = config(request, "process_events")
    assert (request.partition_key, asked["ids"], asked["account"]) == ("sandbox", events, CONNECTED)
    assert execute(instance, "process_events", request).success


def add_active_run(
    instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus, **tags: str
) -> None:
    origin = RemoteJobOrigin(
        RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("stripe_assets"), "__repository__"), job
    )
    definition = defs.resolve_job_def(job)
    instance.create_run_for_job(definition, status=status, tags=tags, remote_job_origin=origin)


@pytest.mark.parametrize("status", [*WAITING, *IN_PROGRESS])
def test_no_run_of_a_key_is_requested_while_another_waits_or_runs(
    instance: dg.DagsterInstance, stripe_server: Sandbox, status: dg.DagsterRunStatus
) -> None:
    failing(stripe_server)
    add_active_run(instance, "sync_models", status, **{"dagster/partition": "second"})
    found = tick(failed_webhooks, instance)
    assert found.run_requests == []
    assert found.skip_reason is not None and "second" in (found.skip_reason.skip_message or "")


def test_a_run_of_all_keys_holds_back_each_key(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    failing(stripe_server)
    stripe_server.control("log/clear")
    add_active_run(instance, "process_events", dg.DagsterRunStatus.STARTED)
    assert tick(failed_webhooks, instance).run_requests == []
    assert stripe_server.log() == []


def test_a_key_that_gets_no_answer_shows_its_error_and_does_not_stop_the_others(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    sync(instance, "sandbox", ["country_spec"])
    sync(instance, "second", ["country_spec"])
    failing(stripe_server)
    stripe_server.control(
        "faults", path="/v1/events", kind="hang", times=1
    )  # `sandbox` has the first turn
    began = time.monotonic()
    found = tick(failed_webhooks, instance)
    assert time.monotonic() - began < 10
    (request,) = found.run_requests or []
    assert request.partition_key == "second"
    keys = json.loads(found.cursor or "")["keys"]
    assert "/v1/events" in keys["sandbox"]["error"]
    assert keys["second"]["error"] is None


def test_a_malformed_key_and_a_refused_one_do_not_stop_the_others(
    instance: dg.DagsterInstance, stripe_server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY__BROKEN", "pk_test_publishable")
    monkeypatch.setenv("STRIPE_API_KEY__SANDBOX", "sk_test_neverissuedbystripe")
    found = tick(failed_webhooks, instance)
    assert found.skip_reason is not None
    message = found.skip_reason.skip_message or ""
    assert "broken: " in message
    assert "sandbox: " in message and "401" in message
    assert "neverissued" not in message + (found.cursor or "")
    failing(stripe_server)
    assert [
        request.partition_key
        for request in tick(failed_webhooks, instance, found.cursor).run_requests or []
    ] == ["second"]


def test_new_events_request_a_sync_of_the_models_that_they_are_about(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    sync(instance, "second", ["event", "customer", "product", "charge"])
    customer = stripe_server.control("objects", resource="customer", object={}, account=SECOND)[
        "id"
    ]
    found = tick(new_events, instance)
    requests = {request.partition_key: request for request in found.run_requests or []}
    request = requests["second"]
    assert config(request, "stripe_models") == {"mode": "incremental"}
    chosen = {key.path[-1] for key in request.asset_selection or []}
    assert "customer" in chosen
    assert "product" not in chosen
    stripe_server.control("log/clear")
    assert execute(instance, "sync_models", request).success
    assert [entry for entry in stripe_server.log() if entry["path"] == f"/v1/customers/{customer}"]
    assert not [
        request
        for request in tick(new_events, instance, found.cursor).run_requests or []
        if request.partition_key == "second"
    ]


def test_a_key_that_was_never_swept_is_reported_as_due_and_no_run_is_requested(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    found = tick(new_events, instance)
    assert found.run_requests == []
    assert found.skip_reason is not None
    assert "second: a full sweep of acct_1SandboxSecond00 is due" in (
        found.skip_reason.skip_message or ""
    )


def test_without_a_key_a_tick_says_so(instance: dg.DagsterInstance, database: str) -> None:
    reason = tick(failed_webhooks, instance).skip_reason
    assert reason is not None and "no key" in (reason.skip_message or "")


def test_a_tick_ends_although_a_socket_never_answers(
    instance: dg.DagsterInstance, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("STRIPE_API_BASE", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("STRIPE_API_KEY__ACME", "sk_test_anything00")
        began = time.monotonic()
        found = tick(failed_webhooks, instance)
        # Two requests of 5 seconds: the second is without expansions.
        assert time.monotonic() - began < 14
    assert json.loads(found.cursor or "")["keys"]["acme"]["error"]


@pytest.fixture
def kept_instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """An instance in files: the daemon needs one."""
    with dg.DagsterInstance.local_temp(
        str(tmp_path), overrides={"telemetry": {"enabled": False}}
    ) as instance:
        yield instance


def test_the_daemon_accepts_the_runs_that_a_tick_requests(
    kept_instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    sync(kept_instance, "second", ["customer", "event"])
    failing(stripe_server)
    ref = kept_instance.get_ref()
    for name in ("failed_webhooks", "new_events"):
        with dg.build_sensor_context(
            instance_ref=ref, definitions=defs, resources={"stripe": StripeSync()}
        ) as context:
            (request,) = defs.resolve_sensor_def(name).evaluate_tick(context).run_requests or []
        assert request.tags["dagster/partition"] == "second"


def nightly_requests(instance: dg.DagsterInstance) -> list[dg.RunRequest]:
    when = datetime(2026, 11, 2, 3, tzinfo=UTC)
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=when,
        repository_def=defs.get_repository_def(),
        resources={"stripe": StripeSync()},
    ) as context:
        return list(
            defs.resolve_schedule_def("nightly_full_sweep").evaluate_tick(context).run_requests
            or []
        )


def test_every_night_each_key_is_swept_in_full(
    kept_instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    requests = nightly_requests(kept_instance)
    assert [request.tags["dagster/partition"] for request in requests] == ["sandbox", "second"]
    assert all(config(request, "stripe_models") == {"mode": "full"} for request in requests)
    assert len({request.run_key for request in requests}) == 2


def test_the_nightly_schedule_leaves_out_a_key_with_an_active_run(
    kept_instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    add_active_run(
        kept_instance,
        "process_events",
        dg.DagsterRunStatus.STARTED,
        **{"dagster/partition": "second"},
    )
    assert [request.tags["dagster/partition"] for request in nightly_requests(kept_instance)] == [
        "sandbox"
    ]


@pytest.mark.parametrize(
    ("name", "status"), [("failed_webhooks", "RUNNING"), ("new_events", "STOPPED")]
)
def test_which_sensors_are_on_by_default(name: str, status: str) -> None:
    assert defs.resolve_sensor_def(name).default_status.value == status


def test_the_nightly_schedule_is_off_by_default() -> None:
    assert (
        defs.resolve_schedule_def("nightly_full_sweep").default_status
        is dg.DefaultScheduleStatus.STOPPED
    )
