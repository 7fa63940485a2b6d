"""A mirror of the sandbox's business, on each database. It is synced once; tests only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from stripe_assets.mirror import Mirror
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync
from stripe_assets_tests.conftest import new_postgresql_database

MODELS = (
    "account",
    "application_fee",
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "invoice",
    "issuing.authorization",
    "payout",
    "price",
    "product_feature",
    "quote",
    "subscription",
    "transfer",
)


@pytest.fixture(scope="session")
def mirror(
    database_kind: str,
    sandbox: Sandbox,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Mirror]:
    if database_kind == "sqlite":
        with Mirror.open(f"sqlite:///{tmp_path_factory.mktemp('models')}/mirror.db") as mirror:
            yield _filled(mirror, sandbox)
        return
    with (
        new_postgresql_database(request.getfixturevalue("postgresql_url")) as url,
        Mirror.open(url) as mirror,
    ):
        yield _filled(mirror, sandbox)


def _filled(mirror: Mirror, sandbox: Sandbox) -> Mirror:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STRIPE_API_BASE", sandbox.base)
        patch.setenv("STRIPE_ASSETS_MAX_RPS", "0")
        patch.setenv("STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT", "0")
        with KeySync(
            parse_api_key("acme", "sk_test_sandbox"), mirror, MODELS, run_id="run"
        ) as sync:
            sync.prepare()
            assert all(result.status != "failed" for result in sync.run())
    return mirror


@pytest.fixture
def session(mirror: Mirror) -> Iterator[Session]:
    with Session(mirror.engine) as session:
        yield session
