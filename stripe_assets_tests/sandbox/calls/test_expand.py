"""`expand[]` puts objects in the place of ids."""

from __future__ import annotations

import pytest
import stripe

from stripe_assets_tests.sandbox.conftest import get


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("/v1/charges", "balance_transaction"),
        ("/v1/charges", "customer.default_source"),
        ("/v1/charges", "payment_intent.latest_charge.customer"),
        ("/v1/balance_transactions", "source"),
        ("/v1/invoices", "lines.data.discounts"),
        ("/v1/subscriptions", "latest_invoice.lines"),
        ("/v1/subscriptions", "discounts.promotion_code.promotion.coupon"),
        ("/v1/refunds", "charge"),
        ("/v1/subscription_schedules", "phases.items.price"),
    ],
)
def test_a_retrieve_and_a_list_expand_alike(
    client: stripe.StripeClient, path: str, expand: str
) -> None:
    if len(expand.split(".")) <= 3:
        for item in get(client, path, limit=20, expand=[f"data.{expand}"])["data"]:
            assert get(client, f"{path}/{item['id']}", expand=[expand]) == item


def test_an_expanded_reference_is_the_object_that_a_retrieve_gives(
    client: stripe.StripeClient,
) -> None:
    charge = get(
        client, "/v1/charges", limit=1, expand=["data.customer", "data.balance_transaction"]
    )["data"][0]
    assert charge["customer"] == get(client, f"/v1/customers/{charge['customer']['id']}")
    assert charge["balance_transaction"] == get(
        client, f"/v1/balance_transactions/{charge['balance_transaction']['id']}"
    )


def test_unexpanded_references_are_ids_and_embedded_objects_are_whole(
    client: stripe.StripeClient,
) -> None:
    subscription = get(client, "/v1/subscriptions", limit=1)["data"][0]
    assert isinstance(subscription["customer"], str)
    item = subscription["items"]["data"][0]
    assert item["price"] == get(client, f"/v1/prices/{item['price']['id']}")
    assert item["plan"]["id"] == item["price"]["id"] and item["plan"]["object"] == "plan"


def test_a_customers_sources_come_with_it(client: stripe.StripeClient) -> None:
    found = [
        c
        for c in get(client, "/v1/customers", limit=100, expand=["data.sources"])["data"]
        if c["sources"]["has_more"]
    ]
    assert found
    customer = found[0]
    assert len(customer["sources"]["data"]) == 10
    assert len(get(client, customer["sources"]["url"], limit=100)["data"]) == 12
