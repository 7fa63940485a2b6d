"""`stripe-assets events` and `sync --incremental`: real runs against the sandbox."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.cli.conftest import Command, interrupted
from stripe_assets_tests.cli.test_sync import runs_of

KEY = {"STRIPE_API_KEY__B": "sk_test_second"}
BOTH = {"STRIPE_API_KEY__A": "sk_test_sandbox", **KEY}
SECOND = "acct_1SandboxSecond00"


@pytest.fixture
def customer(stripe_server: Sandbox) -> str:
    """A new one of the second account, with its event."""
    return stripe_server.control(
        "objects", resource="customer", object={"name": "Ada"}, account=SECOND
    )["id"]


def names(folder: Path) -> dict[str, Any]:
    with Mirror.open(f"sqlite:///{folder}/stripe.db") as mirror, mirror.connection() as connection:
        customer = mirror.tables["customer"]
        return {row.id: row.name for row in connection.execute(customer.select())}


def test_events_of_a_type_are_processed_once(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox, customer: str, tmp_path: Path
) -> None:
    stripe_server.control(
        "objects/change",
        resource="customer",
        id=customer,
        changes={"name": "Grace"},
        account=SECOND,
    )
    first = command("events", "--type", "customer.created", "-v", "--json", **KEY, **stripe)
    assert first.returncode == 0, first.stdout + first.stderr
    (told,) = json.loads(first.stdout)["runs"]
    assert told["events"]["processed"] == told["events"]["listed"] > 0
    assert told["selection"] == {"type": "customer.created"}
    assert names(tmp_path)[customer] == "Grace"  # its present state, not the event's
    assert f"processed: read customer {customer}" in first.stderr.replace(" again", "")

    second = command("events", "--type", "customer.created", **KEY, **stripe)
    assert second.returncode == 0
    counts = next(line.split() for line in second.stdout.splitlines() if line.startswith("b "))
    listed = str(told["events"]["listed"])
    assert counts[1:6] == [listed, "0", listed, "0", "0"]
    assert [
        (run.job_name, run.tags["dagster/partition"], run.status.value) for run in runs_of(tmp_path)
    ] == [
        ("process_events", "b", "SUCCESS"),
        ("process_events", "b", "SUCCESS"),
    ]


def test_ids_find_their_key_and_a_failed_id_is_named(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox, customer: str, tmp_path: Path
) -> None:
    stripe_server.control(
        "faults",
        path=f"/v1/customers/{customer}",
        status=400,
        type="invalid_request_error",
        times=None,
    )
    event = stripe_server.control(
        "events",
        type="customer.updated",
        object={"id": customer, "object": "customer"},
        account=SECOND,
    )["id"]
    failed = command("events", "--ids", "evt_none", event, **BOTH, **stripe)
    assert failed.returncode == 1
    assert f"failed: b, {event}: " in failed.stdout
    assert "failed: b, evt_none: Stripe has no such event" in failed.stdout
    assert "failed: a" not in failed.stdout
    (repeat,) = [
        line.strip() for line in failed.stdout.splitlines() if "stripe-assets events" in line
    ]
    assert repeat.startswith("stripe-assets events --ids evt_")
    assert "evt_none" in repeat
    stripe_server.control("faults/clear")
    again = command("events", "--ids", event, **BOTH, **stripe)
    assert again.returncode == 0, again.stdout + again.stderr
    assert customer in names(tmp_path)


def test_a_sync_after_a_full_one_reads_what_has_changed(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox, tmp_path: Path
) -> None:
    assert command("sync", "Customer", "--full", **KEY, **stripe).returncode == 0
    new = stripe_server.control(
        "objects", resource="customer", object={"name": "Ada"}, account=SECOND
    )["id"]
    stripe_server.control("log/clear")
    done = command("sync", "Customer", "--json", **KEY, **stripe)
    assert done.returncode == 0, done.stdout + done.stderr
    assert names(tmp_path)[new] == "Ada"
    assert not [entry for entry in stripe_server.log() if entry["path"] == "/v1/customers"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_processing_during_a_request(
    number: signal.Signals,
    code: int,
    stripe: dict[str, str],
    stripe_server: Sandbox,
    tmp_path: Path,
) -> None:
    command = ("events", "--api-key", "a", "--api-key", "b")
    ended, output = interrupted(stripe_server, tmp_path, number, 10, *command, **BOTH, **stripe)
    assert ended == code, output
    assert "Traceback" not in output
    assert "failed: a: interrupted" in output
    repeats = [line.split() for line in output.splitlines() if "stripe-assets events" in line]
    assert [repeat[-1] for repeat in repeats] == ["a", "b"]
    assert [run.status.value for run in runs_of(tmp_path)] == ["CANCELED"]
