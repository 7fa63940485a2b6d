"""`stripe-assets sync`, `status` and `sandbox --sync`: real runs against the sandbox."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import dagster as dg
import pytest

from stripe_assets.cli.sandbox import next_steps
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.cli.conftest import Command, interrupted

KEYS = {"STRIPE_API_KEY__A": "sk_test_sandbox", "STRIPE_API_KEY__B": "sk_test_second"}


def runs_of(folder: Path) -> list[dg.DagsterRun]:
    """Oldest first, from the instance that the folder's `.env` names."""
    with dg.DagsterInstance.from_config(str(folder / ".dagster")) as instance:
        return list(instance.get_runs())[::-1]


def test_two_keys_are_two_runs_on_the_folders_instance(
    command: Command, stripe: dict[str, str], tmp_path: Path
) -> None:
    done = command(
        "sync",
        "Invoice",
        "checkout.session",
        "--api-key",
        "a",
        "--api-key",
        "b",
        "--json",
        **KEYS,
        **stripe,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)["runs"]
    assert [(run["alias"], {model["model"] for model in run["models"]}) for run in told] == [
        ("a", {"invoice", "checkout.session"}),
        ("b", {"invoice", "checkout.session"}),
    ]
    runs = runs_of(tmp_path)
    assert [run.run_id for run in runs] == [run["run_id"] for run in told]
    assert [(run.job_name, run.tags["dagster/partition"], run.status.value) for run in runs] == [
        ("sync_models", "a", "SUCCESS"),
        ("sync_models", "b", "SUCCESS"),
    ]
    stored = b"".join(
        path.read_bytes() for path in (tmp_path / ".dagster").rglob("*") if path.is_file()
    )
    assert b"sk_test_s" not in stored

    held = json.loads(command("status", "--json").stdout)
    assert held["database"] == "sqlite:///stripe.db"
    invoices = {model["account"]: model for model in held["models"] if model["model"] == "invoice"}
    assert "acct_1SandboxSecond00" in invoices
    assert all(model["last_sweep"] and not model["unfinished"] for model in invoices.values())


def test_what_could_not_be_read_prints_its_command_and_ends_no_other_key(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox
) -> None:
    stripe_server.control("faults", path="/v1/invoices", status=302, times=None)
    done = command(
        "sync",
        "Invoice",
        "Customer",
        **{**KEYS, "STRIPE_API_KEY__A": "sk_test_neverissued"},
        **stripe,
    )
    assert done.returncode == 1
    assert "failed: a: GET /v1/account" in done.stdout
    assert re.search(r"failed: b, invoice: acct_\w+: /v1/invoices: 302", done.stdout)
    assert "neverissued" not in done.stdout + done.stderr
    repeats = [line.strip() for line in done.stdout.splitlines() if "stripe-assets sync" in line]
    assert repeats == [
        "stripe-assets sync Customer Invoice --api-key a",
        "stripe-assets sync Invoice --api-key b",
    ]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_run_during_a_request(
    number: signal.Signals,
    code: int,
    stripe: dict[str, str],
    stripe_server: Sandbox,
    tmp_path: Path,
) -> None:
    command = ("sync", "--api-key", "a", "--api-key", "b")
    ended, output = interrupted(stripe_server, tmp_path, number, 20, *command, **KEYS, **stripe)
    assert ended == code, output
    assert "Traceback" not in output
    assert "DagsterExecutionInterruptedError" not in output
    repeats = [line.split() for line in output.splitlines() if "stripe-assets sync" in line]
    assert [repeat[-1] for repeat in repeats] == ["a", "b"]
    assert repeats[1] == ["stripe-assets", "sync", "--api-key", "b"]
    assert [run.status.value for run in runs_of(tmp_path)] == ["CANCELED"]


def test_an_unreachable_database_is_one_message(command: Command) -> None:
    done = command("sync", STRIPE_ASSETS_DATABASE_URL="postgresql://127.0.0.1:1/none", **KEYS)
    assert done.returncode == 1
    assert "cannot be reached" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_sandbox_is_synced_in_one_command(command: Command) -> None:
    done = command("sandbox", "--sync", "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads(done.stdout)["runs"]
    assert sum(model["rows_in_mirror"] > 0 for model in run["models"]) > 100


def test_the_sandboxs_sync_says_how_dagsters_ui_shows_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, start, then = next_steps(port=8420, seed=7).strip().splitlines()
    assert start.split() == ["stripe-assets", "sandbox", "--port", "8420", "--seed", "7"]
    assert "STRIPE_API_BASE=http://127.0.0.1:8420 STRIPE_API_KEY__SANDBOX=sk_test_sandbox" in then
    assert then.endswith("dagster dev -m stripe_assets.definitions")
    (tmp_path / "workspace.yaml").touch()
    assert next_steps(port=0, seed=1).endswith("dagster dev")
