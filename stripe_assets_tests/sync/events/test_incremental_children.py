"""A model without events of its own is read with its parents, whichever run processes the parents'
events."""

from __future__ import annotations

import pytest

from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage

DAY = 86_400
CHILD = "customer_balance_transaction"


def swept_customer(stage: Stage, *models: str) -> str:
    """Makes a customer and sweeps the models. Returns the customer's id."""
    customer = stage.make("customer")
    stage.wait(DAY)
    stage.sync(*models)
    stage.wait(DAY)
    return customer


def add_child(stage: Stage, customer: str) -> str:
    """Adds a child that only the customer's event announces. Returns the child's id."""
    child = stage.make(CHILD, {"customer": customer, "amount": -5, "currency": "usd"})
    stage.change("customer", customer, {"balance": -5})
    return child


@pytest.mark.parametrize("account", [PLATFORM, CONNECTED_US])
def test_a_customers_balance_transactions_come_with_the_customers_event(
    stage: Stage, account: str
) -> None:
    customer = stage.make("customer", account=account)
    stage.sync("customer_balance_transaction")
    stage.wait(DAY)
    stage.make("customer", account=account)
    added = stage.make(
        "customer_balance_transaction",
        {"customer": customer, "amount": -5, "currency": "usd"},
        account=account,
    )
    stage.change("customer", customer, {"balance": -5}, account=account)
    stage.sync("customer_balance_transaction")
    assert stage.alive("customer_balance_transaction", account) == {added}


def test_a_reversal_comes_with_its_transfers_event(stage: Stage) -> None:
    transfer = stage.make(
        "transfer",
        {"amount": 5, "amount_reversed": 0, "currency": "usd", "destination": CONNECTED_US},
    )
    stage.sync("transfer_reversal")
    stage.wait(DAY)
    reversal = stage.make(
        "transfer_reversal", {"transfer": transfer, "amount": 5, "currency": "usd"}
    )
    stage.change("transfer", transfer, {"amount_reversed": 5}, event="transfer.reversed")
    stage.sync("transfer_reversal")
    assert stage.alive("transfer_reversal") == {reversal}


def test_a_removed_item_is_deleted_with_its_subscriptions_event(stage: Stage) -> None:
    subscription = stage.make(
        "subscription", {"customer": stage.make("customer"), "status": "active"}
    )
    kept = stage.make("subscription_item", {"subscription": subscription, "quantity": 1})
    removed = stage.make("subscription_item", {"subscription": subscription, "quantity": 1})
    stage.sync("subscription_item")
    assert stage.alive("subscription_item") == {kept, removed}
    stage.wait(DAY)
    stage.delete("subscription_item", removed, event=False)
    stage.change("subscription_item", kept, {"quantity": 3}, event=False)
    stage.change("subscription", subscription, {"description": "fewer"})
    stage.sync("subscription_item")
    assert stage.alive("subscription_item") == {kept} and stage.is_deleted(
        "subscription_item", removed
    )
    assert stage.value("subscription_item", kept, "quantity") == 3


def test_children_are_read_although_an_event_run_has_processed_the_parents_event(
    stage: Stage,
) -> None:
    child = add_child(stage, swept_customer(stage))
    assert stage.process(type="customer.updated").processed == 1
    stage.sync()
    assert stage.alive(CHILD) == {child}


def test_children_are_read_although_a_sync_of_the_parent_alone_has_processed_its_event(
    stage: Stage,
) -> None:
    child = add_child(stage, swept_customer(stage, "customer", CHILD))
    stage.sync("customer")
    stage.sync(CHILD)
    assert stage.alive(CHILD) == {child}


def test_a_child_list_that_fails_fails_its_model(stage: Stage) -> None:
    child = add_child(stage, swept_customer(stage, CHILD))
    stage.fail("/v1/customers/*/balance_transactions")
    assert stage.sync(CHILD)[CHILD].status == "failed"
    stage.heal()
    stage.due()
    stage.wait(DAY)
    assert stage.sync(CHILD)[CHILD].status == "ok"
    assert stage.alive(CHILD) == {child}


def test_a_parent_that_fails_fails_the_models_that_are_read_with_it(stage: Stage) -> None:
    child = add_child(stage, swept_customer(stage, CHILD))
    stage.fail("/v1/customers/*")
    assert stage.sync(CHILD)[CHILD].status == "failed"
    stage.heal()
    stage.due()
    assert stage.sync(CHILD)[CHILD].status == "ok"
    assert stage.alive(CHILD) == {child}


def test_a_child_list_that_is_refused_is_reported_and_read_again(stage: Stage) -> None:
    child = add_child(stage, swept_customer(stage, CHILD))
    stage.fail(
        "/v1/customers/*/balance_transactions",
        status=403,
        type="invalid_request_error",
        message="No.",
    )
    result = stage.sync(CHILD)[CHILD]
    assert "No." in f"{result.availability} {result.error}"
    stage.heal()
    stage.due()
    stage.wait(DAY)
    assert stage.sync(CHILD)[CHILD].status == "ok"
    assert stage.alive(CHILD) == {child}


@pytest.mark.parametrize("way", ["process", "sync"])
def test_an_entitlement_that_was_taken_away_is_deleted(stage: Stage, way: str) -> None:
    customer = stage.make("customer")
    feature = stage.make(
        "entitlements.feature", {"name": "Export", "lookup_key": "export", "active": True}
    )
    model = "entitlements.active_entitlement"
    kept, taken = (
        stage.make(model, {"feature": feature, "lookup_key": key}, links={"customer": customer})
        for key in ("a", "b")
    )
    stage.wait(DAY)
    stage.sync("customer", model)
    assert stage.alive(model) == {kept, taken}
    stage.wait(DAY)
    stage.delete(model, taken, event=False)
    summary = {
        "object": "entitlements.active_entitlement_summary",
        "customer": customer,
        "livemode": False,
    }
    stage.event("entitlements.active_entitlement_summary.updated", summary)
    if way == "process":
        stage.process()
    else:
        stage.sync("customer", model)
    assert stage.alive(model) == {kept} and stage.is_deleted(model, taken)
