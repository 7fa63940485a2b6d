"""The translator: what the default assets are, and what a subclass changes."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import build_models_asset
from stripe_assets.orchestration.code_location import build_definitions
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.translator import (
    DEFAULT_TRANSLATOR,
    ModelData,
    StripeTranslator,
    translate,
)
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.orchestration.test_process_events import new_event
from stripe_assets_tests.orchestration.test_runs import SILENT, materialized

SNAPSHOT = Path(__file__).with_name("asset_graph.json")
ACCOUNTING = dg.AssetKey(["accounting", "chart_of_accounts"])


class AcmeTranslator(StripeTranslator):
    """Changes everything that a translator can change, in one method."""

    def get_asset_spec(self, data: ModelData) -> dg.AssetSpec:
        spec = super().get_asset_spec(data)
        return spec.replace_attributes(
            key=spec.key.with_prefix("acme"),
            group_name=f"acme_{spec.group_name}",
            description=f"Acme's {data.resource.name}.",
            owners=["team:finance", "ada@example.com"],
            kinds={"postgres"},
        ).merge_attributes(
            deps=[ACCOUNTING] if data.resource.name == "balance_transaction" else [],
            tags={"acme/tier": "gold"},
            metadata={"acme/columns": len(data.layout.columns(data.resource))},
        )


MODELS = translate(catalog(), DEFAULT_TRANSLATOR)
ACME = translate(catalog(), AcmeTranslator())
DEFAULT_DEFINITIONS = build_definitions(StripeSync())
ACME_DEFINITIONS = build_definitions(StripeSync(), AcmeTranslator())


def deps(spec: dg.AssetSpec) -> set[dg.AssetKey]:
    return {dep.asset_key for dep in spec.deps}


def graph(specs: list[dg.AssetSpec]) -> dict[str, dict[str, object]]:
    return {
        spec.key.to_user_string(): {
            "group": spec.group_name,
            "deps": sorted(key.to_user_string() for key in deps(spec)),
        }
        for spec in specs
    }


def test_the_default_keys_groups_and_deps_are_those_of_the_snapshot() -> None:
    """Users rely on these. Write the snapshot again only for a new model or a new dependency."""
    assert graph(list(DEFAULT_DEFINITIONS.resolve_all_asset_specs())) == json.loads(
        SNAPSHOT.read_text()
    )


def test_a_subclass_changes_every_attribute_of_a_spec() -> None:
    spec, default = ACME.by_model["invoice"], MODELS.by_model["invoice"]
    assert spec.key == dg.AssetKey(["acme", "stripe", "invoice"])
    assert spec.group_name == "acme_billing"
    assert spec.description == "Acme's invoice."
    assert list(spec.owners) == ["team:finance", "ada@example.com"]
    assert spec.kinds == {"postgres"}
    assert spec.tags["acme/tier"] == "gold"
    assert spec.tags["stripe/object"] == "invoice"
    assert spec.metadata["acme/columns"] > 50
    assert spec.metadata["dagster/table_name"] == default.metadata["dagster/table_name"]


def test_the_deps_use_the_changed_keys() -> None:
    for name, spec in ACME.by_model.items():
        own = {key.with_prefix("acme") for key in deps(MODELS.by_model[name])}
        added = {ACCOUNTING} if name == "balance_transaction" else set()
        assert deps(spec) == own | added, name


def test_a_spec_keeps_the_attributes_that_a_run_needs() -> None:
    class Bare(StripeTranslator):
        def get_asset_spec(self, data: ModelData) -> dg.AssetSpec:
            return dg.AssetSpec(data.resource.table)

    for spec in translate(catalog(), Bare()).specs:
        assert spec.skippable
        assert spec.partitions_def == MODELS.by_model["invoice"].partitions_def


def test_two_models_with_one_key_are_refused_by_name() -> None:
    class OneKey(StripeTranslator):
        def get_asset_spec(self, data: ModelData) -> dg.AssetSpec:
            return super().get_asset_spec(data).replace_attributes(key="stripe")

    with pytest.raises(ValueError, match=r"OneKey gave the models .* and .* the same asset key"):
        translate(catalog(), OneKey())


def test_keys_and_models_are_returned_upstreams_first() -> None:
    keys = ACME.keys({"invoice", "customer"})
    assert keys == [ACME.key("customer"), ACME.key("invoice")]
    assert ACME.selected(set(keys)) == ["customer", "invoice"]


def test_translated_assets_materialize_in_a_run(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    models = build_models_asset(ACME)
    job = dg.define_asset_job("sync_acme", selection=dg.AssetSelection.assets(models))
    definitions = dg.Definitions(assets=[models], jobs=[job], resources={"stripe": StripeSync()})
    result = definitions.resolve_job_def("sync_acme").execute_in_process(
        instance=instance,
        tags={"dagster/partition": "second"},
        asset_selection=ACME.keys({"customer", "invoice"}),
        run_config=SILENT,
    )
    assert result.success
    found = materialized(result)
    assert {event.asset_key for event in found.values()} == set(ACME.keys({"customer", "invoice"}))
    assert all(event.metadata["rows_written"].value > 0 for event in found.values())
    for name in ("customer", "invoice"):
        assert instance.get_materialized_partitions(ACME.key(name)) == {"second"}


def test_translated_definitions_have_the_same_jobs_sensors_and_schedule() -> None:
    default, acme = parts(DEFAULT_DEFINITIONS), parts(ACME_DEFINITIONS)
    assert acme == default
    assert {name for kind in ("jobs", "sensors", "schedules") for name in acme[kind]} == {
        "sync_models",
        "process_events",
        "register_api_keys",
        "failed_webhooks",
        "new_events",
        "nightly_full_sweep",
    }
    job = ACME_DEFINITIONS.resolve_job_def("sync_models")
    assert job.asset_layer.selected_asset_keys == {spec.key for spec in ACME.specs}


def parts(definitions: dg.Definitions) -> dict[str, dict[str, object]]:
    """Returns what each job, sensor and schedule is, by its kind and name."""
    repository = definitions.get_repository_def()
    return {
        "jobs": {
            job.name: (job.description, job.partitions_def, [node.name for node in job.nodes])
            for job in repository.get_all_jobs()
            if job.name != "__ASSET_JOB"
        },
        "sensors": {
            sensor.name: (
                [target.job_name for target in sensor.targets],
                sensor.description,
                sensor.default_status,
                sensor.minimum_interval_seconds,
            )
            for sensor in repository.sensor_defs
        },
        "schedules": {
            schedule.name: (
                schedule.job_name,
                schedule.description,
                schedule.default_status,
                schedule.cron_schedule,
            )
            for schedule in repository.schedule_defs
        },
    }


def test_events_materialize_the_translated_assets(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    event, _ = new_event(stripe_server)
    result = ACME_DEFINITIONS.resolve_job_def("process_events").execute_in_process(
        instance=instance,
        tags={"dagster/partition": "second"},
        run_config=SILENT | {"ops": {"process_events": {"config": {"ids": [event]}}}},
    )
    assert result.success
    keys = {found.asset_key for found in materialized(result).values()}
    assert ACME.key("customer") in keys
    assert keys <= {spec.key for spec in ACME.specs}
    assert instance.get_materialized_partitions(ACME.key("customer")) == {"second"}
    assert not instance.get_materialized_partitions(MODELS.key("customer"))


def test_new_events_request_runs_of_the_translated_assets(
    instance: dg.DagsterInstance, stripe_server: Sandbox
) -> None:
    sync_models = ACME_DEFINITIONS.resolve_job_def("sync_models")
    tag = {"dagster/partition": "second"}
    assert sync_models.execute_in_process(
        instance=instance,
        tags=tag,
        asset_selection=ACME.keys({"event", "customer"}),
        run_config=SILENT,
    ).success
    new_event(stripe_server)
    with dg.build_sensor_context(
        instance=instance, resources={"stripe": StripeSync()}, definitions=ACME_DEFINITIONS
    ) as context:
        found = ACME_DEFINITIONS.resolve_sensor_def("new_events")(context)
    assert isinstance(found, dg.SensorResult)
    (request,) = [each for each in found.run_requests or [] if each.partition_key == "second"]
    selection = list(request.asset_selection or [])
    assert ACME.key("customer") in selection
    assert set(selection) <= {spec.key for spec in ACME.specs}
    assert sync_models.execute_in_process(
        instance=instance,
        tags=tag,
        asset_selection=selection,
        run_config=SILENT | dict(request.run_config),
    ).success
