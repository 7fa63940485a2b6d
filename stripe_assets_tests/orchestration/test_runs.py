"""Runs of `sync_models` against the sandbox: what materializes, what fails, what a failure says."""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg
import pytest

from stripe_assets.catalog import catalog
from stripe_assets.definitions import defs
from stripe_assets.sandbox import Sandbox

TABLES = {resource.table for resource in catalog().resources.values()}
SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run(
    instance: dg.DagsterInstance,
    alias: str | None,
    tables: Sequence[str] = (),
    mode: str | None = None,
) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("sync_models").execute_in_process(
        instance=instance,
        tags={"dagster/partition": alias} if alias else {},
        asset_selection=[dg.AssetKey(["stripe", table]) for table in tables],
        run_config=SILENT
        | ({"ops": {"stripe_models": {"config": {"mode": mode}}}} if mode else {}),
        raise_on_error=False,
    )


def materialized(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetMaterialization]:
    events = (
        event.step_materialization_data.materialization
        for event in result.all_events
        if event.is_step_materialization
    )
    return {event.asset_key.path[-1]: event for event in events}


def failure(result: dg.ExecuteInProcessResult) -> str:
    (event,) = [event for event in result.all_events if event.is_step_failure]
    data = event.step_failure_data
    assert data.user_failure_data is not None, data.error
    return data.user_failure_data.description or ""


def test_a_run_of_one_key_materializes_every_model(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    result = run(instance, "sandbox")
    assert result.success
    found = materialized(result)
    assert found.keys() == TABLES
    assert {event.partition for event in found.values()} == {"sandbox"}
    assert instance.get_dynamic_partitions("stripe_api_keys") == ["sandbox"]


def test_the_metadata_of_a_model_has_its_rows_requests_and_availability(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    metadata = materialized(run(instance, "sandbox", ["invoice"]))["invoice"].metadata
    assert metadata.keys() == {
        "rows_written",
        "dagster/partition_row_count",
        "requests",
        "seconds",
        "availability",
    }
    assert metadata["availability"].value == "available"
    assert metadata["rows_written"].value == metadata["dagster/partition_row_count"].value
    assert metadata["requests"].value == len(
        [entry for entry in stripe_server.log() if entry["path"].startswith("/v1/invoices")]
    )


def test_a_selection_syncs_only_those_models(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    result = run(instance, "second", ["invoice", "customer"])
    assert result.success
    assert materialized(result).keys() == {"invoice", "customer"}


def test_a_model_that_is_incomplete_fails_the_run_and_no_other_model(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    stripe_server.control("faults", path="/v1/invoices", status=302, times=None)
    result = run(instance, "second", ["invoice", "customer", "charge"])
    assert not result.success
    assert materialized(result).keys() == {"customer", "charge"}
    first, *_, command = failure(result).splitlines()
    assert first.startswith("second, invoice: acct_1SandboxSecond00: /v1/invoices: 302")
    assert command == "stripe-assets sync Invoice --api-key second"
    stripe_server.control("faults/clear")
    repeated = run(instance, "second", ["invoice"])
    assert repeated.success and materialized(repeated).keys() == {"invoice"}


def test_a_second_run_lists_again_only_in_full_mode(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    def lists(mode: str | None) -> int:
        stripe_server.control("log/clear")
        assert run(instance, "second", ["customer"], mode).success
        return sum(entry["path"] == "/v1/customers" for entry in stripe_server.log())

    first, default, incremental, full = (
        lists(None),
        lists(None),
        lists("incremental"),
        lists("full"),
    )
    assert first == full > 0
    assert default == incremental == 0


def test_the_command_that_repeats_a_run_keeps_its_mode(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    stripe_server.control("faults", path="/v1/invoices", status=302, times=None)
    assert (
        failure(run(instance, "second", ["invoice"], "full")).splitlines()[-1]
        == "stripe-assets sync Invoice --full --api-key second"
    )


def test_an_unknown_mode_is_refused(instance: dg.DagsterInstance, stripe_server: Sandbox) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError, match="incremental"):
        run(instance, "second", ["invoice"], "fast")


def test_without_a_partition_every_key_is_synced_and_a_failure_names_key_and_model(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    stripe_server.control(
        "faults", path="/v1/topups", status=302, times=None, account="acct_1SandboxAtelier0"
    )
    result = run(instance, None)
    assert not result.success
    assert failure(result).splitlines()[-1] == "stripe-assets sync Topup --api-key sandbox"
    for table in TABLES:
        expected = {"second"} if table == "topup" else {"sandbox", "second"}
        assert instance.get_materialized_partitions(dg.AssetKey(["stripe", table])) == expected


def test_a_product_that_an_account_does_not_use_is_no_failure(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    result = run(instance, "second", ["climate_product"])
    assert result.success
    metadata = materialized(result)["climate_product"].metadata
    assert "not set up to use Climate" in str(metadata["availability"].value)


def test_a_refused_key_ends_its_run_at_once(
    instance: dg.DagsterInstance, stripe_server: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY__SECOND", "sk_test_neverissuedbystripe")
    result = run(instance, "second")
    assert not result.success
    assert materialized(result) == {}
    assert "401" in failure(result)
    assert "stripe-assets sync --api-key second" in failure(result)
    assert "neverissued" not in failure(result)
    assert len(stripe_server.log()) == 1


def test_an_unknown_alias_is_refused_before_a_request_and_not_registered(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    result = run(instance, "secnd")
    assert "Did you mean second?" in failure(result)
    assert stripe_server.log() == []
    assert instance.get_dynamic_partitions("stripe_api_keys") == []


def test_a_selection_needs_a_partition(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    result = run(instance, None, ["country_spec"])
    assert "needs a partition" in failure(result)


def test_no_key_at_all_says_how_to_set_one(instance: dg.DagsterInstance, database: str) -> None:
    assert "STRIPE_SECRET_KEY" in failure(run(instance, None))
