"""What a run reads because of particular types of events, and what becomes of the rows."""

from __future__ import annotations

from typing import Any

import pytest

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Owner
from stripe_assets_tests.stored import stored_object
from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage

HOLD = {
    "id": "rsvhld_1",
    "object": "reserve.hold",
    "amount": 500,
    "currency": "usd",
    "livemode": False,
    "metadata": {},
}


def test_an_object_that_only_events_contain_is_taken_from_them(stage: Stage) -> None:
    stage.event("reserve.hold.created", HOLD)
    summary = stage.process()
    assert summary.succeeded and summary.processed == 1
    assert stage.value("reserve.hold", "rsvhld_1", "amount") == 500
    assert stage.asked() == [
        path for path in stage.asked() if path.startswith(("/v1/account", "/v1/events"))
    ]


def test_the_object_of_the_newest_event_wins_whichever_event_is_processed_first(
    stage: Stage,
) -> None:
    older = stage.event("reserve.hold.created", HOLD)
    stage.wait()
    newer = stage.event("reserve.hold.updated", {**HOLD, "amount": 700})
    stage.process(ids=(newer,))
    stage.process(ids=(older,))
    assert stage.value("reserve.hold", "rsvhld_1", "amount") == 700


@pytest.mark.parametrize("version", ["2024-06-20", None])
def test_the_object_in_an_event_of_another_api_version_is_not_taken(
    stage: Stage, version: str | None
) -> None:
    if version:
        event = stage.event("reserve.hold.created", HOLD, api_version=version)
    else:
        stage.sandbox.control("rendering", api_version="2025-03-31.basil")
        event = stage.event("reserve.hold.created", HOLD)
    summary = stage.process()
    assert summary.succeeded and summary.processed == 0
    assert stage.row("reserve.hold", "rsvhld_1") is None
    state = stage.state(event)
    assert state.state == "ignored" and (version or "2025-03-31.basil") in (state.reason or "")
    assert summary.ignored == {state.reason: 1}


def test_the_api_version_of_an_event_does_not_matter_where_its_object_is_read(stage: Stage) -> None:
    stage.sandbox.control("rendering", api_version="2024-06-20")
    customer = stage.make("customer")
    invoice = stage.make("invoice", {"customer": customer, "status": "draft"})
    assert stage.process().succeeded
    assert stage.value("invoice", invoice, "_api_version") == catalog().api_version
    assert stage.value("invoice", invoice, "customer_id") == customer


def test_a_withdrawn_discount_is_removed_from_its_customer(stage: Stage) -> None:
    customer, coupon = (
        stage.make("customer"),
        stage.make("coupon", {"id": "FIVE", "percent_off": 5.0}),
    )
    discount = stage.sandbox.control("discounts", resource="customer", id=customer, coupon=coupon)[
        "id"
    ]
    stage.process()
    assert stage.value("customer", customer, "discount_id") == discount
    assert stage.row("discount", discount)
    stage.change("customer", customer, {"discount": None}, event=False)
    stage.delete("discount", discount)
    summary = stage.process()
    assert summary.succeeded and [
        report.type for report in stage.reports if report.state == "processed"
    ] == ["customer.discount.deleted"]
    assert stage.value("customer", customer, "discount_id") is None
    assert stage.is_deleted("discount", discount)


def test_the_event_of_a_subscriptions_discount_reads_the_subscription(stage: Stage) -> None:
    subscription = _subscription(stage)
    coupon = stage.make("coupon", {"id": "FIVE", "percent_off": 5.0})
    stage.process()
    discount = stage.sandbox.control(
        "discounts", resource="subscription", id=subscription, coupon=coupon
    )["id"]
    assert stage.process().processed == 1
    assert (
        stage.retrieved("/v1/subscriptions") == [subscription]
        and stage.retrieved("/v1/customers") == []
    )
    assert stage.value("subscription", subscription, "discounts") == [discount]


def _subscription(stage: Stage, **fields: Any) -> str:
    customer = fields.pop("customer", None) or stage.make("customer")
    subscription = stage.make("subscription", {"customer": customer, "status": "active", **fields})
    stage.make("subscription_item", {"subscription": subscription, "quantity": 1})
    return subscription


