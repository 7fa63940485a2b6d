"""How many requests the runs that follow events send, counted on the server."""

from __future__ import annotations

from collections import Counter

from stripe_assets_tests.sync.stage import CONNECTED_US, PLATFORM, Stage


def named(prefix: str, count: int) -> list[str]:
    return [f"{prefix}_{n:04}" for n in range(count)]


def customers(stage: Stage, count: int) -> list[str]:
    """Makes customers, one a second, that no event tells of. Returns their ids."""
    ids = named("cus", count)
    stage.batch(
        (
            "objects",
            {
                "resource": "customer",
                "object": {"id": id, "created": 1_700_000_000 + n},
                "event": False,
            },
        )
        for n, id in enumerate(ids)
    )
    return ids


def paths(stage: Stage) -> list[str]:
    return [path.partition("?")[0] for path in stage.asked()]


def test_ten_thousand_events_on_a_thousand_objects_cost_only_the_pages_of_both(
    stage: Stage,
) -> None:
    ids = named("plink", 1000)
    stage.make_many("payment_link", ids)
    for n in range(9):
        stage.batch(
            (
                "objects/change",
                {"resource": "payment_link", "id": id, "changes": {"metadata": {"n": str(n)}}},
            )
            for id in ids
        )
    summary = stage.process(connected="none")
    assert (summary.listed, summary.processed) == (10_000, 10_000)
    assert len(stage.asked("/v1/payment_links")) == 10
    assert len(stage.asked("/v1/events")) == 100
    assert summary.requests == len(stage.asked()) == 111  # and one for the key's account
    assert stage.value("payment_link", ids[0], "metadata") == {"n": "8"}


def test_a_few_objects_are_retrieved_once_each(stage: Stage) -> None:
    ids = named("plink", 150)
    stage.make_many("payment_link", ids)
    for n in range(3):
        stage.batch(
            (
                "objects/change",
                {"resource": "payment_link", "id": id, "changes": {"metadata": {"n": str(n)}}},
            )
            for id in ids
        )
    stage.process(connected="none")
    assert sorted(stage.retrieved("/v1/payment_links")) == ids
    assert stage.value("payment_link", ids[0], "metadata") == {"n": "2"}


def test_processed_events_cost_only_the_pages_that_list_them(stage: Stage) -> None:
    stage.make_many("payment_link", named("plink", 250))
    stage.process(connected="none")
    assert stage.process(connected="none").already_processed == 250
    assert Counter(paths(stage)) == {"/v1/account": 1, "/v1/events": 3}


def test_the_objects_of_a_billing_run_are_read_as_a_list(stage: Stage) -> None:
    customers, invoices = named("cus", 300), named("in", 300)
    stage.make_many("customer", customers)
    stage.batch(
        ("objects", {"resource": "invoice", "object": {"id": id, "customer": customer}})
        for id, customer in zip(invoices, customers, strict=True)
    )
    assert stage.process(connected="none").processed == 600
    assert Counter(paths(stage)) == {
        "/v1/account": 1,
        "/v1/events": 6,
        "/v1/customers": 3,
        "/v1/invoices": 3,
    }
    assert all(
        "created%5Bgte%5D" in one and "created%5Blte%5D" in one
        for one in stage.asked("/v1/invoices")
    )
    assert stage.alive("customer") == set(customers) and stage.alive("invoice") == set(invoices)


def test_a_list_that_leaves_objects_out_is_read_in_each_of_its_variants(stage: Stage) -> None:
    product = stage.make("product", event=False)
    prices = named("price", 40)
    fields = {"product": product, "currency": "usd", "unit_amount": 5, "type": "one_time"}
    stage.batch(
        ("objects", {"resource": "price", "object": {"id": id, "active": n % 2 == 0, **fields}})
        for n, id in enumerate(prices)
    )
    stage.process(connected="none")
    assert stage.retrieved("/v1/prices") == [] and paths(stage).count("/v1/prices") == 2
    assert stage.alive("price") == set(prices)


def test_a_few_objects_among_many_others_are_not_read_as_a_list(stage: Stage) -> None:
    ids = customers(stage, 3000)
    stage.sync("customer", connected="none")
    few = ids[::120]  # 25 retrieves, against 30 pages
    stage.batch(
        ("objects/change", {"resource": "customer", "id": id, "changes": {"name": "New"}})
        for id in few
    )
    assert stage.process(connected="none").processed == 25
    assert sorted(stage.retrieved("/v1/customers")) == few and "/v1/customers" not in paths(stage)


def test_a_list_that_is_longer_than_expected_is_given_up(stage: Stage) -> None:
    ids = customers(stage, 3000)
    few = ids[::120]  # the mirror does not have the others
    stage.batch(
        ("objects/change", {"resource": "customer", "id": id, "changes": {"name": "New"}})
        for id in few
    )
    assert stage.process(connected="none").processed == 25
    assert paths(stage).count("/v1/customers") <= 2 and len(stage.retrieved("/v1/customers")) <= 25
    assert {stage.value("customer", id, "name") for id in few} == {"New"}


