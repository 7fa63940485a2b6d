"""Creating, changing and deleting through the SDK and by control calls: each leaves its event."""

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
    return client_of(changeable)


def newest(sdk: stripe.StripeClient, many: int = 1, **params: Any) -> list[dict[str, Any]]:
    """The newest events. The events of one call come in any order."""
    return get(sdk, "/v1/events", limit=many, **params)["data"]


def test_a_customer_is_created_changed_and_deleted(sdk: stripe.StripeClient) -> None:
    customer = sdk.v1.customers.create(
        {"name": "新しい客 ☕", "email": "new@example.com", "metadata": {"k": "v"}}
    )
    assert sdk.v1.customers.retrieve(customer.id).name == "新しい客 ☕"
    assert sdk.v1.customers.list({"limit": 1}).data[0].id == customer.id
    sdk.v1.customers.update(customer.id, {"name": "Neu", "metadata": {"k": "", "l": "w"}})
    assert get(sdk, f"/v1/customers/{customer.id}")["metadata"] == {"l": "w"}
    updated = newest(sdk, type="customer.updated")[0]
    assert updated["data"]["object"]["name"] == "Neu"
    assert updated["data"]["previous_attributes"] == {"name": "新しい客 ☕", "metadata": {"k": "v"}}
    assert (
        updated["request"]["id"].startswith("req_") and updated["api_version"] == stripe.api_version
    )
    assert sdk.v1.customers.delete(customer.id).deleted
    assert newest(sdk, type="customer.deleted")[0]["data"]["object"]["id"] == customer.id
    assert get(sdk, f"/v1/customers/{customer.id}") == {
        "id": customer.id,
        "object": "customer",
        "deleted": True,
    }


def test_what_is_deleted_and_no_customer_is_gone(sdk: stripe.StripeClient) -> None:
    product = sdk.v1.products.create({"name": "Short-lived"})
    assert sdk.v1.products.delete(product.id).deleted
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.v1.products.retrieve(product.id)
    assert refused.value.http_status == 404
    assert newest(sdk, type="product.deleted")[0]["data"]["object"]["name"] == "Short-lived"


def test_a_price_makes_its_plan_and_a_subscription_its_items(sdk: stripe.StripeClient) -> None:
    price = sdk.v1.prices.create(
        {
            "currency": "usd",
            "unit_amount": 700,
            "recurring": {"interval": "month"},
            "product_data": {"name": "P"},
        }
    )
    assert get(sdk, f"/v1/plans/{price.id}")["amount"] == 700
    customer = sdk.v1.customers.create({"name": "Subscriber"})
    subscription = sdk.v1.subscriptions.create(
        {"customer": customer.id, "items": [{"price": price.id, "quantity": 3}]}
    )
    assert subscription["items"].data[0].price.id == price.id and subscription.status == "active"
    canceled = sdk.v1.subscriptions.cancel(subscription.id)
    assert canceled.status == "canceled"
    event = newest(sdk, type="customer.subscription.deleted")[0]
    assert event["data"]["object"]["status"] == "canceled"
    assert subscription.id not in [
        item["id"] for item in get(sdk, "/v1/subscriptions", limit=100)["data"]
    ]


def test_a_draft_gets_lines_and_is_finalized_and_paid(sdk: stripe.StripeClient) -> None:
    customer = sdk.v1.customers.create({"name": "Invoiced"})
    invoice = sdk.v1.invoices.create({"customer": customer.id})
    assert invoice.id
    items = [
        sdk.v1.invoice_items.create(
            {"customer": customer.id, "invoice": invoice.id, "amount": 100 + n, "currency": "usd"}
        )
        for n in range(12)
    ]
    draft = get(sdk, f"/v1/invoices/{invoice.id}")
    assert draft["lines"]["has_more"] and draft["total"] == sum(100 + n for n in range(12))
    sdk.v1.invoice_items.delete(items[0].id)
    assert len(get(sdk, f"/v1/invoices/{invoice.id}/lines", limit=100)["data"]) == 11
    assert sdk.v1.invoices.finalize_invoice(invoice.id).status == "open"
    paid = sdk.v1.invoices.pay(invoice.id)
    assert (paid.status, paid.amount_paid) == ("paid", 1166)
    assert [event["type"] for event in newest(sdk, 2)] != []
    with pytest.raises(stripe.InvalidRequestError):
        sdk.v1.invoices.delete(invoice.id)


def test_a_payment_method_is_attached_and_detached(sdk: stripe.StripeClient) -> None:
    customer = sdk.v1.customers.create({"name": "Payer"})
    method = sdk.v1.payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2033}}
    )
    sdk.v1.payment_methods.attach(method.id, {"customer": customer.id})
    assert [m.id for m in sdk.v1.customers.payment_methods.list(customer.id).data] == [method.id]
    sdk.v1.payment_methods.detach(method.id)
    assert newest(sdk, type="payment_method.detached")[0]["data"]["previous_attributes"] == {
        "customer": customer.id
    }
    assert method.id in [m["id"] for m in get(sdk, "/v1/payment_methods", limit=100)["data"]]