def test_a_person_is_read_under_its_account(stage: Stage) -> None:
    stage.sync("account")
    person = stage.make("person", {"account": CONNECTED_US, "first_name": "Ada"})
    assert stage.process().succeeded
    assert stage.asked("/v1/accounts/")[0].startswith(
        f"/v1/accounts/{CONNECTED_US}/persons/{person}"
    )
    assert stage.value("person", person, "first_name", CONNECTED_US) == "Ada"
    stage.delete("person", person)
    assert stage.process().succeeded
    assert stage.is_deleted("person", person, CONNECTED_US)


def test_a_platforms_event_about_a_connected_accounts_person_writes_a_row_of_that_account(
    stage: Stage,
) -> None:
    stage.sync("account")
    person = stage.make("person", {"account": CONNECTED_US, "first_name": "Ada"}, event=False)
    stage.event("person.updated", {"id": person, "object": "person", "account": CONNECTED_US})
    assert stage.process().processed == 1
    assert (
        stage.alive("person", CONNECTED_US) == {person} and stage.alive("person", PLATFORM) == set()
    )


def test_an_external_account_is_read_under_its_account(stage: Stage) -> None:
    stage.sync("account")
    bank = stage.make(
        "bank_account",
        {"account": CONNECTED_US, "country": "US", "currency": "usd", "last4": "0001"},
    )
    assert stage.process().succeeded
    assert stage.asked("/v1/accounts/")[0].startswith(
        f"/v1/accounts/{CONNECTED_US}/external_accounts/{bank}"
    )
    assert stage.value("bank_account", bank, "last4", CONNECTED_US) == "0001"


def test_a_customers_card_is_read_under_its_customer(stage: Stage) -> None:
    customer = stage.make("customer")
    card = stage.make("card", {"customer": customer, "last4": "4242"})
    assert stage.events("customer.source.created")
    assert stage.process().succeeded
    assert stage.value("card", card, "last4") == "4242"
    stage.delete("card", card)
    assert stage.process().succeeded
    assert f"/v1/customers/{customer}/sources/{card}?" in stage.asked("/v1/customers/")
    assert stage.is_deleted("card", card) and not stage.is_deleted("customer", customer)


@pytest.mark.parametrize("account", [PLATFORM, CONNECTED_US])
def test_a_balance_is_read_for_its_account(stage: Stage, account: str) -> None:
    stage.sync("account")
    [balance] = stage.exists("balance", "*", account)
    stage.event("balance.available", balance, account=account)
    assert stage.process().processed == 1
    assert len(stage.asked("/v1/balance")) == 1
    assert stored_object(stage.mirror, "balance", Owner(account, False), account)
    assert stage.mirror.live_rows.count("balance") == 1


def test_a_canceled_subscription_is_not_deleted(stage: Stage) -> None:
    subscription = _subscription(stage)
    stage.change(
        "subscription", subscription, {"status": "canceled"}, event="customer.subscription.deleted"
    )
    assert stage.process().succeeded
    assert stage.value("subscription", subscription, "status") == "canceled"
    assert not stage.is_deleted("subscription", subscription)


def test_a_detached_payment_method_is_not_deleted(stage: Stage) -> None:
    method = stage.make("payment_method", {"customer": stage.make("customer"), "type": "card"})
    stage.process()
    stage.change("payment_method", method, {"customer": None}, event="payment_method.detached")
    assert stage.process().processed == 1
    assert stage.value("payment_method", method, "customer_id") is None and not stage.is_deleted(
        "payment_method", method
    )


def test_the_row_of_a_deleted_customer_keeps_its_values(stage: Stage) -> None:
    customer = stage.make("customer", {"name": "Ada"})
    stage.process()
    stage.delete("customer", customer)
    summary = stage.process()
    assert summary.processed == 1 and stage.is_deleted("customer", customer)
    assert stage.value("customer", customer, "name") == "Ada"
    assert stage.mirror.live_rows.count("customer") == 0


def test_the_deletion_of_a_customer_deletes_no_other_rows(stage: Stage) -> None:
    customer = stage.make("customer")
    subscription, invoice = (
        _subscription(stage, customer=customer),
        stage.make("invoice", {"customer": customer, "status": "open"}),
    )
    line = stage.make(
        "line_item",
        {"invoice": invoice, "amount": 100, "currency": "usd"},
        parent=[invoice, "lines"],
    )
    stage.process()
    stage.delete("customer", customer)
    assert stage.process().succeeded
    assert stage.is_deleted("customer", customer)
    assert not stage.is_deleted("invoice", invoice) and not stage.is_deleted("line_item", line)
    assert not stage.is_deleted("subscription", subscription)
    assert stage.value("subscription", subscription, "status") == "canceled"