def test_objects_close_in_time_are_read_as_a_list_and_scattered_ones_one_by_one(
    stage: Stage,
) -> None:
    ids = customers(stage, 1000)
    stage.sync("customer", connected="none")
    close, scattered = ids[:40], [ids[500], ids[800]]
    stage.batch(
        ("objects/change", {"resource": "customer", "id": id, "changes": {"name": "New"}})
        for id in [*close, *scattered]
    )
    assert stage.process(connected="none").processed == 42
    assert (
        sorted(stage.retrieved("/v1/customers")) == scattered
        and paths(stage).count("/v1/customers") == 1
    )
    assert {stage.value("customer", id, "name") for id in [*close, *scattered]} == {"New"}


def test_an_object_that_the_list_does_not_have_is_retrieved(stage: Stage) -> None:
    ids = named("cus", 50)
    stage.make_many("customer", ids)
    stage.delete("customer", ids[7])
    stage.process(connected="none")
    assert stage.retrieved("/v1/customers") == [ids[7]] and paths(stage).count("/v1/customers") == 1
    assert stage.alive("customer") == set(ids) - {ids[7]}


def test_each_object_is_retrieved_where_the_list_cannot_be_read(stage: Stage) -> None:
    ids = named("cus", 30)
    stage.make_many("customer", ids)
    stage.fail("/v1/customers", status=500)
    assert stage.process(connected="none").succeeded
    assert sorted(stage.retrieved("/v1/customers")) == ids and stage.alive("customer") == set(ids)


def test_the_rest_of_a_sublist_is_read_once_however_many_events_there_are(stage: Stage) -> None:
    invoice = stage.make(
        "invoice", {"id": "in_1", "customer": stage.make("customer", {"id": "cus_1"})}
    )
    lines = named("il", 250)
    stage.batch(
        (
            "objects",
            {
                "resource": "line_item",
                "object": {"id": id, "invoice": invoice},
                "parent": [invoice, "lines"],
                "event": False,
            },
        )
        for id in lines
    )
    for n in range(5):
        stage.change("invoice", invoice, {"description": str(n)})
    stage.process(connected="none")
    asked = Counter(paths(stage))
    assert asked == {
        "/v1/account": 1,
        "/v1/events": 1,
        "/v1/customers/cus_1": 1,
        "/v1/invoices/in_1": 1,
        "/v1/invoices/in_1/lines": 3,
    }
    assert stage.alive("line_item") == set(lines)


def test_a_missing_object_that_many_rows_refer_to_is_retrieved_once(stage: Stage) -> None:
    customer = stage.make("customer", event=False)
    for _ in range(5):
        stage.make("invoice", {"customer": customer})
    summary = stage.process(connected="none")
    assert stage.retrieved("/v1/customers") == [customer] and stage.alive("customer") == {customer}
    assert summary.related and "1" in summary.related


def test_an_incremental_run_with_nothing_new_asks_each_account_once(stage: Stage) -> None:
    stage.make("customer")
    stage.make("customer", account=CONNECTED_US)
    stage.sync("customer", "invoice")
    stage.wait(3600)
    stage.sync("customer", "invoice")
    stage.sync("customer", "invoice")
    assert Counter(paths(stage)) == {"/v1/account": 1, "/v1/accounts": 1, "/v1/events": 3}


def test_an_incremental_run_reads_only_the_changed_objects(stage: Stage) -> None:
    customers, products = named("cus", 200), named("prod", 200)
    stage.make_many("customer", customers)
    stage.make_many("product", products)
    stage.wait(3600)
    stage.sync("customer", "product", connected="none")
    stage.wait(3600)
    for _ in range(3):
        stage.change("customer", customers[5], {"name": "A"})
        stage.change("customer", customers[5], {"name": "B"})
    stage.sync("customer", "product", connected="none")
    assert Counter(paths(stage)) == {
        "/v1/account": 1,
        "/v1/events": 1,
        f"/v1/customers/{customers[5]}": 1,
    }
    assert stage.value("customer", customers[5], "name") == "B"


def test_a_list_that_only_grows_is_read_from_its_last_position(stage: Stage) -> None:
    for n in range(150):
        stage.make(
            "balance_transaction",
            {"id": f"txn_{n}", "status": "available", "amount": n, "currency": "usd"},
        )
    stage.wait(3600)
    stage.sync("balance_transaction", connected="none")
    stage.wait(3600)
    new = stage.make("balance_transaction", {"status": "available", "amount": 1, "currency": "usd"})
    stage.sync("balance_transaction", connected="none")
    [listed] = stage.asked("/v1/balance_transactions")
    assert "created%5Bgte%5D" in listed and new in stage.alive("balance_transaction")
    assert len(stage.asked()) == 3


def test_an_event_watch_sends_one_request_for_each_account(stage: Stage) -> None:
    stage.sync("customer")
    stage.make("customer")
    stage.make("customer", account=CONNECTED_US)
    watch = stage.watch()
    owners = watch.owners()
    assert stage.asked() == [], "the accounts are known from the last run"
    for owner in owners:
        watch.new_events(owner)
    assert paths(stage) == ["/v1/events"] * 3
    stage.sandbox.control("log/clear")
    for owner in owners:
        watch.failed_deliveries(owner)
    connected = [owner.account_id for owner in owners if owner.account_id != PLATFORM]
    assert [entry["stripe_account"] for entry in stage.sandbox.log()] == [None, *connected]
    assert all("delivery_success=false" in one for one in stage.asked("/v1/events"))
