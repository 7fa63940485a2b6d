"""What Stripe's lists leave out by default: the traps that the catalog's overlay knows."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.keys import CONNECTED_JP, CONNECTED_US, PLATFORM
from stripe_assets_tests.sandbox.behaviour.test_lists import pages
from stripe_assets_tests.sandbox.conftest import get


def test_canceled_subscriptions_come_with_status_all_only(client: stripe.StripeClient) -> None:
    usual = {item["status"] for item in pages(client, "/v1/subscriptions")}
    everything = {item["status"] for item in pages(client, "/v1/subscriptions", status="all")}
    assert "canceled" not in usual
    statuses = {
        "active",
        "canceled",
        "past_due",
        "trialing",
        "paused",
        "incomplete",
        "incomplete_expired",
        "unpaid",
    }
    assert everything == statuses


def test_prices_lists_active_ones_and_never_inline_ones(client: stripe.StripeClient) -> None:
    active = pages(client, "/v1/prices")
    assert all(price["active"] for price in active)
    archived = pages(client, "/v1/prices", active=False)
    assert archived and not any(price["active"] for price in archived)
    listed = {price["id"] for price in active + archived}
    items = [
        item
        for session in pages(client, "/v1/checkout/sessions")
        for item in pages(client, f"/v1/checkout/sessions/{session['id']}/line_items")
    ]
    inline = {item["price"]["id"] for item in items} - listed
    assert inline
    assert get(client, f"/v1/prices/{inline.pop()}")["unit_amount"] == 1


def test_closed_reviews_and_customers_tax_ids_are_left_out(
    client: stripe.StripeClient, world: World
) -> None:
    closed = [
        record.id
        for record in world.store.space(PLATFORM, False).listed("review")
        if not record.body["open"]
    ]
    assert closed and not get(client, f"/v1/reviews/{closed[0]}")["open"]
    assert all(review["open"] for review in pages(client, "/v1/reviews"))
    assert all(tax_id["owner"]["type"] == "self" for tax_id in pages(client, "/v1/tax_ids"))
    customer = next(
        c["id"]
        for c in pages(client, "/v1/customers")
        if pages(client, f"/v1/customers/{c['id']}/tax_ids")
    )
    assert pages(client, "/v1/tax_ids", owner={"type": "customer", "customer": customer})


def test_payment_methods_without_a_customer_are_the_unattached(client: stripe.StripeClient) -> None:
    found = pages(client, "/v1/payment_methods")
    assert found and all(method["customer"] is None for method in found)
    customer = pages(client, "/v1/customers")[0]["id"]
    assert (
        pages(client, f"/v1/customers/{customer}/payment_methods")
        == pages(client, "/v1/payment_methods", customer=customer)
        != []
    )


def test_accounts_are_the_connected_ones(client: stripe.StripeClient) -> None:
    assert {account["id"] for account in pages(client, "/v1/accounts")} == {
        CONNECTED_US,
        CONNECTED_JP,
    }
    assert (
        get(client, "/v1/account")["id"]
        == get(client, f"/v1/accounts/{PLATFORM}")["id"]
        == PLATFORM
    )


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/subscriptions", "/v1/quotes"])
def test_objects_on_a_test_clock_are_listed_by_their_clock(
    client: stripe.StripeClient, path: str
) -> None:
    clock = get(client, "/v1/test_helpers/test_clocks")["data"][0]["id"]
    assert all(item["test_clock"] is None for item in pages(client, path))
    found = pages(client, path, test_clock=clock)
    assert found and all(item["test_clock"] == clock for item in found)


def test_schedules_on_a_test_clock_are_listed_by_their_customer(
    client: stripe.StripeClient,
) -> None:
    clock = get(client, "/v1/test_helpers/test_clocks")["data"][0]["id"]
    usual = pages(client, "/v1/subscription_schedules")
    by_customer = [
        s
        for c in pages(client, "/v1/customers", test_clock=clock)
        for s in pages(client, "/v1/subscription_schedules", customer=c["id"])
    ]
    assert by_customer and not {s["id"] for s in by_customer} & {s["id"] for s in usual}


@pytest.mark.parametrize(
    ("path", "params", "field", "left_out"),
    [
        ("/v2/core/accounts", {"closed": True}, "closed", True),
        ("/v2/money_management/financial_accounts", {"statuses": ["closed"]}, "status", "closed"),
        ("/v1/tax/registrations", {"status": "all"}, "status", "expired"),
        ("/v1/payment_methods", {"type": "custom"}, "type", "custom"),
    ],
)
def test_other_things_that_are_listed_only_when_asked_for(
    client: stripe.StripeClient, path: str, params: dict[str, Any], field: str, left_out: Any
) -> None:
    assert left_out not in [item[field] for item in get(client, path)["data"]]
    assert left_out in [item[field] for item in get(client, path, **params)["data"]]


def test_a_deleted_customer_is_a_stub(client: stripe.StripeClient, world: World) -> None:
    space = world.store.space(PLATFORM, False)
    deleted = [record.id for record in space.table("customer").by_id.values() if record.deleted]
    assert deleted and not set(deleted) & {
        customer["id"] for customer in pages(client, "/v1/customers")
    }
    assert get(client, f"/v1/customers/{deleted[0]}") == {
        "id": deleted[0],
        "object": "customer",
        "deleted": True,
    }


def test_sublists_stop_at_ten_and_their_url_continues(client: stripe.StripeClient) -> None:
    invoice = max(
        pages(client, "/v1/invoices"),
        key=lambda one: one["total"] if one["lines"]["has_more"] else 0,
    )
    assert len(invoice["lines"]["data"]) == 10 and invoice["lines"]["has_more"]
    lines = pages(client, invoice["lines"]["url"])
    assert len(lines) >= 40 and lines[:10] == invoice["lines"]["data"]
    assert invoice["subtotal"] == sum(line["amount"] for line in lines)


def test_the_business_has_a_long_sublist_of_each_kind(client: stripe.StripeClient) -> None:
    assert any(one["items"]["has_more"] for one in pages(client, "/v1/subscriptions"))
    assert any(
        one["refunds"]["has_more"] for one in pages(client, "/v1/charges", expand=["data.refunds"])
    )
    assert any(one["reversals"]["has_more"] for one in pages(client, "/v1/transfers"))
    assert any(one["refunds"]["has_more"] for one in pages(client, "/v1/application_fees"))
    assert any(one["lines"]["has_more"] for one in pages(client, "/v1/credit_notes"))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/prices", "tiers"),
        ("/v1/prices", "currency_options"),
        ("/v1/plans", "tiers"),
        ("/v1/coupons", "applies_to"),
        ("/v1/customers", "tax"),
        ("/v1/customers", "sources"),
        ("/v1/customers", "tax_ids"),
        ("/v1/checkout/sessions", "line_items"),
        ("/v1/payment_links", "line_items"),
        ("/v1/charges", "refunds"),
    ],
)
def test_fields_that_come_only_when_asked_for(
    client: stripe.StripeClient, path: str, field: str
) -> None:
    assert not any(field in item for item in pages(client, path))
    assert any(item.get(field) for item in pages(client, path, expand=[f"data.{field}"]))
