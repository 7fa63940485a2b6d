from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.settings import Settings, today

NOW = today()
"""The time at which a sandbox starts: the running sandbox and `world` have the same data."""


def client_of(
    running: Sandbox, key: str = "sk_test_sandbox", **options: Any
) -> stripe.StripeClient:
    """The real SDK, pointed at a sandbox."""
    return stripe.StripeClient(
        key, base_addresses={"api": running.base}, max_network_retries=0, **options
    )


def get(client: stripe.StripeClient, path: str, **params: Any) -> dict[str, Any]:
    """One GET through the SDK's transport, as raw JSON. Raises the SDK's errors."""
    return orjson.loads(client.raw_request("get", path, **params).body)


@pytest.fixture(scope="session")
def client(sandbox: Sandbox) -> stripe.StripeClient:
    return client_of(sandbox)


@pytest.fixture(scope="session")
def world() -> World:
    """The seeded data without a server. Tests do not change it."""
    return World.of(Settings(now=NOW))


@pytest.fixture(scope="module")
def own_sandbox() -> Iterator[Sandbox]:
    """A sandbox that the tests of one module may change."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def changeable(own_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The module's own sandbox. Its faults and limits end with the test."""
    yield own_sandbox
    own_sandbox.reset()
