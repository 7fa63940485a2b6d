"""How a sweep behaves when something goes wrong, and which requests it sends."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from stripe_assets.catalog import Route, catalog
from stripe_assets.mirror import AVAILABLE, Mirror, Owner
from stripe_assets.sandbox import Sandbox
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.sync import KeySync, SyncAborted
from stripe_assets.sync.constants import MOST_TRIES
from stripe_assets_tests.sync.conftest import Results, run_sync
from stripe_assets_tests.sync.stage import KEY_REVOKED, NOT_AGAIN


def always(server: Sandbox, path: str, **fault: object) -> None:
    server.control("faults", path=path, times=None, **fault)


def rows(mirror: Mirror, model: str) -> set[str]:
    with mirror.connection() as connection:
        table = mirror.tables[model]
        return set(
            connection.scalars(
                sa.select(table.c.id).where(
                    table.c._observed_at.is_not(None), table.c._deleted_at.is_(None)
                )
            )
        )


def with_status(results: Results, status: str) -> set[str]:
    return {name for name, result in results.items() if result.status == status}


def holes(mirror: Mirror) -> set[tuple[str, str]]:
    """Returns the model and the key of each hole."""
    return {(hole.model, hole.key) for hole in mirror.holes.all() if not hole.unavailable}


def test_a_list_that_cannot_be_read_makes_only_the_models_incomplete_that_are_read_through_it(
    server: Sandbox, mirror: Mirror
) -> None:
    always(server, "/v1/coupons", status=500, headers=NOT_AGAIN)
    results = run_sync(mirror)
    # Coupons are among the objects that discounts are embedded in.
    assert with_status(results, "incomplete") == {"coupon", "discount"}
    assert with_status(results, "failed") == set()
    for said in (results["coupon"].error, str(results["coupon"].availability)):
        assert said and "/v1/coupons" in said and "500" in said
    assert holes(mirror) == {("coupon", "/v1/coupons")}
    assert results["coupon"].rows_in_mirror == 0 and mirror.live_rows.count("invoice") > 100
    server.reset()
    result = run_sync(mirror, "coupon")["coupon"]
    assert (result.status, result.availability, result.error) == ("ok", AVAILABLE, None)
    assert result.rows_in_mirror > 0 and holes(mirror) == set()


def test_a_model_that_comes_with_the_rows_of_an_incomplete_model_is_incomplete_too(
    server: Sandbox, mirror: Mirror
) -> None:
    always(server, "/v1/invoices", status=500, headers=NOT_AGAIN)
    results = run_sync(mirror)
    embedded = {"application", "discount"}
    assert with_status(results, "incomplete") == {"invoice", "line_item", *embedded}
    assert with_status(results, "failed") == set()
    assert ": 500 api_error" in (results["line_item"].error or "")
    assert holes(mirror) == {("invoice", "/v1/invoices")}
    server.reset()
    assert with_status(run_sync(mirror, "line_item"), "ok") == {"line_item"}
    assert mirror.live_rows.count("line_item") > 100 and holes(mirror) == set()


def test_a_resource_that_the_key_may_not_read_is_unavailable_with_the_reason(
    server: Sandbox, mirror: Mirror
) -> None:
    results = run_sync(
        mirror, "review", "coupon", secret="rk_test_sandbox", account_id="acct_1SandboxPlatform"
    )
    assert (
        results["review"].status == "unavailable" and "403" in results["review"].availability.reason
    )
    assert results["coupon"].status == "ok" and results["coupon"].rows_in_mirror > 0


def test_a_server_that_knows_only_some_urls(server: Sandbox, mirror: Mirror) -> None:
    server.control("only", prefixes=["/v1/customers", "/v1/invoices", "/v1/coupons"])
    try:
        results = run_sync(mirror, account_id="acct_1SandboxPlatform")
    finally:
        server.control("only", prefixes=[])
    assert not [result for result in results.values() if result.status == "failed"]
    assert results["customer"].rows_in_mirror > 100 and results["line_item"].rows_in_mirror > 100
    assert (
        results["charge"].status == "unavailable" and "404" in results["charge"].availability.reason
    )
    listed = {
        name
        for name, resource in catalog().resources.items()
        if any(not route.parent for route in resource.routes)
    }
    # Customers have nested lists of payment methods, and their answers contain tax ids.
    assert {name for name in listed if results[name].status == "ok"} == {
        "customer",
        "invoice",
        "coupon",
        "payment_method",
        "tax_id",
    }
    assert "404" in results["tax_id"].availability.reason


def test_a_refused_key_ends_the_run_at_once(server: Sandbox, mirror: Mirror) -> None:
    with (
        KeySync(parse_api_key("acme", "sk_test_wrong"), mirror, run_id="run") as sync,
        pytest.raises(SyncAborted, match=r"acme.*401"),
    ):
        sync.prepare()


def test_a_key_that_is_revoked_during_a_run_ends_the_run(server: Sandbox, mirror: Mirror) -> None:
    always(server, "/v1/*", status=401, skip=20, type="invalid_request_error")
    results = []
    with KeySync(parse_api_key("acme", "sk_test_sandbox"), mirror, run_id="run") as sync:
        sync.prepare()
        with pytest.raises(SyncAborted, match="401"):
            results.extend(sync.run())
    assert len(server.log()) < 100
    server.reset()
    whole = run_sync(mirror)
    for result in results:
        assert result.rows_in_mirror == whole[result.model].rows_in_mirror, (
            "the run reported a model that it had not finished"
        )


def test_the_account_of_a_key_that_may_not_read_it_is_named_by_stripes_refusal_or_by_the_user(
    server: Sandbox, mirror: Mirror
) -> None:
    assert run_sync(mirror, "coupon", secret="rk_test_sandbox")["coupon"].rows_in_mirror > 0
    always(server, "/v1/account", status=403, type="invalid_request_error", message="No.")
    with (
        KeySync(parse_api_key("acme", "rk_test_sandbox"), mirror, ["coupon"], run_id="run") as sync,
        pytest.raises(SyncAborted, match="--account"),
    ):
        sync.prepare()


def test_a_key_of_another_account_under_the_same_alias_is_refused(
    server: Sandbox, mirror: Mirror
) -> None:
    key = parse_api_key("acme", "sk_test_second", account_id="acct_1SandboxPlatform")
    with (
        KeySync(key, mirror, ["coupon"], run_id="run") as sync,
        pytest.raises(SyncAborted, match="acct_1SandboxSecond00"),
    ):
        sync.prepare()


def test_connected_accounts_can_be_left_out_or_chosen(server: Sandbox, tmp_path) -> None:
    for connected, accounts in (("none", 1), (("acct_1SandboxAtelier0",), 2), ("all", 3)):
        with Mirror.open(f"sqlite:///{tmp_path}/{len(str(connected))}.db") as mirror:
            run_sync(mirror, "account", "customer", connected=connected)
            with mirror.connection() as connection:
                owners = connection.scalars(
                    sa.select(mirror.tables["customer"].c._account_id).distinct()
                ).all()
            assert len(owners) == mirror.live_rows.count("account") == accounts


def test_no_page_is_read_twice_and_accounts_are_listed_once(
    server: Sandbox, mirror: Mirror
) -> None:
    run_sync(mirror)
    seen = Counter(
        (entry["path"], entry["query"], entry["stripe_account"]) for entry in server.log()
    )
    assert [request for request, times in seen.items() if times > 1] == []
    assert sum(1 for path, _, _ in seen.elements() if path in ("/v1/accounts", "/v1/account")) == 2


def test_a_sweep_sends_hardly_more_than_the_fewest_requests(
    server: Sandbox, mirror: Mirror
) -> None:
    """The fewest requests are counted from the rows: pages of 100, children with their parents
    where Stripe expands them, and otherwise one request for each parent."""
    run_sync(mirror)
    owners = [
        Owner(name, False)
        for name in ("acct_1SandboxPlatform", "acct_1SandboxAtelier0", "acct_1SandboxKissaten")
    ]
    fewest = 2  # the key's own account, and a page of connected ones
    for name, resource in catalog().resources.items():
        of_owner = mirror.live_rows.counts_by_owner(name, owners)
        roots = [
            route for route in resource.routes if not route.parent and route.path != "/v1/accounts"
        ]
        lists = sum(len(route.variants) for route in roots) + bool(resource.singleton)
        for owner in owners:
            # Nothing tells how the rows of a model with several lists are spread over their
            # pages. Each of these lists counts as one page.
            fewest += max(
                lists,
                math.ceil(of_owner.get(owner, 0) / 100)
                if len(resource.routes) == lists == 1
                else 0,
            )
        for route in resource.routes:
            fewest += len(route.variants) * parents(mirror, route) if route.parent else 0
        fewest += rests_of_sublists(mirror, name)
    assert len(server.log()) <= 1.05 * fewest


def parents(mirror: Mirror, route: Route) -> int:
    assert route.parent
    table = mirror.tables[route.parent]
    query = sa.select(sa.func.count()).select_from(table).where(table.c._deleted_at.is_(None))
    if route.parent_where:
        name, value = route.parent_where
        column = table.c[name] if name in table.c else table.c[f"{name}_id"]
        query = query.where(column.is_not(None) if value is None else column == value)
    with mirror.connection() as connection:
        return connection.scalar(query) or 0


def rests_of_sublists(mirror: Mirror, name: str) -> int:
    """Returns how many requests the rests of sublists need. Stripe puts ten items of a sublist into
    the parent. The others come in pages of 100."""
    table = mirror.tables[name]
    if "_parent_field" not in table.c:
        return 0
    with mirror.connection() as connection:
        group = (table.c._parent_object, table.c._parent_id, table.c._parent_field)
        sizes = connection.scalars(
            sa.select(sa.func.count()).where(table.c._parent_field.is_not(None)).group_by(*group)
        ).all()
    return sum(math.ceil((size - 10) / 100) for size in sizes if size > 10)


def test_an_interrupted_sweep_continues_at_its_checkpoint(server: Sandbox, mirror: Mirror) -> None:
    always(server, "/v1/invoices?*starting_after*", **KEY_REVOKED, skip=1)
    with pytest.raises(SyncAborted, match="401"):
        run_sync(mirror, "invoice")
    server.reset()
    assert run_sync(mirror, "invoice")["invoice"].status == "ok"
    pages = [
        entry
        for entry in server.log()
        if entry["path"] == "/v1/invoices" and not entry["stripe_account"]
    ]
    assert all("starting_after" in entry["query"] for entry in pages)
    everything = rows(mirror, "invoice")
    assert run_sync(mirror, "invoice")["invoice"].status == "ok"
    assert rows(mirror, "invoice") == everything


def test_nested_lists_that_a_stopped_run_left_are_read_by_the_next(
    server: Sandbox, mirror: Mirror, tmp_path
) -> None:
    with Mirror.open(f"sqlite:///{tmp_path}/whole.db") as whole:
        run_sync(whole, "payment_method")
        expected = rows(whole, "payment_method")
    server.control("latency", seconds=0.03)
    for stopped_after in (30, 30, 30):
        with KeySync(
            parse_api_key("acme", "sk_test_sandbox"), mirror, ["payment_method"], run_id="run"
        ) as sync:
            sync.prepare()
            threading.Thread(target=stop_after, args=(sync, stopped_after)).start()
            with pytest.raises(SyncAborted, match="stopped"):
                list(sync.run())
    before = len(server.log())
    run_sync(mirror, "payment_method")
    assert rows(mirror, "payment_method") == expected
    assert len(server.log()) - before < 120


def stop_after(sync: KeySync, requests: int) -> None:
    while sync.progress.requests < requests:
        time.sleep(0.001)
    sync.stop()


def test_stopping_does_not_wait_for_a_server_that_does_not_answer(
    server: Sandbox, mirror: Mirror
) -> None:
    always(server, "/v1/c*", kind="hang", seconds=20)
    with KeySync(parse_api_key("acme", "sk_test_sandbox"), mirror, run_id="run") as sync:
        sync.prepare()
        threading.Timer(0.5, sync.stop).start()
        with pytest.raises(SyncAborted):
            list(sync.run())
        began = time.monotonic()
    assert time.monotonic() - began < 6
    written = mirror.live_rows.counts()
    time.sleep(0.5)
    assert mirror.live_rows.counts() == written


def test_a_sweep_continues_when_the_object_of_its_cursor_is_deleted(
    server: Sandbox, mirror: Mirror
) -> None:
    always(
        server,
        "/v1/charges?*starting_after=*",
        status=400,
        code="resource_missing",
        type="invalid_request_error",
        skip=0,
    )
    server.control("faults/clear")
    server.control(
        "faults",
        path="/v1/charges?*starting_after=*",
        status=400,
        code="resource_missing",
        type="invalid_request_error",
        times=1,
        param="starting_after",
    )
    assert run_sync(mirror, "charge")["charge"].status == "ok"


def test_a_run_of_some_models_retrieves_the_objects_that_their_rows_refer_to(
    server: Sandbox, mirror: Mirror
) -> None:
    run_sync(mirror, "invoice", "subscription")
    assert (
        mirror.live_rows.count("customer") > 50
        and mirror.live_rows.count("price") > 0
        and mirror.live_rows.count("product") > 0
    )
    owners = [
        Owner(name, False)
        for name in ("acct_1SandboxPlatform", "acct_1SandboxAtelier0", "acct_1SandboxKissaten")
    ]
    assert mirror.references.missing(datetime(2000, 1, 1, tzinfo=UTC), owners) == set()


def test_an_expansion_that_stripe_refuses_is_left_out_and_reported(
    server: Sandbox, mirror: Mirror
) -> None:
    server.control(
        "faults",
        path="/v1/prices?*tiers*",
        status=400,
        type="invalid_request_error",
        message="This property cannot be expanded (data.tiers).",
        times=None,
    )
    result = run_sync(mirror, "price")["price"]
    assert result.status == "ok" and result.rows_in_mirror > 0
    assert "data.tiers" in result.availability.reason


def test_the_model_of_the_parent_is_incomplete_where_the_rest_of_a_sublist_cannot_be_read(
    server: Sandbox, mirror: Mirror
) -> None:
    always(server, "/v1/customers/*/sources", status=500, headers=NOT_AGAIN)
    results = run_sync(mirror)
    assert {"customer", "source", "card", "bank_account"} <= with_status(results, "incomplete")
    assert with_status(results, "failed") == set()
    assert {model for model, _ in holes(mirror)} == {"customer"}
    assert all(key.startswith("sublist sources cus_") for _, key in holes(mirror))
    server.reset()
    assert run_sync(mirror, "card")["card"].status == "ok" and holes(mirror) == set()


def test_a_run_of_fewer_models_does_not_finish_the_pages_of_an_interrupted_run(
    server: Sandbox, mirror: Mirror, tmp_path
) -> None:
    """That run does not read the nested lists of its pages. So the run that reads them has to read
    those pages again."""
    with Mirror.open(f"sqlite:///{tmp_path}/whole.db") as whole:
        run_sync(whole, "payment_method")
        expected = rows(whole, "payment_method")
    for path, model in (
        ("/v1/customers*", "payment_method"),
        ("/v1/customers?*starting_after*", "customer"),
    ):
        always(server, path, **KEY_REVOKED)
        with pytest.raises(SyncAborted, match="401"):
            run_sync(mirror, model)
        server.reset()
    assert run_sync(mirror, "payment_method")["payment_method"].status == "ok"
    assert rows(mirror, "payment_method") == expected


def test_the_refusal_of_one_nested_list_does_not_stop_the_others(
    server: Sandbox, mirror: Mirror
) -> None:
    refused = server.control("objects?resource=customer", "GET")[0]["id"]
    server.control(
        "faults",
        path=f"/v1/customers/{refused}/payment_methods",
        status=403,
        type="permission_error",
        times=None,
        message="Not this one.",
    )
    result = run_sync(mirror, "payment_method")["payment_method"]
    assert (
        result.status == "ok"
        and result.availability.kind == "available"
        and "Not this one." in result.availability.reason
    )
    assert len(rows(mirror, "payment_method")) > 100
    [hole] = mirror.holes.all()
    assert hole.unavailable and hole.model == "payment_method" and hole.key.endswith(refused)


def test_a_nested_list_that_is_refused_everywhere_is_not_asked_for_under_every_parent(
    server: Sandbox, mirror: Mirror
) -> None:
    always(
        server,
        "/v1/customers/*/payment_methods",
        status=403,
        type="permission_error",
        message="No.",
    )
    result = run_sync(mirror, "payment_method")["payment_method"]
    asked = [entry["path"] for entry in server.log() if entry["path"].startswith("/v1/customers/")]
    assert len(set(asked)) < 100 < mirror.live_rows.count("customer")
    assert len(asked) <= 2 * len(set(asked)) + 3 * MOST_TRIES, (
        "each refusal is asked for again once; besides, each of the three accounts has its tries"
    )
    assert "the others are not asked for it" in result.availability.reason


def test_a_chosen_account_that_cannot_be_read_is_an_error(server: Sandbox, mirror: Mirror) -> None:
    key = parse_api_key(
        "acme", "sk_test_sandbox", connected=("acct_1Nobody", "acct_1SandboxAtelier0")
    )
    with (
        KeySync(key, mirror, ["coupon"], run_id="run") as sync,
        pytest.raises(SyncAborted, match="acct_1Nobody"),
    ):
        sync.prepare()


def test_accounts_are_found_although_nothing_can_be_expanded(
    server: Sandbox, mirror: Mirror
) -> None:
    always(
        server,
        "/v1/accounts?*expand*",
        status=400,
        type="invalid_request_error",
        param="expand",
        message="What is expand?",
    )
    run_sync(mirror, "coupon")
    assert mirror.live_rows.count("account") == 3


def test_the_transactions_of_a_payout_name_the_payout(server: Sandbox, mirror: Mirror) -> None:
    run_sync(mirror, "balance_transaction", connected="none")
    with mirror.connection() as connection:
        transaction, payout = mirror.tables["balance_transaction"], mirror.tables["payout"]
        paid_out = dict(
            connection.execute(
                sa.select(transaction.c.payout_id, sa.func.sum(transaction.c.net))
                .where(transaction.c.type != "payout", transaction.c.payout_id.is_not(None))
                .group_by(transaction.c.payout_id)
            ).all()
        )
        amounts = dict(
            connection.execute(
                sa.select(payout.c.id, payout.c.amount).where(payout.c.automatic)
            ).all()
        )
    assert paid_out and paid_out == {id_: amounts[id_] for id_ in paid_out}


def test_one_related_object_that_cannot_be_read_does_not_stop_the_others(
    server: Sandbox, mirror: Mirror
) -> None:
    subscriptions = server.control("objects?resource=subscription&fields=customer", "GET")
    customer = subscriptions[0]["customer"]
    always(server, f"/v1/customers/{customer}", status=500, headers=NOT_AGAIN)
    with KeySync(
        parse_api_key("acme", "sk_test_sandbox"), mirror, ["subscription"], run_id="run"
    ) as sync:
        sync.prepare()
        with pytest.raises(SyncAborted, match=f"related objects are missing.*{customer}"):
            list(sync.run())
    assert mirror.live_rows.count("customer") > 20 and customer not in rows(mirror, "customer")
    server.reset()
    run_sync(mirror, "subscription")
    assert customer in rows(mirror, "customer")


def test_a_forbidden_object_is_asked_for_again_on_another_day(
    server: Sandbox, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    always(server, "/v1/customers/cus_*", status=403, type="permission_error", message="No.")
    run_sync(mirror, "subscription", connected="none")
    assert mirror.live_rows.count("customer") == 0
    server.reset()
    run_sync(mirror, "subscription", connected="none")
    assert mirror.live_rows.count("customer") == 0, "it is not asked for again on the same day"
    with mirror.transaction() as connection:
        absence = mirror.tables.own["_absence"]
        connection.execute(sa.update(absence).values(until=datetime(2020, 1, 1, tzinfo=UTC)))
    run_sync(mirror, "subscription", connected="none")
    assert mirror.live_rows.count("customer") > 20
