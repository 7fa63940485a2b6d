"""A full sweep finds objects that were deleted without an event, and marks no other rows as
deleted."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_assets.mirror import AVAILABLE, Mirror
from stripe_assets.sync import SyncAborted
from stripe_assets_tests.sync.stage import CONNECTED_US, KEY_REVOKED, PLATFORM, Stage

DAY = 86_400


def sweep(stage: Stage, *models: str) -> dict[str, Any]:
    return stage.sync(*models, mode="full")


@pytest.mark.parametrize("account", [PLATFORM, CONNECTED_US])
def test_a_deleted_customer_and_product_are_found(
    database_url: str, stage: Stage, account: str
) -> None:
    with Mirror.open(database_url) as mirror:
        stage = Stage(stage.sandbox, mirror)
        customers = [stage.make("customer", account=account) for _ in range(3)]
        products = [stage.make("product", account=account) for _ in range(3)]
        sweep(stage, "customer", "product")
        stage.delete("customer", customers[0], account=account, event=False)
        stage.delete("product", products[1], account=account, event=False)
        results = sweep(stage, "customer", "product")
        assert {result.status for result in results.values()} == {"ok"}
        assert stage.alive("customer") == {*customers[1:]} and stage.alive("product") == {
            products[0],
            products[2],
        }
        assert stage.is_deleted("customer", customers[0], account) and stage.is_deleted(
            "product", products[1], account
        )
        assert stage.retrieved("/v1/customers") == [customers[0]] and stage.retrieved(
            "/v1/products"
        ) == [products[1]]
        assert results["customer"].rows_in_mirror == 2


def test_a_line_that_was_removed_from_a_draft_is_found(stage: Stage) -> None:
    invoice = stage.make("invoice", {"customer": stage.make("customer"), "status": "draft"})
    lines = [
        stage.make(
            "line_item",
            {"invoice": invoice, "amount": n, "currency": "usd"},
            parent=[invoice, "lines"],
        )
        for n in range(13)
    ]
    sweep(stage, "line_item")
    assert stage.alive("line_item") == set(lines)
    for line in (lines[0], lines[12]):
        stage.delete("line_item", line, event=False)
    sweep(stage, "line_item")
    assert stage.alive("line_item") == {*lines[1:12]} and stage.is_deleted("line_item", lines[0])
    assert not stage.is_deleted("invoice", invoice)


def test_deleted_persons_and_cards_are_asked_for_under_their_parents(stage: Stage) -> None:
    customer = stage.make("customer")
    person, card = (
        stage.make("person", {"account": CONNECTED_US}),
        stage.make("card", {"customer": customer}),
    )
    sweep(stage, "person", "card")
    assert person in stage.alive("person") and card in stage.alive("card")
    stage.delete("person", person, event=False)
    stage.delete("card", card, event=False)
    sweep(stage, "person", "card")
    assert stage.is_deleted("person", person, CONNECTED_US) and stage.is_deleted("card", card)


def test_a_closed_account_is_found(stage: Stage) -> None:
    customer = stage.make("customer", account=CONNECTED_US)
    sweep(stage, "account", "customer")
    stage.delete("account", CONNECTED_US, event=False)
    results = sweep(stage, "account", "customer")
    assert {result.status for result in results.values()} == {"ok"}
    assert stage.is_deleted("account", CONNECTED_US, CONNECTED_US)
    assert not stage.is_deleted("customer", customer, CONNECTED_US), (
        "nothing says that the customer is deleted"
    )
    sweep(stage, "account")
    assert not stage.asked(f"/v1/accounts/{CONNECTED_US}?")


def test_an_account_that_the_key_no_longer_covers_is_not_deleted(stage: Stage) -> None:
    sweep(stage, "account")
    stage.sync("account", mode="full", connected="none")
    assert not stage.is_deleted("account", CONNECTED_US, CONNECTED_US)


def test_an_archived_price_is_not_deleted(stage: Stage) -> None:
    product = stage.make("product")
    price = stage.make(
        "price",
        {
            "product": product,
            "currency": "usd",
            "unit_amount": 5,
            "active": True,
            "type": "one_time",
        },
    )
    sweep(stage, "price")
    stage.change("price", price, {"active": False}, event=False)
    sweep(stage, "price")
    assert stage.value("price", price, "active") is False and not stage.is_deleted("price", price)
    assert stage.retrieved("/v1/prices") == []


def test_a_customer_on_a_test_clock_is_not_deleted(stage: Stage) -> None:
    clock = stage.make("test_helpers.test_clock", {"name": "Clock", "status": "ready"})
    customer = stage.make("customer", {"test_clock": clock})
    for _ in range(2):
        sweep(stage, "customer")
        assert customer in stage.alive("customer") and not stage.is_deleted("customer", customer)
        assert stage.retrieved("/v1/customers") == []


def test_a_canceled_subscription_is_not_deleted(stage: Stage) -> None:
    subscription = stage.make(
        "subscription", {"customer": stage.make("customer"), "status": "active"}
    )
    sweep(stage, "subscription")
    stage.change("subscription", subscription, {"status": "canceled"}, event=False)
    sweep(stage, "subscription")
    assert stage.value(
        "subscription", subscription, "status"
    ) == "canceled" and not stage.is_deleted("subscription", subscription)


def _detached(stage: Stage) -> str:
    method = stage.make("payment_method", {"customer": stage.make("customer"), "type": "card"})
    sweep(stage, "payment_method")
    stage.change("payment_method", method, {"customer": None}, event=False)
    return method


def test_a_detached_payment_method_is_not_deleted(stage: Stage) -> None:
    method = _detached(stage)
    sweep(stage, "payment_method")
    assert (
        not stage.is_deleted("payment_method", method)
        and stage.value("payment_method", method, "customer_id") is None
    )


def test_an_object_that_no_list_shows_is_asked_for_again_after_thirty_days(stage: Stage) -> None:
    product = stage.make("product", {"name": "Shown"})
    sweep(stage, "product")
    stage.sandbox.control("objects/delete", resource="product", id=product, event=False)
    stage.make("product", {"id": product, "name": "Hidden"}, listed=False, event=False)
    sweep(stage, "product")
    assert stage.retrieved("/v1/products") == [product]
    assert (
        not stage.is_deleted("product", product)
        and stage.value("product", product, "name") == "Hidden"
    )
    assert stage.value("product", product, "_unlisted_at")
    for days, asked in ((1, []), (28, []), (3, [product]), (1, [])):
        stage.wait(days * DAY)
        sweep(stage, "product")
        assert stage.retrieved("/v1/products") == asked


def test_an_object_that_is_listed_again_is_no_longer_unlisted(stage: Stage) -> None:
    product = stage.make("product", {"name": "Shown"})
    sweep(stage, "product")
    stage.delete("product", product, event=False)
    stage.make("product", {"id": product}, listed=False, event=False)
    sweep(stage, "product")
    stage.delete("product", product, event=False)
    stage.make("product", {"id": product}, event=False)
    sweep(stage, "product")
    assert stage.value("product", product, "_unlisted_at") is None
    stage.delete("product", product, event=False)
    sweep(stage, "product")
    assert stage.retrieved("/v1/products") == [product] and stage.is_deleted("product", product)


def test_events_decide_about_an_object_that_no_list_shows(stage: Stage) -> None:
    product = stage.make("product", {"name": "Hidden"}, listed=False)
    sweep(stage, "product")
    assert stage.row("product", product) is None
    stage.process()
    sweep(stage, "product")
    sweep(stage, "product")
    assert stage.retrieved("/v1/products") == [] and not stage.is_deleted("product", product)
    stage.delete("product", product)
    stage.process()
    assert stage.is_deleted("product", product)


def test_the_objects_of_a_page_that_cannot_be_read_are_not_marked_deleted(stage: Stage) -> None:
    stage.make_many("customer", [f"cus_{n:03}" for n in range(150)])
    sweep(stage, "customer")
    stage.delete("customer", "cus_149", event=False)
    stage.delete("customer", "cus_001", event=False)
    stage.fail("/v1/customers?*starting_after*")
    assert sweep(stage, "customer")["customer"].status == "incomplete"
    assert len(stage.alive("customer")) == 150 and stage.retrieved("/v1/customers") == []
    holes = stage.mirror.holes.all()
    assert holes and all(
        hole.model == "customer" and hole.key.startswith("/v1/customers") and "500" in hole.answer
        for hole in holes
    )
    stage.heal()
    assert sweep(stage, "customer")["customer"].status == "ok"
    assert len(stage.alive("customer")) == 148 and stage.mirror.holes.all() == []


def test_the_objects_of_nested_lists_are_not_marked_deleted_where_the_parents_list_is_not_read(
    stage: Stage,
) -> None:
    customer = stage.make("customer")
    method = stage.make("payment_method", {"customer": customer, "type": "card"})
    sweep(stage, "payment_method")
    stage.delete("payment_method", method, event=False)
    stage.fail("/v1/customers")
    assert sweep(stage, "payment_method")["payment_method"].status == "incomplete"
    assert not stage.is_deleted("payment_method", method)
    assert {hole.key for hole in stage.mirror.holes.all()} == {"/v1/customers"}
    stage.heal()
    assert sweep(stage, "payment_method")["payment_method"].status == "ok"
    assert stage.is_deleted("payment_method", method) and stage.mirror.holes.all() == []


def test_the_objects_of_a_refused_list_are_not_marked_deleted(stage: Stage) -> None:
    product, theirs = stage.make("product"), stage.make("product", account=CONNECTED_US)
    sweep(stage, "product")
    stage.delete("product", theirs, account=CONNECTED_US, event=False)
    stage.delete("product", product, event=False)
    stage.fail(
        "/v1/products",
        account=CONNECTED_US,
        status=403,
        type="invalid_request_error",
        message="No.",
    )
    sweep(stage, "product")
    assert stage.is_deleted("product", product) and not stage.is_deleted(
        "product", theirs, CONNECTED_US
    )


@pytest.mark.parametrize("status", [500, 403])
def test_an_object_that_cannot_be_retrieved_is_not_marked_deleted(
    stage: Stage, status: int
) -> None:
    first, second = stage.make("product"), stage.make("product")
    sweep(stage, "product")
    for product in (first, second):
        stage.delete("product", product, event=False)
    stage.fail(
        f"/v1/products/{first}",
        status=status,
        type="invalid_request_error",
        message="Not this one.",
    )
    result = sweep(stage, "product")["product"]
    assert not stage.is_deleted("product", first) and stage.is_deleted("product", second)
    assert result.rows_in_mirror == 1
    if status == 500:
        assert result.status == "incomplete" and first in (result.error or "")
        assert [hole.key for hole in stage.mirror.holes.all()] == [f"object {first}"]
    else:
        assert result.status == "ok" and "Not this one." in str(result.availability)
    stage.heal()
    assert sweep(stage, "product")["product"].status == "ok"
    assert stage.is_deleted("product", first) and stage.mirror.holes.all() == []


@pytest.mark.parametrize("status", [500, 403])
def test_an_unlisted_object_whose_lines_cannot_be_read_fails_its_model(
    stage: Stage, status: int
) -> None:
    invoice = _hidden_invoice(stage)
    stage.fail(
        f"/v1/invoices/{invoice}/lines",
        status=status,
        type="invalid_request_error",
        message="Not these.",
    )
    result = sweep(stage, "invoice", "line_item")["invoice"]
    assert result.status == "failed" and invoice in (result.error or "")


def _hidden_invoice(stage: Stage) -> str:
    """Returns an invoice with 13 lines that no list returns any more, though it exists."""
    fields = {"customer": stage.make("customer"), "status": "draft"}
    invoice = stage.make("invoice", fields)
    sweep(stage, "invoice", "line_item")
    stage.delete("invoice", invoice, event=False)
    stage.make("invoice", {**fields, "id": invoice}, listed=False, event=False)
    for amount in range(13):
        line = {"invoice": invoice, "amount": amount, "currency": "usd"}
        stage.make("line_item", line, parent=[invoice, "lines"])
    return invoice


def test_a_deleted_customers_stub_says_nothing_about_its_lists(stage: Stage) -> None:
    customers = [stage.make("customer") for _ in range(2)]
    sweep(stage, "customer", "tax_id", "card")
    stage.delete("customer", customers[0], event=False)
    results = sweep(stage, "customer", "tax_id", "card")
    assert stage.is_deleted("customer", customers[0])
    assert {result.availability for result in results.values()} == {AVAILABLE}


def test_an_object_that_a_list_shows_late_is_not_marked_deleted(stage: Stage) -> None:
    sweep(stage, "product")
    stage.sandbox.control("eventual", seconds=3600, resources=["product"])
    product = stage.make("product")
    stage.process()
    sweep(stage, "product")
    assert not stage.is_deleted("product", product) and stage.retrieved("/v1/products") == [product]


def test_events_are_never_marked_deleted(stage: Stage) -> None:
    stage.make("product")
    [event] = stage.events()
    sweep(stage, "event")
    stage.wait(40 * DAY)
    sweep(stage, "event")
    assert not stage.is_deleted("event", event) and stage.retrieved("/v1/events") == []


def test_a_sweep_marks_nothing_deleted_of_models_that_it_does_not_read(stage: Stage) -> None:
    customer, product = stage.make("customer"), stage.make("product")
    sweep(stage, "customer", "product")
    stage.delete("customer", customer, event=False)
    stage.delete("product", product, event=False)
    sweep(stage, "customer")
    assert stage.is_deleted("customer", customer) and not stage.is_deleted("product", product)


def test_only_get_requests_are_sent(stage: Stage) -> None:
    product = stage.make("product")
    sweep(stage)
    stage.delete("product", product)
    stage.sync()
    stage.process()
    assert {entry["method"] for entry in stage.sandbox.log()} == {"GET"}


def test_a_continued_sweep_finds_the_deletions_before_it_and_no_others(
    stage: Stage,
) -> None:
    stage.make_many("customer", [f"cus_{n:03}" for n in range(250)])
    sweep(stage, "customer")
    stage.delete("customer", "cus_200", event=False)
    stage.fail("/v1/customers?*starting_after*", skip=1, **KEY_REVOKED)
    with pytest.raises(SyncAborted, match="401"):
        sweep(stage, "customer")
    stage.heal()
    assert sweep(stage, "customer")["customer"].status == "ok"
    assert len(stage.alive("customer")) == 249 and stage.is_deleted("customer", "cus_200")
    assert stage.retrieved("/v1/customers") == ["cus_200"]
