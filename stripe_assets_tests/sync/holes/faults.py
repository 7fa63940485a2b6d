"""The table of all faults: where each can happen, and how long it may last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stripe_assets_tests.sync.holes import answers, expansions, pages
from stripe_assets_tests.sync.holes.asked import LISTS, PLACES, Place
from stripe_assets_tests.sync.holes.case import Lie

Reach = Literal["thing", "list", "endpoint", "place"]
"""What is answered falsely: one request; every page of one list; every request of one endpoint; or
whatever is asked for at such a place."""

Lasts = int | None
"""How many answers are false. None: all until the end of the faults."""

SHORT: tuple[Lasts, ...] = (1,)
ANY: tuple[Lasts, ...] = (1, 3, None)
LONG: tuple[Lasts, ...] = (None,)


@dataclass(frozen=True, slots=True)
class Fault:
    lie: Lie
    places: tuple[Place, ...] = PLACES
    lasts: tuple[Lasts, ...] = ANY
    reaches: tuple[Reach, ...] = ("thing", "thing", "list", "place")
    """A reach that stands twice is chosen twice as often."""
    refuses: bool = False
    """Stripe would say the same of a model that the account does not have: without a parameter.
    Said again and again, it is no fault but a fact."""

    def may_last(self, place: Place, *, was_read: bool) -> tuple[Lasts, ...]:
        """`was_read`: all models were read before. What was readable and is refused now is no
        fact, where a whole list is refused."""
        if not self.refuses or place in ("later page", "part", "own account"):
            return self.lasts
        is_whole = place in ("first page", "events", "accounts", "singleton")
        return self.lasts if is_whole and was_read else SHORT


PARENTS: tuple[Place, ...] = ("nested list",)
OBJECTS: tuple[Place, ...] = ("first page", "part", "retrieve", "nested list", "accounts")
EXPANDED: tuple[Place, ...] = ("first page", "part", "accounts")

LARGE: tuple[Reach, ...] = ("thing", "list", "place")
ONE: tuple[Reach, ...] = ("thing",)
AN_ENDPOINT: tuple[Reach, ...] = ("endpoint",)
A_LIST: tuple[Reach, ...] = ("thing", "list")

MISSING = "resource_missing"

FAULTS: dict[str, Fault] = {
    "HTML, 404": Fault(answers.html(404)),
    "HTML, 403": Fault(answers.html(403)),
    "HTML, 400": Fault(answers.html(400)),
    "HTML, 502": Fault(answers.html(502)),
    "a gateway's JSON, 404": Fault(answers.gateway(404)),
    "a gateway's JSON, 405": Fault(answers.gateway(405)),
    "an empty body, 200": Fault(answers.empty(200)),
    "an empty body, 404": Fault(answers.empty(404)),
    "a body that is cut off": Fault(answers.cut_off),
    "half of the JSON": Fault(answers.half_of_the_json),
    "a closed connection": Fault(answers.closed),
    "429": Fault(answers.too_many_requests),
    "500": Fault(answers.server_error),
    "an object for a list": Fault(pages.an_object, LISTS),
    "has_more left out": Fault(pages.with_more(pages.MISSING), LISTS),
    "has_more null": Fault(pages.with_more(None), LISTS),
    "has_more text": Fault(pages.with_more("true"), LISTS),
    "an empty page with more": Fault(pages.empty_with_more, LISTS),
    "an earlier page": Fault(pages.earlier_page, ("later page", "nested list", "events")),
    "data null": Fault(pages.data_null, LISTS),
    "an item that is null": Fault(pages.item(lambda item: None), LISTS),
    "an item without id": Fault(pages.item(pages.without_id), LISTS),
    "an item with an empty id": Fault(pages.item(pages.with_empty_id), LISTS),
    "an item of another kind": Fault(pages.item(pages.of_another_kind), LISTS),
    "a sublist that is null": Fault(pages.sublist(lambda inner: None), OBJECTS),
    "a sublist that is text": Fault(pages.sublist(lambda inner: "x"), OBJECTS),
    "a sublist with a null item": Fault(pages.sublist(pages.with_null_item), OBJECTS),
    "a refused cursor": Fault(
        answers.cursor_refused(MISSING), ("later page", "nested list", "events"), reaches=A_LIST
    ),
    "a refused cursor without code": Fault(
        answers.cursor_refused(None), ("later page", "nested list", "events"), reaches=A_LIST
    ),
    "500 above 60": Fault(
        answers.fails_above(60, answers.server_error), LISTS, LONG, reaches=LARGE
    ),
    "500 above 1": Fault(answers.fails_above(1, answers.server_error), LISTS, LONG, reaches=LARGE),
    "cut off above 10": Fault(answers.fails_above(10, answers.cut_off), LISTS, LONG, reaches=LARGE),
    "400 without param": Fault(
        answers.shaped(400, message="Not these."), reaches=ONE, refuses=True
    ),
    "400 without message": Fault(answers.shaped(400), reaches=ONE, refuses=True),
    "403 without param": Fault(
        answers.shaped(403, message="The key may not."), reaches=ONE, refuses=True
    ),
    "404, an unknown URL": Fault(
        answers.shaped(404, message="Unrecognized request URL."), reaches=ONE, refuses=True
    ),
    "400 about a parameter": Fault(
        answers.shaped(
            400, code="parameter_invalid_integer", param="limit", message="Invalid integer."
        ),
        LISTS,
    ),
    "400 about an unknown parameter": Fault(
        answers.shaped(400, code="parameter_unknown", param="frobnicate", message="Unknown.")
    ),
    "the object is missing, without its name": Fault(
        answers.shaped(404, code=MISSING, message="No such object."), ("retrieve", *PARENTS)
    ),
    "another object is missing": Fault(
        answers.shaped(404, code=MISSING, param="id", message="No such thing: 'x_other'"),
        ("retrieve", *PARENTS),
    ),
    "the parent is missing": Fault(
        answers.shaped(404, code=MISSING, param="id", message="No such object: 'ID'"), PARENTS
    ),
    "a Date that is a day ahead": Fault(answers.date_ahead),
    "no Date": Fault(answers.date_missing),
    **{
        f"an expansion refused, {words}": Fault(
            expansions.refused(wording), EXPANDED, LONG, AN_ENDPOINT
        )
        for words, wording in expansions.WORDINGS.items()
    },
    "an expansion refused, 403": Fault(
        expansions.refused(expansions.in_no_words, 403), EXPANDED, LONG, AN_ENDPOINT
    ),
}
