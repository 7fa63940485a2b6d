"""What Dagster loads: assets, groups, partitions, job and sensor, as data."""

from __future__ import annotations

import subprocess
import sys

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.definitions import defs

SPECS = {spec.key: spec for spec in defs.resolve_all_asset_specs()}


def test_every_model_is_an_asset_in_its_product_area() -> None:
    expected = {
        dg.AssetKey(["stripe", resource.table]): resource.group
        for resource in catalog().resources.values()
    }
    assert {key: spec.group_name for key, spec in SPECS.items()} == expected


def test_assets_depend_on_what_the_catalog_says() -> None:
    spec = SPECS[dg.AssetKey(["stripe", "checkout_session"])]
    expected = {
        dg.AssetKey(["stripe", catalog()[name].table])
        for name in catalog()["checkout.session"].depends_on
    }
    assert {dep.asset_key for dep in spec.deps} == expected


def test_partitions_are_the_api_keys() -> None:
    assert {
        spec.partitions_def.name
        for spec in SPECS.values()
        if isinstance(spec.partitions_def, dg.DynamicPartitionsDefinition)
    } == {"stripe_api_keys"}


def test_a_spec_has_the_metadata_of_its_table() -> None:
    spec = SPECS[dg.AssetKey(["stripe", "invoice"])]
    assert spec.metadata["dagster/table_name"] == "stripe.invoice"
    columns = {column.name: column for column in spec.metadata["dagster/column_schema"].columns}
    assert columns["customer_id"].type == "text"
    assert columns["customer_id"].description == "Id of its customer"
    assert columns["amount_due"].type == "bigint"
    assert not columns["id"].constraints.nullable
    assert spec.kinds == {"stripe", "sql"}


def test_a_description_says_where_the_rows_come_from() -> None:
    text = SPECS[dg.AssetKey(["stripe", "subscription_item"])].description
    assert text is not None
    assert "inside `subscription`: `items`" in text
    assert "`SubscriptionItem`" in text


def test_the_job_covers_every_model() -> None:
    job = defs.resolve_job_def("sync_models")
    assert job.asset_layer.selected_asset_keys == set(SPECS)
    assert job.partitions_def is not None


def test_the_sensor_is_on_by_default() -> None:
    assert (
        defs.resolve_sensor_def("register_api_keys").default_status
        is dg.DefaultSensorStatus.RUNNING
    )


def test_dagster_accepts_the_definitions_as_a_code_location() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dagster",
            "definitions",
            "validate",
            "-m",
            "stripe_assets.definitions",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
