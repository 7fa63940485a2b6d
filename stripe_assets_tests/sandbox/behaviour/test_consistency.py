"""Lists that get new objects late, and events in the shape of an older version."""

from __future__ import annotations

import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.sandbox.conftest import client_of, get


@pytest.fixture
def sdk(changeable: Sandbox) -> stripe.StripeClient:
    changeable.control("clock", advance=60)
    return client_of(changeable)


def ids(sdk: stripe.StripeClient, path: str, **params: object) -> list[str]:
    return [item["id"] for item in get(sdk, path, limit=100, **params)["data"]]


def test_new_objects_and_events_are_listed_later(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    changeable.control("eventual", seconds=10)
    made = sdk.v1.customers.create({"name": "Soon"})
    assert get(sdk, f"/v1/customers/{made.id}")["name"] == "Soon"
    assert (
        made.id not in ids(sdk, "/v1/customers")
        and get(sdk, "/v1/events", limit=1)["data"][0]["data"]["object"].get("id") != made.id
    )
    changeable.control("clock", advance=11)
    assert made.id in ids(sdk, "/v1/customers")
    event = get(sdk, "/v1/events", limit=1)["data"][0]
    assert (event["type"], event["data"]["object"]["id"]) == ("customer.created", made.id)


def test_some_resources_can_be_behind(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    changeable.control("eventual", seconds=10, resources=["product"])
    product, customer = (
        sdk.v1.products.create({"name": "Soon"}),
        sdk.v1.customers.create({"name": "Now"}),
    )
    assert product.id not in ids(sdk, "/v1/products") and customer.id in ids(sdk, "/v1/customers")
    assert (
        get(sdk, "/v1/events", limit=2, type="product.*")["data"][0]["data"]["object"]["id"]
        == product.id
    )
    changeable.control("eventual", seconds=0)
    assert sdk.v1.products.create({"name": "Now"}).id in ids(sdk, "/v1/products")


def test_what_was_deleted_or_is_in_no_list_does_not_appear(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    changeable.control("eventual", seconds=5)
    deleted = sdk.v1.customers.create({"name": "Gone before"})
    sdk.v1.customers.delete(deleted.id)
    hidden = changeable.control("objects", resource="price", object={"active": True}, listed=False)
    changeable.control("clock", advance=6)
    assert deleted.id not in ids(sdk, "/v1/customers") and hidden["id"] not in ids(
        sdk, "/v1/prices"
    )


def test_a_parents_sublist_is_never_behind(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    customer = sdk.v1.customers.create({"name": "Invoiced"})
    invoice = sdk.v1.invoices.create({"customer": customer.id})
    changeable.control("eventual", seconds=5)
    sdk.v1.invoice_items.create(
        {"customer": customer.id, "invoice": str(invoice.id), "amount": 1, "currency": "usd"}
    )
    assert len(get(sdk, f"/v1/invoices/{invoice.id}")["lines"]["data"]) == 1


def test_an_event_can_be_of_an_older_version(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    subscribed = next(
        i
        for i in get(sdk, "/v1/invoices", limit=100, status="paid")["data"]
        if i["parent"]["subscription_details"]
    )
    changeable.control("rendering", api_version="2024-06-20")
    sdk.v1.invoices.update(subscribed["id"], {"description": "old"})
    event = get(sdk, "/v1/events", limit=1, type="invoice.updated")["data"][0]
    old = event["data"]["object"]
    intent = get(sdk, f"/v1/payment_intents/{old['payment_intent']}")
    assert (event["api_version"], old["paid"], old["charge"]) == (
        "2024-06-20",
        True,
        intent["latest_charge"],
    )
    assert (
        old["subscription"] == subscribed["parent"]["subscription_details"]["subscription"]
        and "parent" not in old
    )
    assert {line["price"] for line in old["lines"]["data"]} <= {
        p["id"] for p in sdk.v1.prices.list().auto_paging_iter()
    }
    changeable.control("rendering", api_version=None)
    sdk.v1.invoices.update(subscribed["id"], {"description": "new"})
    event = get(sdk, "/v1/events", limit=1, type="invoice.updated")["data"][0]
    assert (
        event["api_version"] == stripe.api_version
        and event["data"]["object"]["parent"] == subscribed["parent"]
    )


def test_a_version_of_this_year_changes_only_what_is_newer(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    changeable.control("rendering", api_version="2025-06-30.basil")
    coupon = sdk.v1.coupons.create({"percent_off": 5, "duration": "once"})
    customer = sdk.v1.customers.create({"name": "Discounted"})
    changeable.control("discounts", resource="customer", id=customer.id, coupon=coupon.id)
    old = get(sdk, "/v1/events", limit=1, type="customer.discount.created")["data"][0]["data"][
        "object"
    ]
    assert old["coupon"] == coupon.id and "source" not in old


def test_types_are_at_most_twenty_and_not_with_type(sdk: stripe.StripeClient) -> None:
    for params in (
        {"types": ["charge.failed"] * 21},
        {"type": "charge.failed", "types": ["charge.failed"]},
    ):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            get(sdk, "/v1/events", **params)
        assert refused.value.http_status == 400 and refused.value.param in ("type", "types")
    assert get(sdk, "/v1/events", types=["charge.failed"] * 20)["object"] == "list"
