"""The sensor that makes a partition of every API key."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest

from stripe_assets.mirror import KeyStore, Mirror
from stripe_assets.orchestration.partitions import API_KEYS, register_keys_of_environment
from stripe_assets.orchestration.sensors import register_api_keys
from stripe_assets.orchestration.stripe_sync import StripeSync


def tick(instance: dg.DagsterInstance) -> list[str]:
    """Returns the partitions that the sensor would add now."""
    result = register_api_keys(
        dg.build_sensor_context(instance=instance, resources={"stripe": StripeSync()})
    )
    assert isinstance(result, dg.SensorResult)
    return [
        key
        for request in result.dynamic_partitions_requests or []
        for key in request.partition_keys
    ]


def test_keys_of_the_environment_and_of_the_database_are_registered(
    instance: dg.DagsterInstance, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_anything00")
    with Mirror.open() as mirror:
        KeyStore(mirror).add(
            "acme",
            None,
            variable="ACME",
            account_id="acct_1",
            livemode=False,
            kind="secret",
            last4="0000",
        )
    assert tick(instance) == ["acme", "default"]


def test_known_keys_are_not_requested_again_and_no_key_is_removed(
    instance: dg.DagsterInstance, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY__ACME", "sk_test_anything00")
    instance.add_dynamic_partitions(API_KEYS, ["acme", "gone"])
    assert tick(instance) == []
    assert instance.get_dynamic_partitions(API_KEYS) == ["acme", "gone"]


def test_a_malformed_key_does_not_hide_the_others(
    instance: dg.DagsterInstance, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY__ACME", "pk_test_publishable")
    monkeypatch.setenv("STRIPE_API_KEY__BETA", "sk_test_anything00")
    assert "beta" in tick(instance)


def test_loading_the_code_location_makes_partitions_of_the_environments_keys(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`dagster asset materialize --partition` asks for the partition before a run begins."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setenv("STRIPE_API_KEY__ACME", "sk_test_anything00")
    register_keys_of_environment()
    with dg.DagsterInstance.get() as instance:
        assert instance.get_dynamic_partitions(API_KEYS) == ["acme"]


@pytest.mark.parametrize("home", [None, "/nowhere/at/all"])
def test_loading_the_code_location_needs_no_instance(
    database: str, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    monkeypatch.setenv("STRIPE_API_KEY__ACME", "sk_test_anything00")
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    if home:
        monkeypatch.setenv("DAGSTER_HOME", home)
    register_keys_of_environment()
