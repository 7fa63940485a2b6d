"""Expansions that Stripe refuses are found in few requests, and are not asked for again. All else
of the request stays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stripe_assets.mirror import Hole, Owner
from stripe_assets.stripe_api import Failure, InvalidRequest, ServerError, StripeError
from stripe_assets.sync.constants import MOST_TRIES
from stripe_assets.sync.engine.expansions import Expansions, has_options
from stripe_assets.sync.engine.holes import EVERYTHING, EXPANSION

OWN, CONNECTED = Owner("acct_1", False), Owner("acct_2", False)
PRICES = (None, "/v1/prices")
"""The place: the key's own account, and the route."""
PATHS = [f"data.{name}" for name in "abcdefgh"]
PARAMS = {"limit": 100, "active": True, "expand": PATHS}
REFUSED = InvalidRequest(Failure(path="/v1/prices", status=400, type="invalid_request_error"))
LATER = datetime.now(UTC) + timedelta(days=1)

Ask = Callable[[dict[str, Any]], StripeError | None]


class Server:
    """Refuses each request that has one of these expansions, or a parameter of these names."""

    def __init__(self, refused: Collection[str], names: Collection[str] = ()) -> None:
        self.refused = refused
        self.names = names
        self.asked: list[dict[str, Any]] = []

    def ask(self, params: dict[str, Any]) -> StripeError | None:
        self.asked.append(params)
        bad = set(params.get("expand", ())).intersection(self.refused)
        return REFUSED if bad or set(params).intersection(self.names) else None


def found(server: Server, expansions: Expansions, *, with_size: bool = False) -> set[Any] | None:
    options = expansions.find_refused(PRICES, PARAMS, server.ask, REFUSED, with_size=with_size)
    return None if options is None else set(options)


@pytest.mark.parametrize("refused", [[path] for path in PATHS], ids=lambda one: one[0])
def test_the_one_expansion_that_is_refused_is_found_and_the_others_stay(refused: list[str]) -> None:
    server, expansions = Server(refused), Expansions()
    assert found(server, expansions) == {("expand", path) for path in refused}
    left = [path for path in PATHS if path not in refused]
    assert expansions.without(PRICES, PARAMS) == {**PARAMS, "expand": left}
    assert server.ask(expansions.without(PRICES, PARAMS)) is None
    assert PARAMS["expand"] == PATHS, "what the caller gave stays as it is"


def test_two_expansions_that_are_refused_are_found_and_the_others_stay() -> None:
    server, expansions = Server(["data.b", "data.g"]), Expansions()
    assert found(server, expansions) == {("expand", "data.b"), ("expand", "data.g")}


def test_the_request_without_options_comes_first_and_has_all_else() -> None:
    server = Server(["data.a"])
    found(server, Expansions())
    assert server.asked[0] == {"limit": 100, "active": True}
    assert all(params["active"] is True and params["limit"] == 100 for params in server.asked)


def test_where_the_request_without_options_is_refused_its_error_is_the_answer() -> None:
    server, expansions = Server((), names=["active"]), Expansions()
    with pytest.raises(InvalidRequest) as caught:
        found(server, expansions)
    assert caught.value is REFUSED and len(server.asked) == 1
    assert expansions.without(PRICES, PARAMS) == PARAMS


def test_no_more_requests_are_sent_than_allowed_and_what_is_left_is_given_up() -> None:
    server, expansions = Server(PATHS), Expansions()
    assert found(server, expansions) == {("expand", path) for path in PATHS}
    assert len(server.asked) <= MOST_TRIES
    assert expansions.without(PRICES, PARAMS) == {"limit": 100, "active": True}


def test_all_attempts_at_an_endpoint_share_the_requests() -> None:
    """A server that refuses at random never lets the program find out what it refuses: then all
    expansions are given up."""
    expansions, asked = Expansions(), list[dict[str, Any]]()

    def answers(params: dict[str, Any]) -> None:
        asked.append(params)

    results = [
        expansions.find_refused(PRICES, PARAMS, answers, REFUSED, with_size=False)
        for _ in range(20)
    ]
    assert results[0] == [] and len(results[1] or ()) == len(PARAMS["expand"])
    assert len(asked) <= MOST_TRIES
    assert "expand" not in expansions.without(PRICES, PARAMS)
    other = ("acct_2", PRICES[1])
    assert expansions.find_refused(other, PARAMS, answers, REFUSED, with_size=False) == []


def test_expansions_that_are_refused_only_together_are_not_asked_for_together_for_ever() -> None:
    """The request without options is answered: no list may be lost for its expansions."""

    def ask(params: dict[str, Any]) -> StripeError | None:
        both = {"data.a", "data.h"} <= set(params.get("expand", ()))
        return REFUSED if both else None

    expansions = Expansions()
    while ask(expansions.without(PRICES, PARAMS)):
        found = expansions.find_refused(PRICES, PARAMS, ask, REFUSED, with_size=False)
        assert found is not None, "no try is left, and the request is still refused"


