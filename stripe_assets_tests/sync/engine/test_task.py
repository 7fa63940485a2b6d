"""Tasks are values: each gives the request of its page, and the task of the page after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from stripe_assets.mirror import ObjectRef
from stripe_assets.stripe_api import Answer, MalformedPage
from stripe_assets.sync.engine.shards import WHOLE, Listing, Range
from stripe_assets.sync.engine.task import Cursor, ListPage, Part, Retrieve
from stripe_assets_tests.sync.engine.test_scheduler import listing, nested

CUSTOMERS = listing("customer")
FILTERED = replace(CUSTOMERS, source=replace(CUSTOMERS.source, params={"limit": 100}))


def answer(body: Any) -> Answer:
    return Answer(body, datetime(2026, 11, 1, tzinfo=UTC), "req_1", 0, "2026-10-28.endive")


def page_of(*ids: str, more: bool = False) -> Answer:
    return answer({"object": "list", "data": [{"id": id} for id in ids], "has_more": more})


def after(task: ListPage, *ids: str) -> ListPage:
    """Returns the task after a page with these ids."""
    following = task.following(task.page(page_of(*ids, more=True)))
    assert following
    return following


def test_a_cursor_counts_the_items_and_the_pages_before_the_next_page() -> None:
    second = Cursor().after(["a", "b"], 2)
    assert (second.ids, second.items, second.pages) == (("a", "b"), 2, 1)
    third = second.after(["c"], 1)
    assert (third.ids, third.items, third.pages) == (("c",), 3, 2)


def test_a_cursor_remembers_the_last_id_of_the_pages_1_2_4_8_and_so_on() -> None:
    cursor, seen = Cursor(), []
    for page in range(1, 10):
        cursor = cursor.after([f"id_{page}"], 1)
        seen.append(cursor.seen)
    pages = (1, 2, 2, 4, 4, 4, 4, 8, 8)
    assert seen == [f"id_{page}" for page in pages]


@pytest.mark.parametrize("circle", range(1, 6))
def test_pages_that_come_in_a_circle_are_found_out_within_four_times_their_number(
    circle: int,
) -> None:
    task = CUSTOMERS
    with pytest.raises(MalformedPage):
        for page in range(4 * circle + 1):
            task = after(task, f"cus_{page % circle}")


def test_an_older_cursor_is_the_id_before_and_at_last_the_start_of_the_list() -> None:
    cursor = Cursor(("a", "b"), items=2, pages=1)
    older = cursor.older()
    assert older == Cursor(("a",), items=2, pages=1)
    assert older.older() == Cursor(restarted=True)


def test_a_list_that_begins_again_has_no_items_before_it() -> None:
    assert Cursor(("a",), 200, 2, seen="a").at_start() == Cursor(restarted=True)


def test_the_next_page_starts_after_the_last_id_and_keeps_the_parameters() -> None:
    assert FILTERED.request() == ("/v1/customers", {"limit": 100})
    following = after(FILTERED, "cus_1", "cus_2")
    assert following.request() == ("/v1/customers", {"limit": 100, "starting_after": "cus_2"})
    assert following.cursor == Cursor(("cus_1", "cus_2"), items=2, pages=1, seen="cus_2")
    assert (following.key, following.source) == (FILTERED.key, FILTERED.source)


def test_the_next_page_of_a_v2_list_has_the_url_alone() -> None:
    task = replace(FILTERED, paging="next_page_url")
    body = {"data": [{"id": "acct_1"}], "next_page_url": "/v2/core/accounts?page=2"}
    following = task.following(task.page(answer(body)))
    assert following and following.request() == ("/v2/core/accounts?page=2", {})
    url = "/v2/core/accounts?page=2"
    assert following.cursor == Cursor((url,), items=1, pages=1, seen=url)


def test_nothing_follows_the_last_page_or_a_single_object() -> None:
    assert CUSTOMERS.following(CUSTOMERS.page(page_of("cus_1"))) is None
    wanted = ObjectRef("customer", CUSTOMERS.source.reader, "cus_1")
    task = Retrieve(source=CUSTOMERS.source, handler=CUSTOMERS.handler, wanted=wanted)
    page = task.page(answer({"id": "cus_1"}))
    assert page.items == [{"id": "cus_1"}] and task.following(page) is None


def test_a_page_that_begins_with_its_own_cursor_again_is_malformed() -> None:
    following = after(CUSTOMERS, "cus_1")
    with pytest.raises(MalformedPage):
        following.page(page_of("cus_1", more=True))


def test_a_narrowed_task_reads_one_range_of_the_list_from_its_start() -> None:
    shared = Listing()
    task = after(replace(FILTERED, part=Part(WHOLE, shared)), "cus_1")
    narrowed = task.narrowed(Range(100, 200))
    created = {"gte": 100, "lt": 200}
    assert narrowed.request() == ("/v1/customers", {"limit": 100, "created": created})
    assert narrowed.cursor == Cursor() and narrowed.key == f"{task.key} created 100..200"
    assert narrowed.part == Part(Range(100, 200)) and narrowed.part.listing is shared


def test_a_part_that_is_narrowed_again_has_only_the_narrower_range() -> None:
    twice = FILTERED.narrowed(Range(100, 200)).narrowed(Range(150, None))
    assert twice.key == f"{FILTERED.key} created 150.."
    assert twice.source.params == {"limit": 100, "created": {"gte": 150}}


def test_a_narrowed_task_remembers_that_its_list_began_again() -> None:
    task = replace(CUSTOMERS, cursor=Cursor(("cus_1",), restarted=True))
    assert task.narrowed(Range(100, 200)).cursor == Cursor(restarted=True)


@pytest.mark.parametrize(
    ("task", "takes_turns"),
    [
        (CUSTOMERS, False),
        (after(CUSTOMERS, "cus_1"), True),
        (replace(CUSTOMERS, part=Part(WHOLE)), False),
        (CUSTOMERS.narrowed(Range(100, 200)), True),
        (nested(1), False),
        (after(nested(1), "src_1"), False),
    ],
    ids=["first page", "later page", "whole list", "part", "nested list", "its later page"],
)
def test_later_pages_and_parts_of_an_accounts_lists_take_turns(
    task: ListPage, takes_turns: bool
) -> None:
    assert task.takes_turns == takes_turns


def test_a_nested_list_is_caused_by_its_parents_resource() -> None:
    assert nested(1).caused_by == "customer" and CUSTOMERS.caused_by is None
