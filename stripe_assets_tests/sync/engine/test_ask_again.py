"""What is asked in place of a request that got no answer of use, and what ends the asking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from stripe_assets.catalog.upstreams import Upstreams
from stripe_assets.mirror import Hole, ObjectRef
from stripe_assets.stripe_api import (
    Answer,
    Failure,
    InvalidRequest,
    MalformedPage,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    StripeError,
    Unreachable,
)
from stripe_assets.sync import constants
from stripe_assets.sync.engine.ask_again import ODD_ANSWERS, Again, AskAgain, ReadTask
from stripe_assets.sync.engine.before import Before
from stripe_assets.sync.engine.cursor import NO_TRIES, SAME_SIZE, Cursor, Tries
from stripe_assets.sync.engine.expansions import Expansions
from stripe_assets.sync.engine.model_state import ModelStates
from stripe_assets.sync.engine.task import ListPage, Retrieve
from stripe_assets_tests.sync.engine.test_scheduler import OWNER, listing, nested

NOBODY = Upstreams(frozenset(), frozenset(), is_listed=True)
PARAMS = {"limit": 100, "status": "all", "expand": ["data.a", "data.b"]}
LIST = replace(listing("customer"), source=replace(listing("customer").source, params=PARAMS))
BARE = replace(LIST, source=replace(LIST.source, params={"status": "all"}))
"""A list without options."""
LATER = replace(LIST, cursor=Cursor(("cus_1", "cus_2"), 200, 2))
WANTED = ObjectRef("customer", OWNER, "cus_1")
ONE = Retrieve(source=BARE.source, handler=LIST.handler, wanted=WANTED)


def failure(kind: type[StripeError], status: int | None, **fields: Any) -> StripeError:
    return kind(Failure(path="/v1/customers", status=status, **fields))


NO = failure(PermissionDenied, 403, type="invalid_request_error", message="No.")
GATEWAYS = failure(PermissionDenied, 403, message="Blocked")
BROKEN = failure(ServerError, 500, type="api_error")
ODD = MalformedPage(Failure(path="/v1/customers", message="has_more is null"))
BAD_CURSOR = failure(InvalidRequest, 400, type="x", code="resource_missing", param="starting_after")


class Api:
    """Answers each request with what a function returns for its parameters: an error, or None for
    an empty page."""

    def __init__(self, answers: Callable[[dict[str, Any]], StripeError | None]) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []

    def get(self, path: str, params: dict[str, Any], **more: Any) -> Answer:
        assert more["patient"] is False, "a request that only tries something is sent again once"
        self.asked.append(params)
        if error := self.answers(params):
            raise error
        body = {"object": "list", "data": [], "has_more": False}
        return Answer(body, datetime(2026, 11, 1, tzinfo=UTC), "req_1", 0, "2026-10-28.endive")


class Asked:
    """An AskAgain with all that it needs."""

    def __init__(
        self, answers: Callable[[dict[str, Any]], StripeError | None] | None = None
    ) -> None:
        self.api = Api(answers or (lambda params: NO))
        self.before = Before()
        self.expansions = Expansions()
        self.states = ModelStates(
            {"customer": NOBODY, "source": NOBODY}, OWNER.account_id, lambda state: None
        )
        self.again = AskAgain(self.api, self.states, self.before, self.expansions)  # type: ignore[arg-type]

    def instead(self, task: ReadTask, error: StripeError) -> Again:
        """Returns what is asked instead. There is something."""
        found = self.again.instead_of(task, error)
        assert isinstance(found, Again)
        return found

    def all_instead(self, task: ReadTask, error: StripeError) -> list[ReadTask]:
        """Gives every request the same error. Returns all that are sent besides the first."""
        sent: list[ReadTask] = []
        while isinstance(found := self.again.instead_of(task, error), Again):
            task = found.task
            sent.append(task)
            assert len(sent) < 100, "it never ends"
        assert found is error
        return sent


# Refusals.


def test_a_refusal_is_believed_after_the_plain_request_is_refused_as_well_a_while_later() -> None:
    asked = Asked()
    again = asked.instead(BARE, NO)
    assert again.after == constants.ASKED_AGAIN_AFTER > 0 and again.task.tries.refusal is NO
    assert asked.again.params(again.task) == ("/v1/customers", {})
    assert asked.again.instead_of(again.task, NO) is NO
    assert asked.all_instead(BARE, NO) == [again.task]


def test_the_plain_request_has_the_parameters_that_name_the_parent_and_no_others() -> None:
    source = replace(
        nested(1).source,
        params={"limit": 100, "customer": "cus_1"},
        required=frozenset({"customer"}),
    )
    task = replace(nested(1), source=source, tries=Tries(refusal=NO))
    assert Asked().again.params(task) == (source.path, {"customer": "cus_1"})


def test_what_the_last_sweep_found_refused_is_believed_at_once() -> None:
    asked = Asked()
    asked.before.refused[OWNER] = frozenset({"customer"})
    assert asked.again.instead_of(LIST, NO) is NO
    assert asked.api.asked == [{"limit": 100, "status": "all"}], "the plain request, once"
    other = replace(LIST, source=replace(LIST.source, model="source"))
    assert isinstance(asked.again.instead_of(other, NO), Again)


def test_a_list_that_stripe_did_not_show_the_last_time_is_believed_at_once() -> None:
    asked = Asked()
    next_month = datetime(2100, 1, 1, tzinfo=UTC)
    hole = Hole(OWNER, "customer", LIST.key, (), "No.", True, next_try_at=next_month)
    asked.before.holes.know([hole])
    assert asked.again.instead_of(LIST, NO) is NO
    assert asked.api.asked == [{"limit": 100, "status": "all"}], "the plain request, once"
    assert isinstance(asked.again.instead_of(replace(LIST, key="/v1/other"), NO), Again)


def test_a_refusal_makes_the_list_suspect_so_that_others_like_it_wait() -> None:
    asked = Asked()
    place = asked.states.place_of(nested(1))
    for number in range(50):
        assert not asked.states.is_suspect("source", place)
        asked.instead(nested(number), NO)
    assert asked.states.is_suspect("source", place)


def test_stripes_word_that_an_object_does_not_exist_is_the_answer() -> None:
    gone = failure(
        NotFound, 404, type="x", code="resource_missing", message="No such customer: 'cus_1'"
    )
    assert Asked().again.instead_of(ONE, gone) is gone
    another = failure(
        NotFound, 404, type="x", code="resource_missing", message="No such customer: 'cus_2'"
    )
    assert isinstance(Asked().again.instead_of(ONE, another), Again)


@pytest.mark.parametrize("error", [GATEWAYS, failure(RateLimited, 429, type="x")], ids=repr)
@pytest.mark.parametrize("task", [LIST, LATER, BARE, ONE], ids=["list", "later", "bare", "one"])
def test_an_error_that_is_neither_a_refusal_nor_about_size_is_the_answer(
    task: ReadTask, error: StripeError
) -> None:
    asked = Asked()
    assert asked.again.instead_of(task, error) is error and asked.api.asked == []


# Odd answers.


@pytest.mark.parametrize("error", [ODD, NO], ids=["odd", "refused"])
def test_a_later_page_without_sense_is_asked_for_twice_more_and_the_list_begins_again_once(
    error: StripeError,
) -> None:
    sent = Asked().all_instead(LATER, error)
    same = [task.cursor for task in sent[:ODD_ANSWERS]]
    assert same == [LATER.cursor] * ODD_ANSWERS
    restart, *after_it = sent[ODD_ANSWERS:]
    assert (restart.cursor, restart.tries) == (Cursor(restarted=True), NO_TRIES)
    if error is ODD:
        assert [task.cursor for task in after_it] == [Cursor(restarted=True)] * ODD_ANSWERS


def test_an_odd_first_page_is_asked_for_twice_more_a_while_later() -> None:
    asked = Asked()
    assert asked.instead(LIST, ODD).after == constants.ASKED_AGAIN_AFTER > 0
    sent = asked.all_instead(LIST, ODD)
    assert len(sent) == ODD_ANSWERS and {task.cursor for task in sent} == {LIST.cursor}
    assert asked.api.asked == [], "nothing of the request is given up for that"


def test_a_list_that_began_again_does_not_begin_a_third_time() -> None:
    task = replace(LATER, cursor=replace(LATER.cursor, restarted=True))
    for error in (ODD, NO, BAD_CURSOR):
        sent = Asked().all_instead(task, error)
        assert len(sent) == ODD_ANSWERS and all(one.cursor == task.cursor for one in sent)


def test_a_page_after_an_odd_one_has_tries_of_its_own() -> None:
    odd = Asked().instead(LATER, ODD).task
    assert odd.tries.odd == 1 and odd.tries.next_page(3) is NO_TRIES


# Cursors.


def test_where_the_cursors_object_is_gone_older_ids_are_tried_and_then_the_start_of_the_list() -> (
    None
):
    ids = tuple(f"cus_{n}" for n in range(9))
    asked, task = Asked(), replace(LATER, cursor=Cursor(ids, 900, 9))
    tried = []
    while task.cursor.ids:
        found = asked.instead(task, BAD_CURSOR)
        assert found.after == 0
        task = found.task
        assert isinstance(task, ListPage)
        tried.append(task.cursor.ids[-1:])
    assert tried == [(f"cus_{n}",) for n in (7, 6, 5, 4, 3)] + [()]
    assert task.cursor == Cursor(restarted=True)


# The size of a page.


@pytest.mark.parametrize("error", [BROKEN, failure(Unreachable, None)], ids=["500", "cut off"])
def test_a_page_that_fails_is_asked_for_in_halves_down_to_one_object(error: StripeError) -> None:
    task = replace(BARE, source=replace(BARE.source, params={"limit": 100, "status": "all"}))
    asked = Asked()
    sent = asked.all_instead(task, error)
    limits = [asked.again.params(one)[1] for one in sent]
    assert limits == [{"limit": size, "status": "all"} for size in (50, 25, 12, 6, 3, 1)]


def test_a_single_object_that_fails_is_not_asked_for_again() -> None:
    assert Asked().again.instead_of(ONE, BROKEN) is BROKEN


def test_smaller_pages_grow_again_after_some_pages() -> None:
    tries = (
        Asked()
        .instead(replace(LATER, source=BARE.source, tries=Tries(limit=12)), BROKEN)
        .task.tries
    )
    assert (tries.limit, tries.limited_at) == (6, 2)
    sizes = []
    for pages in range(3, 3 + 6 * SAME_SIZE):
        tries = tries.next_page(pages)
        sizes.append(tries.limit)
    expected = [6] * (SAME_SIZE - 1)
    for size in (12, 24, 48, 96):
        expected += [size] * SAME_SIZE
    assert sizes[: len(expected)] == expected and set(sizes[len(expected) :]) == {None}


# Expansions.


@pytest.mark.parametrize("error", [NO, BROKEN], ids=["refused", "500"])
def test_a_request_with_a_refused_expansion_is_repeated_without_it(error: StripeError) -> None:
    asked = Asked(lambda params: error if "data.a" in params.get("expand", ()) else None)
    again = asked.instead(LIST, error)
    assert (again.task, again.after, again.without) == (LIST, 0, (("expand", "data.a"),))
    assert asked.again.params(LIST) == ("/v1/customers", {**PARAMS, "expand": ["data.b"]})
    assert all(params["status"] == "all" for params in asked.api.asked), "no filter is given up"


def test_where_the_request_without_options_fails_too_nothing_is_given_up() -> None:
    asked = Asked(lambda params: BROKEN)
    again = asked.instead(LIST, NO)
    assert again.task.tries.limit == 50, "its own answer is the answer: a failure of the server"
    assert again.without == () and len(asked.api.asked) == 1
    assert asked.again.params(LIST) == ("/v1/customers", PARAMS)


def test_a_page_that_makes_no_sense_without_options_is_no_answer() -> None:
    asked = Asked(lambda params: None)
    task = replace(LIST, paging="none")
    body = {"object": "list", "data": [{"id": "cus_1"}], "has_more": True}
    answer = Answer(body, datetime(2026, 11, 1, tzinfo=UTC), "req_1", 0, "2026-10-28.endive")
    asked.api.get = lambda *parts, **more: answer  # type: ignore[method-assign]
    found = asked.again.instead_of(task, BROKEN)
    assert isinstance(found, MalformedPage) and asked.again.params(task)[1] == PARAMS


def test_the_requests_that_find_out_are_counted_for_the_model() -> None:
    asked = Asked(lambda params: NO if "data.a" in params.get("expand", ()) else None)
    asked.instead(LIST, NO)
    counted = asked.states["customer"].answers.requests
    assert counted == {OWNER.account_id: len(asked.api.asked)} and len(asked.api.asked) > 1