def test_the_size_of_the_page_is_found_where_it_may_be_to_blame() -> None:
    server, expansions = Server((), names=["limit"]), Expansions()
    assert found(server, expansions, with_size=True) == {("limit", 100)}
    assert expansions.without(PRICES, PARAMS) == {"active": True, "expand": PATHS}
    with pytest.raises(InvalidRequest):
        found(server, Expansions(), with_size=False)


def test_inclusions_of_v2_are_options_and_filters_are_none() -> None:
    assert has_options({"include[0]": "identity"}) and has_options({"expand": ["data.a"]})
    for name in ("status", "active", "payout", "test_clock", "created", "limit", "customer"):
        assert not has_options({name: "x"})
    params = {"limit": 20, "include[0]": "a", "include[1]": "b"}
    expansions, server = Expansions(), Server((), names=["include[1]"])
    place = (None, "/v2/core/accounts")
    assert expansions.find_refused(place, params, server.ask, REFUSED, with_size=False) == [
        ("include[1]", "b")
    ]
    assert expansions.without(place, params) == {"limit": 20, "include[0]": "a"}


def test_other_endpoints_and_accounts_keep_the_expansion() -> None:
    expansions = Expansions()
    expansions.refuse(PRICES, [("expand", "data.a")])
    for place in ((None, "/v1/products"), ("acct_2", "/v1/prices")):
        assert expansions.without(place, PARAMS) == PARAMS and not expansions.refused(place)


def test_the_last_expansion_that_is_refused_takes_the_parameter_with_it() -> None:
    expansions = Expansions()
    expansions.refuse(PRICES, [("expand", path) for path in PATHS])
    assert "expand" not in expansions.without(PRICES, PARAMS)


@pytest.mark.parametrize(("first", "found"), [(500, [("expand", "data.c")]), (400, ())])
def test_only_what_fails_as_the_request_did_is_to_blame(first: int, found: object) -> None:
    def ask(params: dict[str, Any]) -> StripeError | None:
        failed = "data.c" in params.get("expand", ())
        return ServerError(Failure(path="/v1/prices", status=500)) if failed else None

    error = ServerError(Failure(path="/v1/prices", status=first))
    assert Expansions().find_refused(PRICES, PARAMS, ask, error, with_size=False) == found


def test_what_another_thread_has_found_out_meanwhile_costs_no_request() -> None:
    expansions, first, second = Expansions(), Server(["data.a"]), Server(["data.a"])
    began, may_go_on = threading.Event(), threading.Event()
    results: dict[str, Any] = {}

    def slow(params: dict[str, Any]) -> StripeError | None:
        began.set()
        assert may_go_on.wait(timeout=10)
        return first.ask(params)

    def find(name: str, ask: Ask) -> threading.Thread:
        def work() -> None:
            results[name] = expansions.find_refused(PRICES, PARAMS, ask, REFUSED, with_size=False)

        thread = threading.Thread(target=work)
        thread.start()
        return thread

    threads = [find("first", slow)]
    assert began.wait(timeout=10)
    threads.append(find("second", second.ask))
    threads[1].join(timeout=0.1)
    may_go_on.set()
    for thread in threads:
        thread.join(timeout=10)
    assert results == {"first": [("expand", "data.a")], "second": ()} and second.asked == []


def hole(option: str, owner: Owner = OWN, **more: Any) -> Hole:
    key = f"{EXPANSION}/v1/prices {option}"
    return Hole(
        owner, "price", key, answer="No.", **{"unavailable": True, "next_try_at": LATER, **more}
    )


def test_what_was_refused_in_the_runs_before_is_not_asked_for() -> None:
    expansions = Expansions()
    expansions.know(
        [hole("expand data.a"), hole("limit 100"), hole("expand data.b", CONNECTED)], OWN
    )
    assert expansions.refused(PRICES) == {("expand", "data.a"), ("limit", 100)}
    left = {"active": True, "expand": PATHS[1:]}
    assert expansions.without(PRICES, PARAMS) == left
    others = [path for path in PATHS if path != "data.b"]
    assert expansions.without(("acct_2", "/v1/prices"), PARAMS) == {**PARAMS, "expand": others}


@pytest.mark.parametrize(
    "known",
    [
        hole("expand data.a", next_try_at=datetime.now(UTC)),
        hole("expand data.a", unavailable=False),
        Hole(OWN, "price", "/v1/prices", answer="No.", unavailable=True, next_try_at=LATER),
        Hole(OWN, "price", f"{EXPANSION}{EVERYTHING}", unavailable=True, next_try_at=LATER),
    ],
    ids=["it is due", "it is a failure", "it is a list", "it is too much"],
)
def test_other_holes_leave_out_no_expansion(known: Hole) -> None:
    expansions = Expansions()
    expansions.know([known], OWN)
    assert expansions.without(PRICES, PARAMS) == PARAMS
