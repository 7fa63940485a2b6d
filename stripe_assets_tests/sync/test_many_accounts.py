"""A platform with many connected accounts, of which some refuse, some are gone and some fail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from stripe_assets.cli.main import cli
from stripe_assets.mirror import Mirror
from stripe_assets.orchestration.outcome import SyncOutcome
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync
from stripe_assets_tests.stand_in import Reply, StandIn, account_of, customer, error, page
from stripe_assets_tests.sync.stage import run_id

MODELS = ("customer", "person")
IDS = [f"acct_1Con{number:03}" for number in range(200)]
REFUSING, GONE, BROKEN = set(IDS[:30]), set(IDS[30:40]), set(IDS[40:45])
SCREEN = 60
"""Lines."""


class Platform:
    """What the platform's Stripe answers."""

    def __init__(self) -> None:
        self.broken = BROKEN

    def __call__(self, path: str, query: Mapping[str, str], account: str | None) -> Reply | None:
        if path.endswith("/persons"):
            return self._persons(path, query, path.split("/")[3])
        if account in GONE:
            return self._gone(account)
        if account in self.broken:
            return 500, {"error": {"type": "api_error", "message": "No answer."}}
        if path == "/v1/accounts":
            return page([account_of(id) for id in IDS], query, path)
        return page([customer(1)], query, path) if path == "/v1/customers" else None

    def _persons(self, path: str, query: Mapping[str, str], account: str) -> Reply:
        if account in GONE:
            return self._gone(account)
        if account in self.broken:
            return 500, {"error": {"type": "api_error", "message": "No answer."}}
        if account in REFUSING:
            return error(403, "These persons cannot be read.")
        person = {"id": f"person_{account}", "object": "person", "account": account}
        return page([person], query, path)

    def _gone(self, account: str) -> Reply:
        said = f"The key has no access to account '{account}'."
        return error(403, said, code="account_invalid")


@pytest.fixture
def platform(
    monkeypatch: pytest.MonkeyPatch, no_rates: None, quick_retries: None
) -> Iterator[tuple[Platform, StandIn]]:
    answers = Platform()
    with StandIn(answers) as server:
        monkeypatch.setenv("STRIPE_API_BASE", server.base)
        yield answers, server


def sync(mirror: Mirror) -> SyncOutcome:
    outcome = SyncOutcome(alias="acme", models=MODELS)
    with KeySync(
        parse_api_key("acme", "sk_test_acme"), mirror, MODELS, run_id=run_id(), mode="auto"
    ) as run:
        run.prepare()
        outcome.results = list(run.run())
    return outcome


def asked_for_persons(server: StandIn) -> set[str]:
    return {path.split("/")[3] for path, _, _ in server.log if path.endswith("/persons")}


def test_what_fails_is_said_in_few_lines_and_asked_for_again_alone(
    platform: tuple[Platform, StandIn], mirror: Mirror, tmp_path: Path, monkeypatch
) -> None:
    answers, server = platform
    first = sync(mirror)
    assert not first.succeeded and {one.status for one in first.results} == {"incomplete"}
    (line,) = first.failures()
    assert "No answer." in line and len(line) < 500
    by_model = {one.model: one for one in first.results}
    assert by_model["person"].rows_in_mirror == 156 and by_model["customer"].rows_in_mirror == 186
    holes = [hole for hole in mirror.holes.all() if not hole.unavailable]
    assert {hole.owner.account_id for hole in holes} == BROKEN | {"acct_1Own"}

    server.log.clear()
    assert not sync(mirror).succeeded
    assert asked_for_persons(server) == BROKEN

    monkeypatch.setenv("STRIPE_ASSETS_DATABASE_URL", mirror.url)
    shown = CliRunner().invoke(cli, ["status"], env={"COLUMNS": "150"})
    assert shown.exit_code == 0
    missing = shown.output.partition("incomplete: could not be read")[2]
    assert len(missing.splitlines()) < SCREEN and "No answer." in missing

    answers.broken = set()
    server.log.clear()
    last = sync(mirror)
    assert last.succeeded and {one.status for one in last.results} == {"ok"}
    assert asked_for_persons(server) == BROKEN
    assert {one.model: one.rows_in_mirror for one in last.results} == {
        "customer": 191,
        "person": 161,
    }
    assert not [hole for hole in mirror.holes.all() if not hole.unavailable]
