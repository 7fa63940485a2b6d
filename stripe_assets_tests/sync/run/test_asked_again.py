"""What a run did not read, the next runs ask for again; and only answers end that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from stripe_assets.sync.engine.holes import OBJECT, REFUSALS_ENOUGH, REFUSED_NOW, ROUTE
from stripe_assets_tests.stand_in import NOW, Object, Reply, account_of, customer, error
from stripe_assets_tests.sync.acme import OWNER, Acme

CUSTOMERS, CHILD = "/v1/customers", "customer_balance_transaction"
CHILDREN = "/v1/customers/{}/balance_transactions"
SHIPPING_RATES = "/v1/shipping_rates"
"""A list that each run reads."""
MANY = REFUSALS_ENOUGH + 15
BROKEN = (500, {})
FORBIDDEN = error(403, "Not for this key.")


def no_such(id: str) -> Reply:
    return error(404, f"No such customer: '{id}'", code="resource_missing", param="id")


def child(number: int) -> Object:
    named = {"id": f"cbtxn_{number}", "object": CHILD, "customer": f"cus_{number:05}"}
    return {**named, "created": NOW - number, "amount": -5, "currency": "usd", "livemode": False}


def alive(acme: Acme, model: str) -> int:
    return acme.mirror.live_rows.count(model)


def test_many_parents_that_are_gone_end_no_model_and_none_waits(acme: Acme) -> None:
    """Their lists are refused, each parent is asked for, and each is gone: that says nothing of the
    lists of others."""
    acme.lists[CUSTOMERS] = [customer(n) for n in range(MANY + 1)]
    ids = [str(one["id"]) for one in acme.lists[CUSTOMERS]]
    for id in ids[:-1]:
        acme.replies[CHILDREN.format(id)] = acme.replies[f"{CUSTOMERS}/{id}"] = no_such(id)
    acme.lists[CHILDREN.format(ids[-1])] = [child(MANY)]
    results = acme.sync("customer", CHILD)
    assert {one.status for one in results.values()} == {"ok"} and acme.holes() == []
    assert (alive(acme, "customer"), alive(acme, CHILD)) == (1, 1)


def test_a_page_with_a_bad_item_that_has_moved_is_followed(acme: Acme) -> None:
    """New objects come before it. The page that has it now is another one."""
    old = [customer(n) for n in range(200, 450)]
    acme.lists[CUSTOMERS] = old
    acme.fault = _null_in_place_of(str(old[50]["id"]))
    assert acme.status("customer") == "incomplete" and alive(acme, "customer") == 249
    acme.lists[CUSTOMERS] = [*(customer(n) for n in range(150)), *old]
    assert acme.status("customer") == "incomplete"
    (hole,) = acme.holes()
    assert hole.count == 1
    acme.fault = lambda path, query, true: true
    assert acme.status("customer") == "ok" and acme.holes() == []
    assert alive(acme, "customer") == 400


def _null_in_place_of(id: str):
    def fault(path: str, query: Mapping[str, str], true: Reply | None) -> Reply | None:
        if path != CUSTOMERS or true is None:
            return true
        status, body = true
        assert isinstance(body, dict)
        items: Sequence[Object] = body["data"]
        return status, {**body, "data": [None if one["id"] == id else one for one in items]}

    return fault


def test_a_list_that_failed_and_is_refused_later_is_unavailable(acme: Acme) -> None:
    """It was never readable, so its refusal is no loss."""
    acme.replies[CUSTOMERS] = BROKEN
    assert acme.status("customer") == "incomplete"
    acme.replies[CUSTOMERS] = FORBIDDEN
    result = acme.sync("customer")["customer"]
    assert (result.status, acme.holes()) == ("unavailable", [])
    assert "Not for this key." in result.availability.reason


@pytest.mark.parametrize("mode", ["auto", "full"])
@pytest.mark.parametrize("rows", [0, 1])
def test_a_list_that_was_read_and_is_refused_later_is_incomplete(
    acme: Acme, mode: str, rows: int
) -> None:
    acme.lists[SHIPPING_RATES] = [{"id": "shr_1", "object": "shipping_rate"}][:rows]
    assert acme.status("shipping_rate") == "ok"
    acme.replies[SHIPPING_RATES] = FORBIDDEN
    for _ in range(3):
        result = acme.sync("shipping_rate", mode=mode)["shipping_rate"]
        assert result.status == "incomplete" and REFUSED_NOW in str(result.error)
    acme.accept()
    assert acme.status("shipping_rate", mode=mode) == "unavailable" and acme.holes() == []


def test_a_nested_list_that_no_parent_shows_is_asked_for_again_when_it_is_due(acme: Acme) -> None:
    acme.lists[CUSTOMERS] = [customer(n) for n in range(MANY)]
    lists = [CHILDREN.format(one["id"]) for one in acme.lists[CUSTOMERS]]
    for path in lists:
        acme.replies[path] = FORBIDDEN
    assert acme.status(CHILD, "customer") == "unavailable"
    assert [hole.key.startswith(ROUTE) for hole in acme.holes(unavailable=True)] == [True]

    acme.replies.clear()
    for number, path in enumerate(lists):
        acme.lists[path] = [child(number)]
    assert acme.status(CHILD, "customer") == "unavailable"
    assert not any(acme.asked(path) for path in lists)

    acme.make_due()
    assert acme.status(CHILD, "customer") == "ok" and alive(acme, CHILD) == MANY
    assert acme.holes() == acme.holes(unavailable=True) == []


@pytest.mark.parametrize(
    ("answer", "gone"),
    [(no_such("cus_00001"), True), ((200, customer(1)), False), (FORBIDDEN, False)],
    ids=["it is gone", "it exists", "it is refused"],
)
def test_an_object_that_no_list_returned_is_a_hole_until_stripe_answers(
    acme: Acme, answer: Reply, gone: bool
) -> None:
    acme.lists[CUSTOMERS] = [customer(1), customer(2)]
    acme.sync("customer")
    acme.lists[CUSTOMERS] = [customer(2)]
    acme.replies[f"{CUSTOMERS}/cus_00001"] = BROKEN
    assert acme.status("customer", mode="full") == "incomplete"
    assert [hole.key for hole in acme.holes()] == [f"{OBJECT}cus_00001"]
    acme.replies[f"{CUSTOMERS}/cus_00001"] = answer
    assert acme.status("customer") == "ok" and acme.holes() == []
    assert alive(acme, "customer") == (1 if gone else 2)


def test_a_bad_item_among_the_events_keeps_the_cursor(acme: Acme) -> None:
    """So the next run asks for the same events."""
    acme.lists[CUSTOMERS] = [customer(1)]
    acme.sync("customer")
    begin = _cursor(acme)
    acme.replies["/v1/events"] = (200, {"object": "list", "data": [None], "has_more": False})
    for _ in range(2):
        result = acme.sync("customer")["customer"]
        assert result.status == "incomplete" and "without an id" in str(result.error)
        assert _cursor(acme) == begin
    del acme.replies["/v1/events"]
    assert acme.status("customer") == "ok" and acme.holes() == [] and _cursor(acme) > begin


def _cursor(acme: Acme) -> datetime:
    return acme.mirror.sweeps.current_until([OWNER])[OWNER, "customer"]


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("checkout.session", "/v1/checkout/sessions"),
        ("reporting.report_run", "/v1/reporting/report_runs"),
    ],
)
def test_new_rows_that_are_refused_are_a_hole_that_a_user_can_accept(
    acme: Acme, model: str, path: str
) -> None:
    acme.lists[path] = []
    assert acme.status(model, mode="full") == "ok"
    acme.replies[path] = FORBIDDEN
    for _ in range(3):
        result = acme.sync(model)[model]
        assert result.status == "incomplete" and REFUSED_NOW in str(result.error)
    acme.accept()
    assert acme.status(model) == "unavailable" and acme.holes() == []


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_list_of_accounts_that_is_refused_now_can_be_accepted(acme: Acme, mode: str) -> None:
    acme.lists["/v1/accounts"] = [account_of("acct_1Con")]
    acme.lists[CUSTOMERS] = [customer(1)]
    assert acme.status("account", "customer") == "ok" and alive(acme, "customer") == 2
    acme.replies["/v1/accounts"] = FORBIDDEN
    assert acme.status("account", "customer", mode="full") == "incomplete"
    acme.accept()
    for _ in range(2):
        assert acme.status("account", "customer", mode=mode) == "ok" and acme.holes() == []


@pytest.mark.parametrize("mode", ["auto", "full"])
def test_a_nested_list_that_all_parents_refuse_now_can_be_accepted(acme: Acme, mode: str) -> None:
    acme.lists[CUSTOMERS] = [customer(n) for n in range(MANY)]
    lists = [CHILDREN.format(one["id"]) for one in acme.lists[CUSTOMERS]]
    for number, path in enumerate(lists):
        acme.lists[path] = [child(number)]
    assert acme.status(CHILD, "customer") == "ok"
    for path in lists:
        acme.replies[path] = FORBIDDEN
    for _ in range(2):
        result = acme.sync(CHILD, "customer", mode="full")[CHILD]
        assert result.status == "incomplete" and REFUSED_NOW in str(result.error)
    acme.accept()
    for _ in range(2):
        assert acme.status(CHILD, "customer", mode=mode) != "incomplete"
        assert acme.holes() == [] and alive(acme, CHILD) == MANY