def test_a_deleted_row_is_live_again_when_its_id_is_used_again(stage: Stage) -> None:
    stage.make("coupon", {"id": "FIVE", "percent_off": 5.0})
    stage.process()
    stage.delete("coupon", "FIVE")
    stage.process()
    assert stage.is_deleted("coupon", "FIVE")
    stage.make("coupon", {"id": "FIVE", "percent_off": 6.0})
    stage.process()
    assert (
        not stage.is_deleted("coupon", "FIVE")
        and stage.value("coupon", "FIVE", "percent_off") == 6.0
    )


def test_the_deletion_of_an_earlier_object_does_not_delete_the_present_one_with_its_id(
    stage: Stage,
) -> None:
    stage.make("coupon", {"id": "FIVE", "percent_off": 5.0})
    stage.delete("coupon", "FIVE")
    stage.make("coupon", {"id": "FIVE", "percent_off": 6.0})
    [deleted] = stage.events("coupon.deleted")
    assert stage.process(ids=(deleted,)).succeeded
    assert (
        not stage.is_deleted("coupon", "FIVE")
        and stage.value("coupon", "FIVE", "percent_off") == 6.0
    )


def test_the_lines_of_a_deleted_draft_are_deleted(stage: Stage) -> None:
    invoice = stage.make("invoice", {"customer": stage.make("customer"), "status": "draft"})
    lines = [
        stage.make(
            "line_item",
            {"invoice": invoice, "amount": n, "currency": "usd"},
            parent=[invoice, "lines"],
            event=False,
        )
        for n in range(12)
    ]
    stage.process()
    assert stage.alive("line_item") == set(lines)
    stage.delete("invoice", invoice)
    stage.batch(
        ("objects/delete", {"resource": "line_item", "id": line, "event": False}) for line in lines
    )
    assert stage.process().succeeded
    assert stage.is_deleted("invoice", invoice) and stage.alive("line_item") == set()


def test_the_event_of_a_refunded_charge_reads_the_refund(stage: Stage) -> None:
    charge = stage.make(
        "charge",
        {"amount": 500, "amount_refunded": 500, "currency": "usd", "status": "succeeded"},
        event=False,
    )
    refund = stage.make(
        "refund",
        {"charge": charge, "amount": 500, "currency": "usd", "status": "succeeded"},
        event=False,
    )
    stage.change("charge", charge, {"refunded": True}, event="charge.refunded")
    assert stage.process(type="charge.refunded").processed == 1
    assert stage.alive("charge") == {charge} and stage.alive("refund") == {refund}


def test_a_disconnected_account_is_deleted_and_its_rows_stay(stage: Stage) -> None:
    customer = stage.make("customer", account=CONNECTED_US)
    stage.sync("account", "customer")
    assert stage.alive("customer") == {customer}
    stage.make("product", account=CONNECTED_US)
    stage.make("product")
    stage.delete("account", CONNECTED_US)
    summary = stage.process()
    assert summary.succeeded and summary.processed == 2
    assert stage.is_deleted("account", CONNECTED_US, CONNECTED_US) and not stage.is_deleted(
        "customer", customer, CONNECTED_US
    )
    assert stage.alive("product", PLATFORM) and not stage.alive("product", CONNECTED_US)


def test_the_row_of_a_reconnected_account_is_live_again(stage: Stage) -> None:
    stage.sync("account")
    stage.delete("account", CONNECTED_US)
    stage.process()
    assert stage.is_deleted("account", CONNECTED_US, CONNECTED_US)
    stage.make("account", {"id": CONNECTED_US})
    stage.sync("account")
    assert not stage.is_deleted("account", CONNECTED_US, CONNECTED_US)


def test_an_event_about_an_account_that_the_key_does_not_cover_is_ignored(stage: Stage) -> None:
    person = stage.make("person", {"account": CONNECTED_US}, event=False)
    stage.event("person.updated", {"id": person, "object": "person", "account": CONNECTED_US})
    summary = stage.process(connected="none")
    assert summary.succeeded and summary.processed == 0 and CONNECTED_US in str(summary.ignored)
    assert (
        not [url for url in stage.asked() if "persons" in url]
        and stage.mirror.live_rows.count("person") == 0
    )
