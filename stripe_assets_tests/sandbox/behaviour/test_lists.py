"""Lists, cursors and retrieves over every route, through the real SDK."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.calls.routes import find
from stripe_assets_tests.sandbox.conftest import get
from stripe_assets_tests.sandbox.routes import calls, list_routes

OMITTED = {"status": "all"}


def pages(client: stripe.StripeClient, path: str, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    route = find("GET", path.partition("?")[0])
    size = {"limit": 100} if route and "limit" in route[0].params else {}
    while True:
        cursor = {"starting_after": found[-1]["id"]} if found else {}
        page = get(client, path, **{**size, **params, **cursor})
        found.extend(page["data"])
        if not page["has_more"]:
            return found


def test_every_v1_list_pages_to_its_end_and_each_object_can_be_retrieved(
    client: stripe.StripeClient, world: World
) -> None:
    retrieved = 0
    for route in list_routes("v1"):
        for path, params in calls(client, world, route):
            found = pages(client, path, **params)
            ids = [(item["object"], item["id"]) for item in found]
            assert len(set(ids)) == len(ids), path
            for item in found[:3]:
                own = f"{path}/{item['id']}"
                if find("GET", own) and find("GET", own)[0].kind == "retrieve":  # type: ignore[index]
                    assert get(client, own) == item, own
                    retrieved += 1
    assert retrieved > 200


def test_the_sdks_auto_paging_reads_all(client: stripe.StripeClient) -> None:
    found = [customer.id for customer in client.v1.customers.list({"limit": 50}).auto_paging_iter()]
    assert len(found) == len(set(found)) >= 120


def test_every_v2_list_pages_by_next_page_url(client: stripe.StripeClient, world: World) -> None:
    for route in list_routes("v2"):
        for path, params in calls(client, world, route):
            page = get(client, path, limit=1, **params)
            found = list(page["data"])
            while page["next_page_url"]:
                page = get(client, page["next_page_url"])
                found.extend(page["data"])
            assert len(found) >= 1, path
            assert len({item["id"] for item in found}) == len(found)


def test_every_model_of_the_catalog_has_objects(world: World) -> None:
    spaces = world.store.spaces.values()
    assert [
        name for name in catalog().resources if not any(space.table(name).by_id for space in spaces)
    ] == []


def test_singletons_answer(client: stripe.StripeClient) -> None:
    for resource in catalog().resources.values():
        if resource.singleton:
            assert get(client, resource.singleton)["object"] == resource.name


def test_newest_first_and_ten_by_default(client: stripe.StripeClient) -> None:
    page = get(client, "/v1/invoices")
    created = [invoice["created"] for invoice in page["data"]]
    assert len(created) == 10 and page["has_more"] and page["url"] == "/v1/invoices"
    assert created == sorted(created, reverse=True)


def test_ending_before_goes_back(client: stripe.StripeClient) -> None:
    first = [item["id"] for item in get(client, "/v1/charges", limit=25)["data"]]
    page = get(client, "/v1/charges", limit=5, ending_before=first[20])
    assert [item["id"] for item in page["data"]] == first[15:20] and page["has_more"]
    page = get(client, "/v1/charges", limit=30, ending_before=first[20])
    assert [item["id"] for item in page["data"]] == first[:20] and not page["has_more"]


def test_created_filters_are_inclusive_and_exclusive_as_named(client: stripe.StripeClient) -> None:
    everything = pages(client, "/v1/charges")
    at = everything[40]["created"]
    for bound, keeps in (
        ("gt", at.__lt__),
        ("gte", at.__le__),
        ("lt", at.__gt__),
        ("lte", at.__ge__),
    ):
        found = pages(client, "/v1/charges", created={bound: at})
        assert found == [charge for charge in everything if keeps(charge["created"])], bound
    assert {charge["created"] for charge in pages(client, "/v1/charges", created=at)} == {at}


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("/v1/invoices", {"status": "open"}, lambda invoice: invoice["status"] == "open"),
        (
            "/v1/prices",
            {"active": True, "currency": "jpy"},
            lambda price: price["active"] and price["currency"] == "jpy",
        ),
        (
            "/v1/prices",
            {"active": True, "type": "recurring"},
            lambda price: price["recurring"] is not None,
        ),
        (
            "/v1/events",
            {"type": "payment_intent.*"},
            lambda event: event["type"].startswith("payment_intent."),
        ),
        (
            "/v1/events",
            {"types": ["invoice.paid", "charge.failed"]},
            lambda event: event["type"] in ("invoice.paid", "charge.failed"),
        ),
        ("/v1/events", {"delivery_success": False}, lambda event: event["pending_webhooks"] == 1),
        ("/v1/balance_transactions", {"type": "refund"}, lambda moved: moved["type"] == "refund"),
        ("/v1/file_links", {"expired": True}, lambda link: link["expired"]),
        ("/v1/invoiceitems", {"pending": True}, lambda item: item["invoice"] is None),
        (
            "/v1/subscriptions",
            {"status": "past_due"},
            lambda subscription: subscription["status"] == "past_due",
        ),
    ],
)
def test_filters_filter(
    client: stripe.StripeClient, path: str, params: dict[str, Any], field: Any
) -> None:
    found = pages(client, path, **params)
    assert found and all(field(item) for item in found)


def test_a_filter_by_reference_gives_all_of_it(client: stripe.StripeClient) -> None:
    everything = pages(client, "/v1/invoices")
    customer = everything[5]["customer"]
    assert pages(client, "/v1/invoices", customer=customer) == [
        item for item in everything if item["customer"] == customer
    ]
    subscription = next(
        i["parent"]["subscription_details"]["subscription"] for i in everything if i["parent"]
    )
    found = pages(client, "/v1/invoices", subscription=subscription)
    assert found and all(
        item["parent"]["subscription_details"]["subscription"] == subscription for item in found
    )


def test_a_payouts_transactions_are_only_known_by_asking(client: stripe.StripeClient) -> None:
    payout = get(client, "/v1/payouts", limit=1)["data"][0]
    found = pages(client, "/v1/balance_transactions", payout=payout["id"])
    assert sum(item["net"] for item in found) == 0 and len(found) > 1
    assert not any("payout" in item for item in found)