def test_tax_ids_coupons_refunds_and_endpoints(sdk: stripe.StripeClient) -> None:
    customer = sdk.v1.customers.create({"name": "Taxed"})
    tax_id = sdk.v1.customers.tax_ids.create(
        customer.id, {"type": "eu_vat", "value": "DE111111111"}
    )
    assert [one.id for one in sdk.v1.customers.tax_ids.list(customer.id).data] == [tax_id.id]
    assert newest(sdk, type="customer.tax_id.created")[0]["data"]["object"]["id"] == tax_id.id
    assert sdk.v1.customers.tax_ids.delete(customer.id, tax_id.id).deleted
    coupon = sdk.v1.coupons.create({"id": "ÜBER", "percent_off": 12.5, "duration": "once"})
    assert sdk.v1.coupons.retrieve("ÜBER").percent_off == coupon.percent_off == 12.5
    charge = next(
        c
        for c in get(sdk, "/v1/charges", limit=100)["data"]
        if c["paid"] and not c["amount_refunded"]
    )
    refund = sdk.v1.refunds.create({"charge": charge["id"], "amount": 100})
    assert get(sdk, f"/v1/charges/{charge['id']}")["amount_refunded"] == 100
    assert get(sdk, f"/v1/balance_transactions/{refund.balance_transaction}")["net"] == -100
    assert (
        newest(sdk, type="charge.refunded")[0]["data"]["previous_attributes"]["amount_refunded"]
        == 0
    )
    endpoint = sdk.v1.webhook_endpoints.create(
        {"url": "https://example.com/x", "enabled_events": ["*"]}
    )
    assert sdk.v1.webhook_endpoints.delete(endpoint.id).deleted


def test_a_post_is_checked_as_a_get_is(sdk: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.raw_request("post", "/v1/customers", colour="red")
    assert refused.value.code == "parameter_unknown"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        sdk.raw_request("post", "/v1/products")
    assert refused.value.code == "parameter_missing"


def test_an_idempotency_key_creates_once(sdk: stripe.StripeClient) -> None:
    first, again = (
        sdk.v1.customers.create({"name": "Once"}, {"idempotency_key": "k-1"}) for _ in range(2)
    )
    assert first.id == again.id


def test_a_control_call_creates_changes_and_deletes_anything(
    sdk: stripe.StripeClient, changeable: Sandbox
) -> None:
    made = changeable.control("objects", resource="issuing.cardholder", object={"name": "Ada"})
    assert get(sdk, f"/v1/issuing/cardholders/{made['id']}")["name"] == "Ada"
    assert newest(sdk, type="issuing_cardholder.created")[0]["data"]["object"]["id"] == made["id"]
    changeable.control(
        "objects/change",
        resource="issuing.cardholder",
        id=made["id"],
        changes={"name": "Zoë", "a_new_field": [1]},
    )
    assert get(sdk, f"/v1/issuing/cardholders/{made['id']}")["a_new_field"] == [1]
    assert (
        newest(sdk, type="issuing_cardholder.updated")[0]["data"]["previous_attributes"]["name"]
        == "Ada"
    )
    changeable.control("objects/delete", resource="issuing.cardholder", id=made["id"])
    with pytest.raises(stripe.InvalidRequestError):
        get(sdk, f"/v1/issuing/cardholders/{made['id']}")


def test_an_event_can_be_left_out_or_named(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    before = newest(sdk)[0]["id"]
    made = changeable.control("objects", resource="product", object={"name": "Silent"}, event=False)
    changeable.control("objects/delete", resource="product", id=made["id"], event=False)
    assert newest(sdk)[0]["id"] == before
    changeable.control(
        "objects", resource="product", object={"name": "Named"}, event="product.updated"
    )
    assert newest(sdk)[0]["type"] == "product.updated"


def test_a_connected_accounts_change_is_its_own_event(sdk: stripe.StripeClient) -> None:
    customer = sdk.v1.customers.create({"name": "Theirs"}, {"stripe_account": CONNECTED_US})
    event = newest(sdk, type="customer.created", stripe_account=CONNECTED_US)[0]
    assert (event["account"], event["data"]["object"]["id"]) == (CONNECTED_US, customer.id)
    assert newest(sdk, type="customer.created")[0]["data"]["object"]["id"] != customer.id


def test_an_id_can_be_used_again(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    for n in range(2):
        changeable.control("objects", resource="coupon", object={"id": "AGAIN", "name": f"n{n}"})
        assert get(sdk, "/v1/coupons/AGAIN")["name"] == f"n{n}"
        changeable.control("objects/delete", resource="coupon", id="AGAIN")


def test_events_are_kept_for_thirty_days(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    oldest = sorted(get(sdk, "/v1/events", limit=100)["data"], key=lambda event: event["created"])[
        0
    ]
    now = changeable.control("clock", now=oldest["created"] + 30 * 86_400 + 1)["now"]
    assert all(
        event["created"] >= now - 30 * 86_400 for event in sdk.v1.events.list({"limit": 100}).data
    )
    with pytest.raises(stripe.InvalidRequestError) as gone:
        get(sdk, f"/v1/events/{oldest['id']}")
    assert gone.value.http_status == 404
