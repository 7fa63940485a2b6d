"""A server that refuses every model has not shown an account without data."""

from __future__ import annotations

import pytest

from stripe_assets.mirror import Mirror
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync, SyncAborted
from stripe_assets_tests.stand_in import StandIn, customer, page
from stripe_assets_tests.sync.stage import run_id


@pytest.mark.parametrize("answers", [False, True])
def test_a_run_of_all_models_fails_where_stripe_shows_none(
    answers: bool, mirror: Mirror, monkeypatch: pytest.MonkeyPatch, no_rates: None
) -> None:
    def answer(path: str, query: dict[str, str], account: str | None):
        return page([customer(1)], query, path) if answers and path == "/v1/customers" else None

    refused = {"/v1/events", "/v1/accounts", "/v1/test_helpers/test_clocks"}
    key = parse_api_key("acme", "sk_test_acme", connected="none")
    with StandIn(answer, refused=refused) as server:
        monkeypatch.setenv("STRIPE_API_BASE", server.base)
        with KeySync(key, mirror, run_id=run_id()) as run:
            run.prepare()
            if answers:
                assert {one.status for one in run.run()} == {"ok", "unavailable"}
            else:
                with pytest.raises(SyncAborted, match="no model at all"):
                    list(run.run())
