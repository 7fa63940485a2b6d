"""Webhooks that fail and recover, and events that control calls make."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_US
from stripe_assets_tests.sandbox.conftest import client_of, get


@pytest.fixture
def sdk(changeable: Sandbox) -> stripe.StripeClient:
    changeable.control("clock", advance=60)
    changeable.control("deliveries/mark", delivered=True)
    return client_of(changeable)


def undelivered(sdk: stripe.StripeClient, **params: Any) -> list[dict[str, Any]]:
    return get(sdk, "/v1/events", limit=100, delivery_success=False, **params)["data"]


def test_while_an_endpoint_fails_new_events_are_pending(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    changeable.control("deliveries", fail=True)
    failed = sdk.v1.products.create({"name": "Unheard"})
    changeable.control("deliveries", fail=False)
    heard = sdk.v1.products.create({"name": "Heard"})
    (event,) = undelivered(sdk)
    assert (event["data"]["object"]["id"], event["pending_webhooks"]) == (failed.id, 1)
    delivered = get(sdk, "/v1/events", limit=1, delivery_success=True)["data"][0]
    assert (delivered["data"]["object"]["id"], delivered["pending_webhooks"]) == (heard.id, 0)


def test_a_retry_that_succeeds_ends_the_failure(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    changeable.control("deliveries", fail=True)
    for name in ("a", "b"):
        sdk.v1.products.create({"name": name})
    ids = [event["id"] for event in undelivered(sdk)]
    changeable.control("deliveries/mark", ids=ids[:1], delivered=True)
    assert [event["id"] for event in undelivered(sdk)] == ids[1:]
    assert get(sdk, f"/v1/events/{ids[0]}")["pending_webhooks"] == 0
    changeable.control("deliveries/mark", ids=ids[:1], delivered=False)
    assert {event["id"] for event in undelivered(sdk)} == set(ids)
    with pytest.raises(ValueError, match="evt_none"):
        changeable.control("deliveries/mark", ids=["evt_none"], delivered=True)


def test_a_slow_endpoint_has_the_event_later(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    changeable.control("deliveries", fail=False, delay=30)
    sdk.v1.products.create({"name": "Slow"})
    (event,) = undelivered(sdk)
    changeable.control("clock", advance=31)
    assert undelivered(sdk) == [] and get(sdk, f"/v1/events/{event['id']}")["pending_webhooks"] == 0


def test_only_what_an_enabled_endpoint_takes_is_delivered(changeable: Sandbox) -> None:
    sdk = client_of(changeable, "sk_test_second")
    for endpoint in get(sdk, "/v1/webhook_endpoints")["data"]:
        sdk.v1.webhook_endpoints.delete(endpoint["id"])
    endpoint = sdk.v1.webhook_endpoints.create(
        {"url": "https://example.com/x", "enabled_events": ["customer.created"]}
    )
    changeable.control("deliveries", fail=True)
    before = len(undelivered(sdk))
    sdk.v1.products.create({"name": "Nobody listens"})
    assert len(undelivered(sdk)) == before
    sdk.v1.customers.create({"name": "Listened to"})
    assert undelivered(sdk)[0]["type"] == "customer.created" and len(undelivered(sdk)) == before + 1
    changeable.control(
        "objects/change",
        resource="webhook_endpoint",
        id=endpoint.id,
        account="acct_1SandboxSecond00",
        changes={"status": "disabled"},
    )
    sdk.v1.customers.create({"name": "No longer"})
    assert len(undelivered(sdk)) == before + 1


def test_an_outage_can_be_of_types_or_of_an_account(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    changeable.control("deliveries", fail=True, types=["product.*"])
    changeable.control("deliveries", fail=True, account=CONNECTED_US)
    sdk.v1.products.create({"name": "Fails"})
    sdk.v1.customers.create({"name": "Arrives"})
    sdk.v1.customers.create({"name": "Theirs fails"}, {"stripe_account": CONNECTED_US})
    assert [event["type"] for event in undelivered(sdk)] == ["product.created"]
    assert [event["account"] for event in undelivered(sdk, stripe_account=CONNECTED_US)] == [
        CONNECTED_US
    ]
    changeable.control("deliveries", fail=False, account=CONNECTED_US)
    sdk.v1.products.create({"name": "Still fails"})
    assert len(undelivered(sdk)) == 2


def test_a_connect_endpoint_takes_the_connected_accounts_events(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    before = len(undelivered(sdk, stripe_account=CONNECTED_US))
    changeable.control("deliveries", fail=True)
    sdk.v1.customers.create({"name": "Theirs"}, {"stripe_account": CONNECTED_US})
    assert len(undelivered(sdk, stripe_account=CONNECTED_US)) == before
    endpoint = sdk.v1.webhook_endpoints.create(
        {"url": "https://example.com/c", "enabled_events": ["*"], "connect": True}
    )
    sdk.v1.customers.create({"name": "Theirs"}, {"stripe_account": CONNECTED_US})
    assert len(undelivered(sdk, stripe_account=CONNECTED_US)) == before + 1
    sdk.v1.webhook_endpoints.delete(endpoint.id)


@pytest.mark.parametrize("payload", [None, "text", {"object": "customer"}, {"id": 7}])
def test_an_event_can_have_any_payload(
    sdk: stripe.StripeClient, changeable: Sandbox, payload: Any
) -> None:
    made = changeable.control(
        "events", type="customer.updated", object=payload, api_version="2022-11-15"
    )
    found = get(sdk, f"/v1/events/{made['id']}")
    assert (found["type"], found["data"]["object"], found["api_version"]) == (
        "customer.updated",
        payload,
        "2022-11-15",
    )


def test_an_event_can_be_of_an_unknown_type_and_of_another_time_and_account(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    now = changeable.control("state", "GET")["now"]
    made = changeable.control(
        "events", type="unicorn.found", data=[], account=CONNECTED_US, created=now - 9 * 86_400
    )
    found = get(sdk, "/v1/events", type="unicorn.*", stripe_account=CONNECTED_US)["data"]
    assert [(e["id"], e["created"], e["account"], e["data"]) for e in found] == [
        (made["id"], now - 9 * 86_400, CONNECTED_US, [])
    ]


def test_several_control_calls_go_at_once(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    calls = [
        ["objects", {"resource": "product", "object": {"id": f"prod_b{n}", "name": "Batch"}}]
        for n in range(3)
    ]
    made = changeable.control(
        "batch", calls=[*calls, ["objects/delete", {"resource": "product", "id": "prod_b0"}]]
    )
    assert [one["id"] for one in made] == ["prod_b0", "prod_b1", "prod_b2", "prod_b0"]
    assert [e["type"] for e in get(sdk, "/v1/events", limit=4)["data"]].count(
        "product.created"
    ) == 3


def test_a_reset_ends_outages(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    changeable.control("deliveries", fail=True)
    changeable.reset()
    sdk.v1.products.create({"name": "Heard again"})
    assert undelivered(sdk) == []
