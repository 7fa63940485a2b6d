"""Objects that are deleted, detached or canceled: what remains, and which events there are."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_US
from stripe_assets_tests.sandbox.conftest import client_of, get


@pytest.fixture
def sdk(changeable: Sandbox) -> stripe.StripeClient:
    changeable.control("clock", advance=60)
    return client_of(changeable)


def happened(sdk: stripe.StripeClient, many: int = 1) -> dict[str, dict[str, Any]]:
    """The newest events' objects by type."""
    return {
        event["type"]: event["data"]["object"]
        for event in get(sdk, "/v1/events", limit=many)["data"]
    }


def customer_of(sdk: stripe.StripeClient) -> str:
    return sdk.v1.customers.create({"name": "Once"}).id


def is_gone(sdk: stripe.StripeClient, path: str) -> bool:
    try:
        get(sdk, path)
    except stripe.InvalidRequestError as refused:
        return (refused.http_status, refused.code) == (404, "resource_missing")
    return False


DELETABLE = [
    ("coupon", "coupon.deleted", "/v1/coupons/{id}", {"percent_off": 5, "duration": "once"}),
    ("product", "product.deleted", "/v1/products/{id}", {"name": "P"}),
    ("price", "price.deleted", "/v1/prices/{id}", {"active": True}),
    ("plan", "plan.deleted", "/v1/plans/{id}", {"active": True}),
    ("invoice", "invoice.deleted", "/v1/invoices/{id}", {"status": "draft"}),
    ("invoiceitem", "invoiceitem.deleted", "/v1/invoiceitems/{id}", {"customer": "{customer}"}),
    (
        "tax_id",
        "customer.tax_id.deleted",
        "/v1/customers/{customer}/tax_ids/{id}",
        {"customer": "{customer}"},
    ),
    (
        "card",
        "customer.source.deleted",
        "/v1/customers/{customer}/sources/{id}",
        {"customer": "{customer}"},
    ),
    (
        "bank_account",
        "customer.source.deleted",
        "/v1/customers/{customer}/sources/{id}",
        {"customer": "{customer}"},
    ),
    (
        "test_helpers.test_clock",
        "test_helpers.test_clock.deleted",
        "/v1/test_helpers/test_clocks/{id}",
        {"status": "ready"},
    ),
]


@pytest.mark.parametrize(
    ("resource", "type", "path", "fields"), DELETABLE, ids=[row[0] for row in DELETABLE]
)
def test_what_is_deleted_is_gone_and_told(
    sdk: stripe.StripeClient,
    changeable: Sandbox,
    resource: str,
    type: str,
    path: str,
    fields: dict[str, Any],
) -> None:
    customer = customer_of(sdk)
    given = {name: customer if value == "{customer}" else value for name, value in fields.items()}
    for silent in (False, True):
        id = changeable.control("objects", resource=resource, object=given)["id"]
        place = path.format(id=id, customer=customer)
        assert get(sdk, place)["id"] == id
        before = get(sdk, "/v1/events", limit=1)["data"][0]["id"]
        changeable.control("objects/delete", resource=resource, id=id, event=not silent)
        assert is_gone(sdk, place)
        newest = get(
            sdk,
            "/v1/events",
            limit=100,
            created={"gte": changeable.control("state", "GET")["now"] - 30},
        )["data"]
        told = [
            event
            for event in newest
            if event["data"]["object"]["id"] == id and event["type"].endswith("deleted")
        ]
        assert [event["type"] for event in told] == ([] if silent else [type]) and (
            not silent or before in [e["id"] for e in newest]
        )


def test_an_external_account_and_a_person_go_from_both_sides(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    for resource, place, type in (
        ("bank_account", "external_accounts", "account.external_account.deleted"),
        ("person", "persons", "person.deleted"),
    ):
        id = changeable.control("objects", resource=resource, object={"account": CONNECTED_US})[
            "id"
        ]
        path = f"/v1/accounts/{CONNECTED_US}/{place}/{id}"
        sides: tuple[dict[str, Any], ...] = ({}, {"stripe_account": CONNECTED_US})
        assert {get(sdk, path, **side)["id"] for side in sides} == {id}
        sdk.raw_request("delete", path)
        for side in sides:
            with pytest.raises(stripe.InvalidRequestError):
                get(sdk, path, **side)
        event = get(sdk, "/v1/events", limit=1, type=type, stripe_account=CONNECTED_US)["data"][0]
        assert (event["account"], event["data"]["object"]["id"]) == (CONNECTED_US, id)


def test_a_customer_takes_with_it_what_is_the_customers(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    customer = customer_of(sdk)
    price = sdk.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 7,
            "recurring": {"interval": "month"},
            "product_data": {"name": "P"},
        }
    )
    subscription = sdk.v1.subscriptions.create(
        {"customer": customer, "items": [{"price": price.id}]}
    )
    card = orjson.loads(
        sdk.raw_request("post", f"/v1/customers/{customer}/sources", source="tok_visa").body
    )["id"]
    tax_id = sdk.v1.customers.tax_ids.create(customer, {"type": "eu_vat", "value": "DE111111111"})
    method = sdk.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2033}}
    )
    sdk.v1.payment_methods.attach(method.id, {"customer": customer})
    coupon = sdk.v1.coupons.create({"percent_off": 5, "duration": "once"})
    changeable.control("discounts", resource="customer", id=customer, coupon=coupon.id)
    changeable.control("clock", advance=2)
    sdk.v1.customers.delete(customer)
    assert set(happened(sdk, 6)) == {
        "customer.deleted",
        "customer.subscription.deleted",
        "customer.source.deleted",
        "customer.tax_id.deleted",
        "customer.discount.deleted",
        "payment_method.detached",
    }
    assert get(sdk, f"/v1/customers/{customer}") == {
        "id": customer,
        "object": "customer",
        "deleted": True,
    }
    assert get(sdk, f"/v1/payment_methods/{method.id}")["customer"] is None
    assert get(sdk, f"/v1/subscriptions/{subscription.id}")["status"] == "canceled"
    assert subscription.id in [
        s["id"] for s in get(sdk, "/v1/subscriptions", limit=3, status="all")["data"]
    ]
    assert is_gone(sdk, f"/v1/customers/{customer}/sources/{card}")
    assert is_gone(sdk, f"/v1/customers/{customer}/tax_ids/{tax_id.id}")


