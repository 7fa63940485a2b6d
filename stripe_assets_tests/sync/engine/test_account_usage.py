"""Runs share the rate of an account and count their requests, both through the database."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.stripe_api import Budget, StripeApi, parse_api_key
from stripe_assets.sync import EventRun, EventSelection, KeySync
from stripe_assets.sync.engine import account_usage as usage
from stripe_assets.sync.engine.account_usage import LEASE, AccountUsage
from stripe_assets_tests.sync.stage import Stage

OWNER = Owner("acct_mine", True)
CONNECTED = Owner("acct_connected", True)


class Process:
    """One of several processes: a budget of its own, and a run that has sent `sent` requests by
    account."""

    def __init__(self, mirror: Mirror) -> None:
        self.budget = Budget()
        self.sent: dict[str | None, int] = {}
        api = StripeApi(parse_api_key("acme", "sk_live_made_up"), budget=self.budget)
        self.usage = AccountUsage(mirror, api)
        self.usage.belongs_to(OWNER)
        api.counts._by_account = self.sent  # type: ignore[assignment]

    def rate(self, owner: Owner = OWNER) -> float:
        return self.budget.rate(owner.account_id, owner.livemode)


@pytest.fixture(autouse=True)
def _short_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "RENEW_SECONDS", 0.02)


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 20
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    return true()


def leases(mirror: Mirror) -> int:
    with mirror.connection() as connection:
        return len(connection.execute(mirror.tables.own["_lease"].select()).all())


def today(mirror: Mirror) -> Mapping[Owner, int]:
    return mirror.request_counts.since(datetime.now(UTC))


def test_processes_that_run_at_the_same_time_share_an_accounts_rate(mirror: Mirror) -> None:
    one, other = Process(mirror), Process(mirror)
    alone = one.rate()
    one.usage.start()
    other.usage.start()
    assert eventually(lambda: one.rate() == other.rate() == alone / 2)
    other.usage.close()
    assert eventually(lambda: one.rate() == alone)
    one.usage.close()
    assert leases(mirror) == 0


def test_an_account_is_shared_only_while_requests_are_sent_for_it(mirror: Mirror) -> None:
    one = Process(mirror)
    alone = one.rate()
    mirror.leases.renew(
        "another", "elsewhere", [CONNECTED], datetime.now(UTC), datetime.now(UTC) + 10 * LEASE
    )

    def shares_as_it_sends() -> bool:
        one.sent[CONNECTED.account_id] = one.sent.get(CONNECTED.account_id, 0) + 1
        return one.rate(CONNECTED) == alone / 2

    one.usage.start()
    assert one.rate(CONNECTED) == alone
    assert eventually(shares_as_it_sends)
    assert eventually(lambda: one.rate(CONNECTED) == alone), "it sends no more requests"
    one.usage.close()


def test_runs_of_one_process_take_one_share(mirror: Mirror) -> None:
    one, other = Process(mirror), Process(mirror)
    other.usage._budget = one.budget
    alone = one.rate()
    one.usage.start()
    other.usage.start()
    assert eventually(lambda: leases(mirror) == 2)
    time.sleep(0.1)
    assert one.rate() == alone
    one.usage.close()
    other.usage.close()


def test_the_share_of_a_killed_process_is_free_when_its_lease_ends(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Process(mirror)
    alone = one.rate()
    now = datetime.now(UTC)
    mirror.leases.renew("killed", "elsewhere", [OWNER], now, now + LEASE / 40)
    one.usage.start()
    assert eventually(lambda: one.rate() == alone / 2)
    assert eventually(lambda: one.rate() == alone)
    one.usage.close()
    assert leases(mirror) == 0


def test_requests_are_counted_during_a_run_and_at_its_end(mirror: Mirror) -> None:
    one = Process(mirror)
    one.sent.update({None: 3, CONNECTED.account_id: 2})
    one.usage.start()
    assert eventually(lambda: today(mirror) == {OWNER: 3, CONNECTED: 2})
    one.sent[None] = 10
    one.usage.close()
    one.usage.close()
    assert today(mirror) == {OWNER: 10, CONNECTED: 2}


def test_a_database_error_is_logged_once_and_the_requests_are_counted_later(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fails: list[int] = []

    def locked(*given: Any, **named: Any) -> Any:
        fails.append(1)
        raise MirrorError("database is locked")

    one = Process(mirror)
    one.sent[None] = 5
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(mirror.leases, "renew", locked)
        patch.setattr(mirror.request_counts, "add", locked)
        one.usage.start()
        assert eventually(lambda: len(fails) > 3)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "acme" in caplog.text and "database is locked" in caplog.text
    assert eventually(lambda: today(mirror) == {OWNER: 5})
    one.usage.close()


def test_without_limits_nothing_is_leased_and_all_requests_are_counted(stage: Stage) -> None:
    requests = []
    with KeySync(stage.key(), stage.mirror, ["coupon"], run_id="run") as sync:
        sync.prepare()
        list(sync.run())
        requests.append(sync.progress.requests)
        assert leases(stage.mirror) == 0
    with EventRun(stage.key(), stage.mirror, EventSelection(), run_id="run") as run:
        run.prepare()
        requests.append(run.run().requests)
    assert sum(today(stage.mirror).values()) == sum(requests) > 2


def test_a_runs_accounts_are_leased_until_it_ends(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_ASSETS_MAX_RPS", "1000")
    with KeySync(stage.key(), stage.mirror, ["coupon"], run_id="run") as sync:
        sync.prepare()
        assert eventually(lambda: leases(stage.mirror) == 1)
        list(sync.run())
    assert leases(stage.mirror) == 0
