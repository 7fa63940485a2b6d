"""The list of connected accounts is a list like any other. What is not read of it is a hole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import EventRun, EventSelection, KeySync, ModelResult, SyncAborted
from stripe_assets_tests.stand_in import Reply, StandIn, account_of, customer, error, page
from stripe_assets_tests.sync.stage import run_id

IDS = [f"acct_1Con{number}" for number in range(3)]
Fault = Callable[[Reply], Reply]


class Platform:
    def __init__(self) -> None:
        self.fault: Fault | None = None
        self.events_of: set[str | None] = set()

    def __call__(self, path: str, query: Mapping[str, str], account: str | None) -> Reply | None:
        if path == "/v1/events":
            self.events_of.add(account)
        if path == "/v1/customers":
            return page([customer(1)], query, path)
        if path != "/v1/accounts":
            return None
        answer = page([account_of(id) for id in IDS], query, path)
        return self.fault(answer) if self.fault else answer


@pytest.fixture
def platform(
    monkeypatch: pytest.MonkeyPatch, no_rates: None, quick_retries: None
) -> Iterator[Platform]:
    answers = Platform()
    with StandIn(answers) as server:
        monkeypatch.setenv("STRIPE_API_BASE", server.base)
        yield answers


FAULTS: Mapping[str, Fault] = {
    "a gateway's 404": lambda answer: (404, {"error": "No such host"}),
    "500": lambda answer: (500, {}),
    "no list": lambda answer: (200, {"object": "account", "id": "acct_1"}),
    "has_more left out": lambda answer: (200, {"data": answer[1]["data"][:1]}),  # type: ignore[index]
    "refused": lambda answer: error(403, "Not for this key."),
    "a null item": lambda answer: (200, {**answer[1], "data": [None]}),  # type: ignore[dict-item]
}


def sync(mirror: Mirror, *models: str) -> dict[str, ModelResult]:
    key = parse_api_key("acme", "sk_test_acme")
    with KeySync(key, mirror, models, run_id=run_id(), mode="full") as run:
        run.prepare()
        return {result.model: result for result in run.run()}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_accounts_of_before_are_followed_where_the_list_is_not_read(
    fault: str, platform: Platform, mirror: Mirror
) -> None:
    assert sync(mirror, "customer", "account")["customer"].rows_in_mirror == 4
    platform.fault = FAULTS[fault]
    results = sync(mirror, "customer", "account")
    assert results["account"].status == "incomplete" and results["account"].error
    assert results["customer"].rows_written == 4
    with pytest.raises(SyncAborted, match="list of accounts"):
        sync(mirror, "customer")
    platform.fault = None
    assert sync(mirror, "customer", "account")["account"].status == "ok"
    assert not [hole for hole in mirror.holes.all() if not hole.unavailable]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_run_of_events_says_so_and_reads_those_of_the_accounts_of_before(
    fault: str, platform: Platform, mirror: Mirror
) -> None:
    sync(mirror, "customer", "account")
    platform.fault, platform.events_of = FAULTS[fault], set()
    key = parse_api_key("acme", "sk_test_acme")
    with EventRun(key, mirror, EventSelection(), run_id=run_id()) as run:
        run.prepare()
        summary = run.run()
    assert not summary.succeeded and "list of accounts" in " ".join(summary.errors)
    assert platform.events_of == {None, *IDS}


def test_a_key_that_may_not_list_accounts_has_none(platform: Platform, mirror: Mirror) -> None:
    platform.fault = FAULTS["refused"]
    for _ in range(2):
        results = sync(mirror, "customer", "account")
        assert results["account"].status == "ok" and results["customer"].rows_in_mirror == 1
