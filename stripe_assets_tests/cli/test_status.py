"""`stripe-assets status`: what Stripe says is text, and every model with rows is shown."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.mirror import (
    Availability,
    Batch,
    FinishedSweep,
    LedgerEntry,
    Mirror,
    Owner,
    flatten,
)
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.cli.conftest import Command

OWNER = Owner("acct_1Mine", False)
NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """With a customer that was only related, and three swept models."""
    said = {
        "charge": "available",
        "coupon": "incomplete: /v1/x: 500 api_error: No answer [/v1/x] for this [key]",
        "person": "on demand: only with a parent",
        "payout": "403 permission_error: closed",
    }
    customer = {"id": "cus_1", "object": "customer", "livemode": False}
    with Mirror.open(f"sqlite:///{tmp_path}/stripe.db") as opened:
        opened.sweeps.begin([(OWNER, model) for model in said], "run")
        opened.sweeps.finish(
            [
                FinishedSweep(OWNER, model, 0, 1, Availability.parse(availability))
                for model, availability in said.items()
            ]
        )
        opened.write(
            [
                flatten(
                    catalog(), "customer", [customer], OWNER, NOW, api_version=catalog().api_version
                )
            ]
        )
        return opened


def test_stripes_brackets_are_shown_as_they_are(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox
) -> None:
    message = "No access [/v1/coupons] for this [key]"
    stripe_server.control(
        "faults",
        path="/v1/coupons",
        status=403,
        type="permission_error",
        message=message,
        times=None,
    )
    synced = command("sync", "Coupon", STRIPE_API_KEY__A="sk_test_second", **stripe)
    assert message in synced.stdout, synced.stdout + synced.stderr
    shown = command("status")
    assert shown.returncode == 0, shown.stderr
    assert f"unavailable: coupon\n  403 permission_error: {message}" in shown.stdout


@pytest.mark.usefixtures("mirror")
def test_models_that_were_never_swept_are_listed(
    command: Command,
) -> None:
    shown = command("status").stdout
    lines = {line.split()[0]: line.split() for line in shown.splitlines() if line.strip()}
    assert lines["customer"] == ["customer", "1", "never", "only", "as", "related", "objects"]
    assert [lines[model][-1] for model in ("charge", "coupon", "payout")] == [
        "available",
        "incomplete",
        "unavailable",
    ]
    assert lines["person"][-2:] == ["on", "demand"]
    assert lines[OWNER.account_id][-4:] == [
        "5",
        "1",
        "1",
        "0",
    ]  # models, rows, unavailable, unfinished
    held = {
        model["model"]: model for model in json.loads(command("status", "--json").stdout)["models"]
    }
    assert (held["customer"]["rows"], held["customer"]["last_sweep"]) == (1, None)
    assert held["customer"]["availability"] == "only as related objects"
    assert held["charge"]["last_sweep"]


def test_open_events_are_shown_by_key(command: Command, mirror: Mirror) -> None:
    assert "events of" not in command("status", STRIPE_API_KEY__ACME="sk_test_madeup0000").stdout
    mirror.accounts.set_covered("acme", [OWNER], NOW)
    entries = [LedgerEntry(OWNER, f"evt_{number}", "customer.updated", NOW) for number in range(3)]
    mirror.write([Batch(ledger=entries)])
    mirror.ledger.claim("run", [OWNER])
    mirror.ledger.settle(
        "run", processed=[(OWNER, "evt_0")], ignored={}, failed={(OWNER, "evt_1"): "500"}, now=NOW
    )
    shown = command("status", STRIPE_API_KEY__ACME="sk_test_madeup0000")
    assert (
        "events of acme: 1 failed, 1 pending. Process them: stripe-assets events --api-key acme"
        in shown.stdout
    ), shown.stderr
    told = json.loads(command("status", "--json", STRIPE_API_KEY__ACME="sk_test_madeup0000").stdout)
    assert told["unsettled_events"] == {"acme": {"failed": 1, "pending": 1}}


def test_requests_are_shown_beside_the_allocation(command: Command, mirror: Mirror) -> None:
    live, today = Owner(OWNER.account_id, True), datetime.now(UTC)
    charges = [
        {
            "id": f"ch_{n}",
            "object": "charge",
            "livemode": True,
            "created": int(today.timestamp()) - n,
        }
        for n in range(30)
    ]
    charges += [{**charges[0], "id": "ch_old", "created": int(today.timestamp()) - 31 * 86_400}]
    mirror.write(
        [flatten(catalog(), "charge", charges, live, NOW, api_version=catalog().api_version)]
    )
    mirror.request_counts.add({OWNER: 123_456, live: 11_000}, today)
    mirror.request_counts.add({live: 99_999}, today - timedelta(days=31))
    shown = command("status")
    assert "11,000 of 15,000" in shown.stdout, shown.stderr
    assert "123,456" in shown.stdout
    assert "allots it" not in shown.stdout
    mirror.request_counts.add({live: 1_500}, today)
    shown = command("status").stdout
    assert (
        "acct_1Mine: the 12,500 requests of the last 30 days are "
        "83% of the 15,000 reads that Stripe allots it" in shown
    )
    told = json.loads(command("status", "--json").stdout)["requests_in_30_days"]
    assert told == [
        {
            "account": "acct_1Mine",
            "livemode": False,
            "requests": 123_456,
            "transactions": None,
            "allocation": None,
        },
        {
            "account": "acct_1Mine",
            "livemode": True,
            "requests": 12_500,
            "transactions": 30,
            "allocation": 15_000,
        },
    ]


def test_an_account_without_transactions_has_the_least_allocation(
    command: Command, mirror: Mirror
) -> None:
    live = Owner(OWNER.account_id, True)
    mirror.sweeps.begin([(live, "charge")], "run")
    mirror.request_counts.add({live: 400}, datetime.now(UTC))
    assert "400 of 10,000" in command("status").stdout


@pytest.mark.usefixtures("mirror")
def test_a_narrow_terminal_shows_whole_words(command: Command) -> None:
    shown = command("status", COLUMNS="40").stdout
    assert "acct_1Mine\n" in shown
    assert "rows: 1, last sweep: never" in shown
    assert "unavailable: 1" in shown


def test_without_a_database_none_is_made(command: Command, tmp_path: Path) -> None:
    shown = command("status")
    assert (shown.returncode, "no database yet" in shown.stdout) == (0, True)
    assert json.loads(command("status", "--json").stdout) == {
        "database": "sqlite:///stripe.db",
        "models": [],
        "missing": [],
        "unsettled_events": {},
        "requests_in_30_days": [],
    }
    assert json.loads(command("keys", "list", "--json").stdout) == []
    listed = command("keys", "list", STRIPE_API_KEY__ACME="sk_test_madeup0000")
    assert "acme" in listed.stdout
    assert command("sync", "--api-key", "nobody").returncode == 2
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_private(command: Command, stripe: dict[str, str], tmp_path: Path) -> None:
    assert (
        command(
            "keys", "add", "acme", "--from-env", "MINE", MINE="sk_test_sandbox", **stripe
        ).returncode
        == 0
    )
    assert stat.S_IMODE((tmp_path / "stripe.db").stat().st_mode) == 0o600
