"""Objects that a program has from Stripe become rows, and so do the objects that they refer to."""

from __future__ import annotations

import json
import logging
import math
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import stripe
from sqlalchemy import event
from sqlalchemy.orm import Session, object_session

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror, MirrorError, Owner
from stripe_assets.models import (
    Account,
    Balance,
    Card,
    Charge,
    Coupon,
    Customer,
    Invoice,
    LineItem,
    Person,
    Price,
    Product,
    model,
)
from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_US, PLATFORM
from stripe_assets.stripe_api import InvalidApiKey, NotFound, PermissionDenied, parse_api_key
from stripe_assets.sync import KeySync, NotRetrievable, SyncAborted
from stripe_assets_tests.dangling import dangling
from stripe_assets_tests.stored import stored_object

SECRET = "sk_test_sandbox"
OWN = Owner(PLATFORM, False)


@pytest.fixture(scope="module")
def business() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def server(business: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    business.reset()
    for name, value in {
        "STRIPE_API_BASE": business.base,
        "STRIPE_ASSETS_MAX_RPS": "0",
        "STRIPE_ASSETS_MAX_RPS_PER_ENDPOINT": "0",
        "STRIPE_SECRET_KEY": SECRET,
    }.items():
        monkeypatch.setenv(name, value)
    return business


@pytest.fixture
def client(server: Sandbox) -> stripe.StripeClient:
    return stripe.StripeClient(SECRET, base_addresses={"api": server.base})


@pytest.fixture
def mirror(server: Sandbox, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """An empty mirror, which the environment names."""
    monkeypatch.setenv("STRIPE_ASSETS_DATABASE_URL", database_url)
    with Mirror.open(database_url) as mirror:
        yield mirror


@pytest.fixture
def another(
    empty_database: Path, tmp_path: Path, server: Sandbox
) -> Iterator[Callable[[], Mirror]]:
    """Makes empty mirrors in SQLite files.

    They share what takes the longest: the table objects and the compiled statements.
    """
    opened: list[Mirror] = []
    compiled: dict[Any, Any] = {}

    def make() -> Mirror:
        path = tmp_path / f"another{len(opened)}.db"
        shutil.copyfile(empty_database, path)
        url = sa.make_url(f"sqlite:///{path}")
        one = opened[0] if opened else Mirror.open(url.render_as_string())
        opened.append(
            Mirror(
                one.dialect.engine(url).execution_options(compiled_cache=compiled),
                one.tables,
                one.dialect,
            )
        )
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def asked(server: Sandbox, before: int) -> list[str]:
    """The requests since then: the account, if it is a connected one, and the path."""
    return [
        f"{one['stripe_account'] or ''}{one['path']}"
        for one in server.log()[before:]
        if one["path"] != "/v1/account"
    ]


def an_invoice(client: stripe.StripeClient, lines: int) -> stripe.Invoice:
    customer = client.v1.customers.create({"email": "a@example.com"})
    invoice = client.v1.invoices.create(
        {"customer": customer.id, "auto_advance": False, "currency": "usd"}
    )
    for n in range(lines):
        client.v1.invoice_items.create(
            {"customer": customer.id, "invoice": invoice.id, "amount": 100 + n, "currency": "usd"}
        )
    return client.v1.invoices.retrieve(invoice.id)


# What is written and returned.


def test_what_the_sdk_returned_becomes_a_row(client: stripe.StripeClient, mirror: Mirror) -> None:
    made = client.v1.products.create({"name": "Pencil", "metadata": {"shelf": "3"}})
    before = threading.active_count()
    row = Product.sync_from_stripe_data(made, mirror=mirror)
    assert threading.active_count() == before
    assert (row.id, row.name, row.metadata, row._account_id, row._livemode) == (
        made.id,
        "Pencil",
        {"shelf": "3"},
        PLATFORM,
        False,
    )
    assert row.stripe_data["name"] == "Pencil"
    assert stored_object(mirror, "product", OWN, made.id) == row.stripe_data
    assert list(Product.frame(mirror=mirror)["id"]) == [made.id]


@pytest.mark.parametrize("depth", [0, None])
def test_an_object_with_odd_values_is_written(
    client: stripe.StripeClient, mirror: Mirror, depth: int | None
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    odd: dict[str, Any] = {
        "name": "Pencil \ud83d",
        "metadata": {"n": 2**70, "nan": math.nan, "deep": _nested(480)},
        "updated": 2**70,
        "tax_code": "",
    }
    # Its time is known, so it is not read again, however much it differs.
    given = {**made.to_dict(), **odd}
    now = datetime.now(UTC)
    row = Product.sync_from_stripe_data(given, mirror=mirror, depth=depth, observed_at=now)
    assert (row.name, row.updated, row.tax_code_id) == ("Pencil \ufffd", None, None)
    exact = row._extra["_exact"]
    assert exact == {
        "/name": '"Pencil \\ud83d"',
        "/metadata/n": str(2**70),
        "/metadata/nan": "NaN",
        "/updated": str(2**70),
    }
    back = row.stripe_data
    assert json.dumps({name: back[name] for name in odd}, sort_keys=True) == json.dumps(
        odd, sort_keys=True
    )


@pytest.mark.parametrize("levels, error", [(510, MirrorError), (20_000, ValueError)])
def test_an_object_that_is_too_deep_is_an_error_that_says_so(
    client: stripe.StripeClient, mirror: Mirror, levels: int, error: type[Exception]
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    given = {**made.to_dict(), "metadata": _nested(levels)}
    with pytest.raises(error, match="nested more than 500 levels deep"):
        Product.sync_from_stripe_data(given, mirror=mirror, depth=0)


def _nested(levels: int) -> Any:
    value: Any = "inmost"
    for _ in range(levels):
        value = [value]
    return value


def test_what_the_sdk_parsed_from_an_odd_body_is_written(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    response = made.last_response
    assert response is not None
    response.body = response.body.replace('"Pencil"', '"Pencil \\ud83d"')
    row = Product.sync_from_stripe_data(made, mirror=mirror, depth=0)
    assert row.stripe_data["name"] == "Pencil \ud83d"


def test_the_requests_that_it_took_are_counted(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    price = client.v1.prices.create(
        {"product_data": {"name": "Pencil"}, "currency": "eur", "unit_amount": 120}
    )
    before = len(server.log())
    Price.sync_from_stripe_data(price)
    sent = len(server.log()) - before
    assert sent and mirror.request_counts.since(datetime.now(UTC)) == {OWN: sent}


def test_in_the_callers_transaction_they_are_counted_as_it_is_committed(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    price = client.v1.prices.create(
        {"product_data": {"name": "Pencil"}, "currency": "eur", "unit_amount": 120}
    )
    before = len(server.log())
    with Session(mirror.engine) as session:
        Price.sync_from_stripe_data(price, session=session)
        assert session.execute(mirror.tables.own["_read_count"].select()).all() == []
        session.commit()
    assert mirror.request_counts.since(datetime.now(UTC)) == {OWN: len(server.log()) - before}


def test_the_environments_mirror_and_key_are_the_default(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    assert Product.sync_from_stripe_data(made.to_dict()).name == "Pencil"
    assert mirror.live_rows.count("product") == 1


def test_relationships_of_a_returned_row_can_be_followed(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    invoice = Invoice.sync_from_stripe_data(an_invoice(client, 2))
    assert invoice.customer and invoice.customer.email == "a@example.com"
    assert [line.amount for line in invoice.lines] == [
        one["amount"] for one in invoice.stripe_data["lines"]["data"]
    ]
    assert invoice.customer.invoices == [invoice]
    with mirror.transaction():  # nobody holds a transaction that this would wait for
        pass


def test_a_row_that_is_synced_again_shows_its_new_state(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    row = Product.sync_from_stripe_data(made)
    assert (
        Product.sync_from_stripe_data(client.v1.products.update(made.id, {"name": "Pen"})).name
        == "Pen"
    )
    client.v1.products.update(made.id, {"name": "Brush"})
    assert row.refresh() is row
    assert row.name == "Brush"


def test_another_models_object_is_refused(client: stripe.StripeClient, mirror: Mirror) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})
    for wrong, kind, said in [
        (
            customer,
            ValueError,
            f"this is a customer {customer.id}, not a invoice: use Customer.sync_from_stripe_data",
        ),
        (client.v1.customers.list(), ValueError, "this is a list"),
        (client.v1.events.list({"limit": 1}).data[0], ValueError, "this is an event"),
        ({"id": "in_1"}, ValueError, "it has no `object`"),
        ({"object": "invoice"}, ValueError, "has no id"),
        ("in_1", TypeError, "not str"),
    ]:
        with pytest.raises(kind, match=said):
            Invoice.sync_from_stripe_data(wrong)  # type: ignore[arg-type]
    assert mirror.live_rows.counts() == dict.fromkeys(mirror.tables, 0)


def test_an_expanded_object_is_one_of_its_own(client: stripe.StripeClient, mirror: Mirror) -> None:
    invoice = client.v1.invoices.retrieve(an_invoice(client, 1).id, {"expand": ["customer"]})
    assert isinstance(invoice.customer, stripe.Customer)
    assert Customer.sync_from_stripe_data(invoice.customer).email == "a@example.com"


def test_decimals_and_times_are_as_the_wire_had_them(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    product = client.v1.products.create({"name": "Screw"})
    fields: Any = {
        "currency": "usd",
        "product": product.id,
        "unit_amount_decimal": "0.50",
        "recurring": {"interval": "month"},
    }
    price = client.v1.prices.create(fields)
    whole = Price.sync_from_stripe_data(price).stripe_data
    listed = next(
        one for one in client.v1.prices.list({"product": product.id}).data if one.id == price.id
    )
    assert listed.last_response is None
    again = Price.sync_from_stripe_data(listed).stripe_data
    assert whole["unit_amount_decimal"] == again["unit_amount_decimal"] == "0.50"
    assert whole["created"] == again["created"] == price.created


def test_depth_0_writes_what_was_given_and_asks_for_nothing(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = an_invoice(client, 12)
    Product.sync_from_stripe_data(client.v1.products.create({"name": "Pencil"}))
    before = len(server.log())
    row = Invoice.sync_from_stripe_data(made, depth=0)
    assert len(server.log()) == before
    assert len(row.lines) == 10 and row.customer is None and row.customer_id == made.customer


def test_depth_1_fetches_what_it_refers_to_and_no_more(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    product = client.v1.products.create({"name": "Screw"})
    price = client.v1.prices.create({"currency": "usd", "product": product.id, "unit_amount": 5})
    client.v1.products.update(product.id, {"default_price": price.id, "tax_code": "txcd_10000000"})
    Price.sync_from_stripe_data(price, depth=1)
    assert mirror.live_rows.count("product") == 1 and mirror.live_rows.count("tax_code") == 0


# Closure.


def test_every_models_object_closes_with_each_object_fetched_once(
    server: Sandbox, another: Callable[[], Mirror], tmp_path: Path
) -> None:
    """One object of each model, of connected accounts too, into an empty mirror.

    No reference is open afterwards, also where references form a cycle.
    """
    full = another()
    with KeySync(parse_api_key("default", SECRET), full, run_id="run") as run:
        run.prepare()
        list(run.run())
    tried = 0
    for name in catalog().resources:
        table = full.tables[name]
        with full.connection() as connection:
            query = (
                sa.select(table.c._account_id, sa.func.min(table.c.id))
                .where(table.c._deleted_at.is_(None))
                .group_by(table.c._account_id)
            )
            examples = [tuple(row) for row in connection.execute(query)]
        for account, id in examples[:1]:
            obj = stored_object(full, name, Owner(account, False), id)
            assert obj
            mirror, before = another(), len(server.log())
            model(name).sync_from_stripe_data(
                obj,
                api_key="default",
                stripe_account=None if account == PLATFORM else account,
                mirror=mirror,
            )
            counted = Counter(asked(server, before))
            assert not [path for path, times in counted.items() if times > 1], (name, id, counted)
            assert dangling(mirror, PLATFORM) == [], (name, id)
            tried += 1
            mirror.close()
    assert tried > 130


def test_an_invoice_with_many_lines_takes_no_request_too_many_and_one_transaction(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = an_invoice(client, 40)
    Product.sync_from_stripe_data(
        client.v1.products.create({"name": "so that it is known whose key it is"})
    )
    with Mirror.open(mirror.engine.url.render_as_string(hide_password=False)) as counted:
        writing = 0

        def began(connection: sa.Connection) -> None:
            nonlocal writing
            writing += connection.get_execution_options().get("writes", False)

        event.listen(counted.engine, "begin", began)
        before, rows = len(server.log()), mirror.live_rows.counts()
        Invoice.sync_from_stripe_data(made, mirror=counted)
        requests = len(server.log()) - before
    assert writing == 1
    now = mirror.live_rows.counts()
    fetched = sum(now[name] - rows[name] for name in now if name not in ("invoice", "line_item"))
    assert now["line_item"] == 40
    assert requests <= fetched + 1, asked(server, before)  # one page of lines


def test_what_is_deleted_forbidden_or_another_accounts_is_recorded_and_said(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    customer = client.v1.customers.create({"email": "a@example.com"})
    charge = {
        "id": "ch_x",
        "object": "charge",
        "livemode": False,
        "amount": 5,
        "customer": customer.id,
        "invoice": None,
    }
    charge |= {
        "payment_intent": "pi_nowhere",
        "payment_method": "pm_forbidden",
        "on_behalf_of": "acct_1NobodyKnows0000",
    }
    client.v1.customers.delete(customer.id)
    server.control(
        "faults", path="/v1/payment_methods/*", status=403, times=None, message="not permitted"
    )
    with caplog.at_level(logging.WARNING):
        row = Charge.sync_from_stripe_data(charge)
    assert row.customer and row.customer._deleted_at
    for id in ("pi_nowhere", "pm_forbidden", "acct_1NobodyKnows0000"):
        assert any(id in line and "charge ch_x" in line for line in caplog.messages), (
            caplog.messages
        )
    assert dangling(mirror, PLATFORM) == []
    before = len(server.log())
    Charge.sync_from_stripe_data({**charge, "id": "ch_y"})
    assert len(server.log()) == before, "absences are not asked for again"


def test_what_was_absent_is_read_after_an_event_about_it(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    method = server.control("objects", resource="payment_method", object={}, event=False)["id"]
    server.control(
        "faults", path="/v1/payment_methods/*", status=403, times=None, message="not permitted"
    )
    row = Charge.sync_from_stripe_data(
        {"id": "ch_x", "object": "charge", "livemode": False, "payment_method": method}
    )
    assert row.refresh  # a method, not a column
    server.control("faults/clear")
    server.control(
        "objects/change", resource="payment_method", id=method, changes={"metadata": {"seen": "1"}}
    )
    from stripe_assets.sync import EventRun, EventSelection  # noqa: PLC0415

    with EventRun(
        parse_api_key("default", SECRET),
        mirror,
        EventSelection(type="payment_method.*"),
        run_id="events",
    ) as run:
        run.prepare()
        assert run.run().succeeded
    assert stored_object(mirror, "payment_method", OWN, method)


def test_a_failure_on_the_way_writes_nothing(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = an_invoice(client, 2)
    server.control(
        "faults",
        path="/v1/customers/*",
        status=500,
        times=None,
        headers={"Stripe-Should-Retry": "false"},
    )
    with pytest.raises(SyncAborted, match=r"nothing was written.*/v1/customers/"):
        Invoice.sync_from_stripe_data(made)
    assert mirror.live_rows.count("invoice") == 0


# Newest wins.


def test_an_older_state_that_is_dated_changes_nothing(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    row = Product.sync(made.id)
    assert row._observed_at
    older = {**made.to_dict(), "name": "Quill"}
    assert (
        Product.sync_from_stripe_data(older, observed_at=row._observed_at - timedelta(hours=1)).name
        == "Pencil"
    )
    assert (
        Product.sync_from_stripe_data(
            older, observed_at=row._observed_at + timedelta(days=900)
        ).name
        == "Quill"
    )
    assert Product.sync(made.id).name == "Pencil", (
        "nothing is noted with a time that is still to come"
    )
    with pytest.raises(ValueError, match="aware"):
        Product.sync_from_stripe_data(older, observed_at=datetime(2026, 1, 1))


def test_answers_that_overtake_each_other_are_not_ordered_by_guess(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    """The later answer is passed first. The date of an answer says only the second of its end."""
    first = client.v1.products.create({"name": "1"})
    second = client.v1.products.update(first.id, {"name": "2"})
    assert Product.sync_from_stripe_data(second).name == "2"
    assert Product.sync_from_stripe_data(first).name == "2"


def test_a_slow_answer_is_older_than_its_date(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "1"})
    server.control("faults", path=f"/v1/products/{made.id}", kind="hang", seconds=1.5, times=1)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.v1.products.retrieve, made.id)
        time.sleep(0.5)
        client.v1.products.update(made.id, {"name": "2"})
        assert Product.sync(made.id).name == "2"
        assert slow.result().name == "1"
    assert Product.sync_from_stripe_data(slow.result()).name == "2"


def test_what_has_no_date_replaces_no_other_state_unasked(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    """An item of a list, what is expanded, an event's payload, a dictionary."""
    made = client.v1.products.create({"name": "old"})
    listed = next(one for one in client.v1.products.list().data if one.id == made.id)
    client.v1.products.update(made.id, {"name": "new"})
    Product.sync(made.id)
    assert Product.sync_from_stripe_data(listed).name == "new"
    assert Product.sync_from_stripe_data(listed.to_dict()).name == "new"
    client.v1.products.delete(made.id)
    assert Product.sync(made.id)._deleted_at
    assert Product.sync_from_stripe_data(listed)._deleted_at, (
        "a tombstone does not come back to life"
    )


def test_a_thousand_objects_that_are_there_cost_no_request(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    space = "cus_" + mirror.dialect.__class__.__name__
    objects = [
        {"resource": "customer", "object": {"id": f"{space}{n:04d}"}, "event": False}
        for n in range(1000)
    ]
    server.control("batch", calls=[["objects", one] for one in objects])
    ours = [
        one
        for one in client.v1.customers.list({"limit": 100}).auto_paging_iter()
        if one.id.startswith(space)
    ]
    for one in ours:
        Customer.sync_from_stripe_data(one)
    before = len(server.log())
    for one in ours:
        Customer.sync_from_stripe_data(one)
    assert len(ours) == 1000 and len(server.log()) == before


def test_twenty_writers_of_the_same_objects_end_in_the_newest_state(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    product = client.v1.products.create({"name": "0"})
    prices = [
        client.v1.prices.create({"currency": "usd", "product": product.id, "unit_amount": n})
        for n in range(4)
    ]

    def write(n: int) -> None:
        for turn in range(3):
            client.v1.products.update(product.id, {"default_price": prices[(n + turn) % 4].id})
            made = client.v1.products.update(product.id, {"name": f"{n} {turn}"})
            Product.sync_from_stripe_data(made)
            Price.sync_from_stripe_data(prices[n % 4])

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(20)))
    ours = stored_object(mirror, "product", OWN, product.id)
    theirs = client.v1.products.retrieve(product.id).to_dict()
    assert ours and (ours["name"], ours["default_price"]) == (
        theirs["name"],
        theirs["default_price"],
    )
    assert mirror.live_rows.count("price") == 4


def test_nested_lists_that_are_there_are_not_read_again(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = an_invoice(client, 12)
    Invoice.sync_from_stripe_data(made)
    before = len(server.log())
    assert len(Invoice.sync_from_stripe_data(made).lines) == 12
    assert len(Invoice.sync_from_stripe_data(made.to_dict()).lines) == 12
    assert len(server.log()) == before


def test_more_threads_than_connections_follow_relationships(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    product = client.v1.products.create({"name": "Screw"})
    price = client.v1.prices.create({"currency": "usd", "product": product.id, "unit_amount": 5})
    all_there = threading.Barrier(25)

    def follow(n: int) -> str | None:
        row = Price.sync_from_stripe_data(price)
        name = row.product.name if row.product else None
        all_there.wait(60)  # each still has its row
        return name

    with ThreadPoolExecutor(25) as pool:
        assert set(pool.map(follow, range(25))) == {"Screw"}
    row = pool_row = Price.sync_from_stripe_data(price)
    with ThreadPoolExecutor(1) as pool:
        pool_row = pool.submit(Price.sync_from_stripe_data, price).result()
    assert pool_row.product and pool_row.refresh() is pool_row and row is not pool_row, (
        "a row outlives the thread that has made it"
    )


# The caller's session.


def test_a_session_is_joined(client: stripe.StripeClient, mirror: Mirror) -> None:
    made = an_invoice(client, 2)
    with Session(mirror.engine) as session:
        row = Invoice.sync_from_stripe_data(made, session=session)
        assert object_session(row) is session and row.customer
        assert mirror.live_rows.count("invoice") == 0, "it is not committed yet"
        session.rollback()
    assert mirror.live_rows.count("invoice") == 0
    with Session(mirror.engine) as session, session.begin():
        Invoice.sync_from_stripe_data(made, session=session)
    assert mirror.live_rows.count("invoice") == 1


def test_what_an_open_transaction_has_written_is_seen_by_it(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    product = client.v1.products.create({"name": "Screw"})
    price = client.v1.prices.create({"currency": "usd", "product": product.id, "unit_amount": 5})
    with Session(mirror.engine) as session, session.begin():
        Product.sync_from_stripe_data(product, session=session)
        before = len(server.log())
        row = Price.sync_from_stripe_data(price, session=session)
        assert len(server.log()) == before
        assert row.product and row.product.name == "Screw"


def test_a_session_of_the_programs_own_engine_says_which_database(
    client: stripe.StripeClient, mirror: Mirror, tmp_path: Path
) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/own.db")
    with Session(engine) as session, session.begin():
        made = client.v1.products.create({"name": "Pencil"})
        Product.sync_from_stripe_data(made, session=session)
    assert mirror.live_rows.count("product") == 0
    with Session(engine) as session:
        assert session.scalars(sa.select(Product.name)).all() == ["Pencil"]
    engine.dispose()


# One object by its id.


def test_one_object_by_its_id(client: stripe.StripeClient, mirror: Mirror) -> None:
    made = an_invoice(client, 12)
    row = Invoice.sync(made.id)
    assert len(row.lines) == 12 and row.customer
    assert Balance.sync().id == PLATFORM
    assert Account.sync(CONNECTED_US)._account_id == CONNECTED_US


def test_what_stripe_does_not_have(client: stripe.StripeClient, mirror: Mirror) -> None:
    with pytest.raises(NotFound, match="prod_nowhere"):
        Product.sync("prod_nowhere")
    made = client.v1.products.create({"name": "Pencil"})
    row = Product.sync(made.id)
    client.v1.products.delete(made.id)
    assert row.refresh()._deleted_at
    assert row.name == "Pencil"


def test_what_the_key_may_not_read(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "Pencil"})
    Product.sync(made.id)
    server.control("faults", path="/v1/products/*", status=403, times=None, message="not permitted")
    with pytest.raises(PermissionDenied):
        Product.sync(made.id)
    assert mirror.live_rows.count("product") == 1


def test_an_id_that_is_not_enough(
    client: stripe.StripeClient, mirror: Mirror, server: Sandbox
) -> None:
    for cls, id in (Card, "card_1"), (LineItem, "il_1"):
        with pytest.raises(NotRetrievable):
            cls.sync(id)
    with pytest.raises(ValueError, match="needs the id"):
        Product.sync()
    with pytest.raises(TypeError, match="custommer"):
        Card.sync("card_1", custommer="cus_1")
    person = next(
        one
        for one in server.control(
            f"objects?resource=person&account={CONNECTED_US}&fields=account", "GET"
        )
    )
    row = Person.sync(person["id"], account=CONNECTED_US)
    assert row._account_id == CONNECTED_US
    assert row.refresh().id == person["id"]  # the row says whose it is


# Whose key.


def test_an_object_of_a_connected_account_is_its_own(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror
) -> None:
    made = client.v1.products.create({"name": "Lamp"}, {"stripe_account": CONNECTED_US})
    assert Product.sync_from_stripe_data(made)._account_id == CONNECTED_US
    assert Product.sync_from_stripe_data(made.to_dict())._account_id == CONNECTED_US, (
        "the row that is there says whose it is"
    )
    other = client.v1.products.create({"name": "Lamp"}, {"stripe_account": CONNECTED_US}).to_dict()
    assert (
        Product.sync_from_stripe_data(other, stripe_account=CONNECTED_US)._account_id
        == CONNECTED_US
    )
    assert Product.sync(other["id"])._account_id == CONNECTED_US


def test_the_same_id_in_two_accounts(client: stripe.StripeClient, mirror: Mirror) -> None:
    gold = f"GOLD{mirror.engine.dialect.name}"
    ours = client.v1.coupons.create({"id": gold, "percent_off": 10, "duration": "once"})
    theirs = client.v1.coupons.create(
        {"id": gold, "percent_off": 50, "duration": "once"}, {"stripe_account": CONNECTED_US}
    )
    Coupon.sync_from_stripe_data(theirs)
    Coupon.sync_from_stripe_data(ours)
    ours = client.v1.coupons.update(gold, {"name": "Ours"})
    assert Coupon.sync_from_stripe_data(ours)._account_id == PLATFORM
    held = stored_object(mirror, "coupon", Owner(CONNECTED_US, False), gold)
    assert held and (held["percent_off"], held["name"]) == (50, theirs.name)
    with pytest.raises(ValueError, match=f"several accounts have a coupon {gold}"):
        Coupon.sync(gold)
    assert Coupon.sync(gold, stripe_account=CONNECTED_US).percent_off == 50
    with pytest.raises(ValueError, match="is not an account id"):
        Coupon.sync(gold, stripe_account="foo")


def test_the_key_is_chosen_by_mode_and_account_or_named(
    server: Sandbox, client: stripe.StripeClient, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_LIVE_SECRET_KEY", "sk_live_sandbox")
    made = client.v1.products.create({"name": "Pencil"})
    data = made.to_dict()
    assert Product.sync_from_stripe_data(data)._livemode is False
    with pytest.raises(InvalidApiKey, match="live mode key, and the object is of test mode"):
        Product.sync_from_stripe_data(data, api_key="live")
    monkeypatch.setenv("STRIPE_API_KEY__SECOND", "sk_test_second")
    new = client.v1.products.create({"name": "Pen"})
    assert Product.sync_from_stripe_data(new)._account_id == PLATFORM, (
        "the SDK's own key has read it"
    )
    unknown = {"id": "prod_unknown", "object": "product", "livemode": False}
    with pytest.raises(InvalidApiKey, match=r"api_key= \(default, second\)"):
        Product.sync_from_stripe_data(unknown)
    assert Product.sync_from_stripe_data(data)._account_id == PLATFORM, (
        "the row that is there says whose it is"
    )
    assert Product.sync_from_stripe_data(unknown, api_key="second")._account_id != PLATFORM
    assert Product.sync_from_stripe_data(unknown, api_key=SECRET)._account_id == PLATFORM
    monkeypatch.delenv("STRIPE_SECRET_KEY")
    monkeypatch.delenv("STRIPE_API_KEY__SECOND")
    with pytest.raises(InvalidApiKey, match="No API key reads test mode objects"):
        Product.sync_from_stripe_data(unknown)


def test_a_changed_key_under_the_same_alias_is_noticed(
    server: Sandbox, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"id": "prod_x", "object": "product", "livemode": False}
    assert Product.sync_from_stripe_data(data)._account_id == PLATFORM
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_second")
    other = {**data, "id": "prod_y"}
    assert Product.sync_from_stripe_data(other)._account_id != PLATFORM


def test_a_secret_in_some_wrapping_is_not_shown(mirror: Mirror) -> None:
    for given in ("Bearer sk_test_hidden", "'sk_test_hidden'", "whsec_hidden"):
        with pytest.raises(ValueError) as refusal:
            Product.sync("prod_1", api_key=given)
        assert "hidden" not in str(refusal.value)


def test_what_was_left_open_is_closed_by_the_next_run(
    client: stripe.StripeClient, mirror: Mirror
) -> None:
    Invoice.sync_from_stripe_data(an_invoice(client, 1), depth=0)
    assert dangling(mirror, PLATFORM)
    with KeySync(parse_api_key("default", SECRET), mirror, ["tax_code"], run_id="run") as run:
        run.prepare()
        list(run.run())
    assert dangling(mirror, PLATFORM) == []


def test_no_secret_reaches_the_database(
    client: stripe.StripeClient, mirror: Mirror, server: Sandbox
) -> None:
    Product.sync_from_stripe_data(client.v1.products.create({"name": "Pencil"}), api_key=SECRET)
    reach = mirror.tables.own["_reach"]
    with mirror.connection() as connection:
        text = str(connection.execute(sa.select(reach)).all())
    assert "default" in text and SECRET not in text