def test_without_an_event_nothing_of_a_customer_is_told(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    customer = customer_of(sdk)
    sdk.v1.customers.tax_ids.create(customer, {"type": "eu_vat", "value": "DE111111111"})
    before = get(sdk, "/v1/events", limit=1)["data"][0]["id"]
    changeable.control("clock", advance=2)
    changeable.control("objects/delete", resource="customer", id=customer, event=False)
    assert get(sdk, "/v1/events", limit=1)["data"][0]["id"] == before


def test_a_test_clock_takes_its_customers_with_it(sdk: stripe.StripeClient) -> None:
    clock = sdk.v1.test_helpers.test_clocks.create({"frozen_time": 1_800_000_000})
    customer = sdk.v1.customers.create({"test_clock": clock.id})
    sdk.v1.test_helpers.test_clocks.delete(clock.id)
    assert get(sdk, f"/v1/customers/{customer.id}")["deleted"]


def test_a_discount_comes_goes_and_is_replaced(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    customer = customer_of(sdk)
    coupons = [sdk.v1.coupons.create({"percent_off": n, "duration": "once"}).id for n in (5, 6)]
    first = changeable.control("discounts", resource="customer", id=customer, coupon=coupons[0])
    assert get(sdk, f"/v1/customers/{customer}")["discount"]["source"]["coupon"] == coupons[0]
    changeable.control("clock", advance=2)
    changeable.control("discounts", resource="customer", id=customer, coupon=coupons[1])
    told = happened(sdk, 2)
    assert (
        told["customer.discount.deleted"]["id"] == first["id"]
        and told["customer.discount.created"]["source"]["coupon"] == coupons[1]
    )
    sdk.v1.customers.delete_discount(customer)
    assert get(sdk, f"/v1/customers/{customer}")["discount"] is None


def test_a_subscriptions_discount_names_it(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    subscription = next(
        s for s in get(sdk, "/v1/subscriptions", limit=100)["data"] if not s["discounts"]
    )
    coupon = sdk.v1.coupons.create({"percent_off": 5, "duration": "once"})
    made = changeable.control(
        "discounts", resource="subscription", id=subscription["id"], coupon=coupon.id
    )
    assert (made["subscription"], made["customer"]) == (
        subscription["id"],
        subscription["customer"],
    )
    assert get(sdk, f"/v1/subscriptions/{subscription['id']}")["discounts"] == [made["id"]]


def test_a_line_is_removed_from_a_draft(sdk: stripe.StripeClient) -> None:
    customer = customer_of(sdk)
    invoice = str(sdk.v1.invoices.create({"customer": customer}).id)
    for amount in (100, 20):
        sdk.v1.invoice_items.create(
            {"customer": customer, "invoice": invoice, "amount": amount, "currency": "usd"}
        )
    lines = get(sdk, f"/v1/invoices/{invoice}/lines")["data"]
    line = next(one for one in lines if one["amount"] == 100)
    left = sdk.v1.invoices.remove_lines(
        invoice, {"lines": [{"id": line["id"], "behavior": "delete"}]}
    )
    assert (left.total, [one.amount for one in left.lines.data]) == (20, [20])
    assert is_gone(
        sdk, f"/v1/invoiceitems/{line['parent']['invoice_item_details']['invoice_item']}"
    )
    events = get(sdk, "/v1/events", limit=5, type="invoice.updated")[
        "data"
    ]  # the events of one second come in any order
    updated = [event["data"] for event in events if event["data"]["object"]["id"] == invoice]
    assert (20, 120) in [
        (data["object"]["total"], data["previous_attributes"].get("total")) for data in updated
    ]


def test_a_refund_is_told_twice(sdk: stripe.StripeClient) -> None:
    charge = next(
        c
        for c in get(sdk, "/v1/charges", limit=100)["data"]
        if c["paid"] and not c["amount_refunded"]
    )
    refund = sdk.v1.refunds.create({"charge": charge["id"], "amount": 1})
    told = happened(sdk, 2)
    assert (
        told["refund.created"]["id"] == refund.id and told["charge.refunded"]["id"] == charge["id"]
    )
