"""What a run knows of holes: those of the runs before it, and those that it leaves itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from stripe_assets.mirror import Hole, Owner
from stripe_assets.sync.engine.cursor import Place
from stripe_assets.sync.engine.holes import (
    EVERYTHING,
    EXPANSION,
    MOST_HOLES,
    NOT_YET,
    REFUSALS_ENOUGH,
    REFUSED_NOW,
    OpenHoles,
    summary,
)

OWN, OTHER = Owner("acct_1", False), Owner("acct_2", False)
LIST = Hole(OWN, "customer", "/v1/customers", ("cus_1",), "500: No.")
DAY = timedelta(days=1)
NOT_SHOWN = replace(
    LIST, key="fan-out /v1/x cus_1", unavailable=True, next_try_at=datetime.now(UTC) + DAY
)


def test_a_hole_that_the_run_leaves_is_open_and_its_own() -> None:
    holes = OpenHoles()
    assert holes.leave(LIST) == LIST
    assert holes.of(OWN, ["customer"]) == holes.left(OWN, ["customer"]) == [LIST]
    for owner, model in ((OTHER, "customer"), (OWN, "invoice")):
        assert holes.of(owner, [model]) == holes.left(owner, [model]) == []


def test_a_hole_of_the_runs_before_is_open_and_not_this_runs_own() -> None:
    holes = OpenHoles()
    holes.know([LIST])
    assert holes.of(OWN, ["customer"]) == [LIST] and holes.left(OWN, ["customer"]) == []


def test_a_hole_that_is_met_again_is_named_once_with_the_answer_of_this_run() -> None:
    holes, again = OpenHoles(), replace(LIST, answer="503: Busy.")
    holes.know([LIST])
    holes.leave(again)
    assert holes.of(OWN, ["customer"]) == holes.left(OWN, ["customer"]) == [again]


def test_the_holes_of_this_run_come_first() -> None:
    holes, new = OpenHoles(), replace(LIST, model="invoice")
    holes.know([LIST])
    holes.leave(new)
    assert holes.of(OWN, ["customer", "invoice"]) == [new, LIST]


@pytest.mark.parametrize("known", [True, False])
def test_a_hole_that_was_read_to_its_end_is_open_no_more(known: bool) -> None:
    holes = OpenHoles()
    if known:
        holes.know([LIST])
    else:
        holes.leave(LIST)
    holes.fill(LIST.id)
    holes.fill(("nobody", "nothing", "never"))  # type: ignore[arg-type]
    assert holes.of(OWN, ["customer"]) == []
    assert holes.concern(OWN, ["customer"]), "its model was incomplete, and is no more"


def test_many_holes_of_one_model_are_one_hole_with_a_count() -> None:
    holes = OpenHoles()
    many = [replace(LIST, key=f"fan-out /v1/x cus_{n}", count=1) for n in range(MOST_HOLES + 20)]
    left = [holes.leave(one) for one in many]
    assert left[:MOST_HOLES] == many[:MOST_HOLES]
    for number, one in enumerate(left[MOST_HOLES:], MOST_HOLES + 1):
        assert (one.key, one.cursor, one.count) == (EVERYTHING, (), number)
    open_ = holes.of(OWN, ["customer"])
    assert len(open_) == MOST_HOLES + 1 and open_[-1].count == MOST_HOLES + 20


def test_many_things_that_stripe_does_not_show_are_counted_apart_from_failures() -> None:
    holes = OpenHoles()
    for n in range(MOST_HOLES):
        holes.leave(replace(NOT_SHOWN, key=f"fan-out /v1/y cus_{n}"))
    assert holes.leave(LIST) == LIST
    one_more = holes.leave(NOT_SHOWN)
    assert (one_more.key, one_more.unavailable) == (f"{EXPANSION}{EVERYTHING}", True)
    assert len(holes.unavailable(OWN, "customer")) == MOST_HOLES + 1
    assert holes.of(OWN, ["customer"]) == [LIST]


def test_each_model_and_account_has_holes_of_its_own() -> None:
    holes = OpenHoles()
    for n in range(MOST_HOLES):
        holes.leave(replace(LIST, key=f"fan-out /v1/x cus_{n}"))
    for other in (replace(LIST, owner=OTHER), replace(LIST, model="invoice")):
        assert holes.leave(other) == other


def test_a_hole_that_is_left_again_counts_once() -> None:
    holes = OpenHoles()
    for _ in range(MOST_HOLES + 1):
        assert holes.leave(LIST) == LIST


def test_what_stripe_does_not_show_is_no_open_hole_and_is_not_asked_for_until_it_is_due() -> None:
    holes, key = OpenHoles(), NOT_SHOWN.key
    holes.know([NOT_SHOWN])
    assert holes.of(OWN, ["customer"]) == [] and holes.unavailable(OWN, "customer") == [NOT_SHOWN]
    assert holes.is_unavailable(OWN, "customer", key)
    assert not holes.is_unavailable(OTHER, "customer", key)
    assert not holes.is_unavailable(OWN, "invoice", key)
    assert not holes.is_unavailable(OWN, "customer", LIST.key)
    holes.know([replace(NOT_SHOWN, next_try_at=datetime.now(UTC) - DAY)])
    assert not holes.is_unavailable(OWN, "customer", key), "it is due"
    holes.know([replace(NOT_SHOWN, unavailable=False)])
    assert not holes.is_unavailable(OWN, "customer", key), "it is a failure"


def test_a_full_sync_asks_for_what_stripe_does_not_show() -> None:
    holes = OpenHoles()
    holes.know([NOT_SHOWN])
    holes.asks_for_all = True
    assert not holes.is_unavailable(OWN, "customer", NOT_SHOWN.key)


def test_a_new_sweep_replaces_the_holes_of_before_but_those_that_it_leaves_itself() -> None:
    holes, second = OpenHoles(), replace(LIST, key="fan-out /v1/x cus_2")
    of_invoices = replace(LIST, model="invoice")
    holes.know([LIST, second, of_invoices])
    holes.begin_sweep(OWN, "customer")
    assert holes.of(OWN, ["customer", "invoice"]) == [of_invoices]
    holes.leave(second)
    assert holes.end_sweep(OWN, "customer") == [LIST.id]
    assert holes.of(OWN, ["customer"]) == [second]
    assert holes.end_sweep(OWN, "customer") == [] == holes.end_sweep(OWN, "invoice")


def test_only_models_that_have_or_had_holes_are_of_concern() -> None:
    holes = OpenHoles()
    assert not holes.concern(OWN, ["customer", "invoice"])
    holes.know([LIST])
    assert holes.concern(OWN, ["invoice", "customer"])
    assert not holes.concern(OWN, ["invoice"]) and not holes.concern(OTHER, ["customer"])
    holes.leave(replace(LIST, owner=OTHER))
    assert holes.concern(OTHER, ["customer"])


def test_the_first_holes_are_named_and_the_others_counted() -> None:
    holes = [replace(LIST, key=f"/v1/{n}") for n in range(5)]
    assert summary(holes) == "/v1/0, /v1/1 and 3 more: 500: No."
    assert summary([replace(LIST, count=1200)]) == "/v1/customers and 1,199 more: 500: No."
    others = [replace(LIST, answer=f"50{n}: No.") for n in range(5)]
    assert summary(others).endswith("502: No.; and for 2 more reasons")
    assert summary([]) == ""


def test_a_new_sweep_keeps_what_it_does_not_ask_for() -> None:
    """Single objects are no part of a list, and what Stripe does not show is not due yet."""
    later = datetime(2100, 1, 1, tzinfo=UTC)
    hidden = replace(LIST, key="expansion x", unavailable=True, next_try_at=later)
    object_, holes = replace(LIST, key="object cus_1"), OpenHoles()
    holes.know([LIST, hidden, object_])
    holes.begin_sweep(OWN, LIST.model)
    assert holes.of(OWN, [LIST.model]) == [object_]
    assert holes.is_unavailable(OWN, LIST.model, hidden.key)
    assert holes.end_sweep(OWN, LIST.model) == [LIST.id]


def test_lists_that_are_about_to_be_read_are_not_folded_into_one_hole() -> None:
    holes = OpenHoles()
    waiting = [replace(LIST, key=f"fan-out {n}", answer=NOT_YET) for n in range(2 * MOST_HOLES)]
    assert [holes.leave(hole) for hole in waiting] == waiting
    for hole in waiting:
        holes.fill(hole.id)
    assert holes.of(OWN, [LIST.model]) == []
    assert holes.leave(LIST) == LIST, "those that were read do not count"


def test_a_nested_list_that_was_readable_and_is_refused_everywhere_has_to_be_accepted() -> None:
    for was_readable in (False, True):
        holes, place = OpenHoles(), (None, "/v1/customers/{customer}/x")
        for n in range(REFUSALS_ENOUGH):
            one = replace(LIST, key=f"fan-out {n}", unavailable=True)
            holes.refuse(holes.leave(one), place)
        readable = {OWN} if was_readable else set[Owner]()
        found = holes.settle(LIST.model, set[Place]().__contains__, readable.__contains__)
        (left,) = [hole for hole in found.values() if hole]
        assert left.unavailable is not was_readable and left.count == REFUSALS_ENOUGH
        assert left.answer.startswith(REFUSED_NOW) is was_readable
