"""False pages: what they say of the rest of the list, their items, and the sublists in these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from stripe_assets.catalog import catalog
from stripe_assets_tests.generated import at
from stripe_assets_tests.sync.holes.asked import CURSORS
from stripe_assets_tests.sync.holes.case import Case, Lie
from stripe_assets_tests.sync.holes.server import Answer

Object = dict[str, Any]
MISSING = object()


def with_more(value: object) -> Lie:
    """`has_more` with another value, or left out."""

    def lie(case: Case) -> Answer | None:
        page = case.page
        if page is None or "has_more" not in page:
            return None
        if value is MISSING:
            del page["has_more"]
        else:
            page["has_more"] = value
        return case.true.saying(page)

    return lie


def an_object(case: Case) -> Answer | None:
    """An object where a list belongs."""
    page = case.page
    if page is None:
        return None
    return case.true.saying(page["data"][0] if page["data"] else {"object": "customer"})


def empty_with_more(case: Case) -> Answer | None:
    """A page without objects that says that there are more."""
    page = case.page
    if page is None or not case.v1:
        return None
    return case.true.saying({**page, "data": [], "has_more": True})


def earlier_page(case: Case) -> Answer | None:
    """A page that came before: the pages go in a circle."""
    if not case.asked.is_later or case.page is None:
        return None
    pairs = parse_qsl(case.asked.query, keep_blank_values=True)
    query = urlencode([(n, v) for n, v in pairs if n not in CURSORS], quote_via=quote)
    first = case.ask(replace(case.asked, query=query)).json()
    return case.true.saying({**first, "has_more": True} if case.v1 else first)


def data_null(case: Case) -> Answer | None:
    page = case.page
    return case.true.saying({**page, "data": None}) if page else None


def item(change: Callable[[Object], Any]) -> Lie:
    """One item of the page is not what it should be."""

    def lie(case: Case) -> Answer | None:
        page = case.page
        place = case.item(page) if page else None
        if page is None or place is None:
            return None
        page["data"][place] = change(page["data"][place])
        return case.true.saying(page)

    return lie


def without_id(obj: Object) -> Object:
    return {name: value for name, value in obj.items() if name != "id"}


def with_empty_id(obj: Object) -> Object:
    return {**obj, "id": ""}


def of_another_kind(obj: Object) -> Object:
    """An object whose kind no list of the tests has."""
    return {**obj, "id": f"topup_{obj.get('id')}", "object": "topup"}


def sublist(change: Callable[[Object], Any]) -> Lie:
    """One sublist in an object of the answer is not what it should be."""

    def lie(case: Case) -> Answer | None:
        if case.true.status != 200:
            return None
        body = case.true.json()
        objects = body["data"] if case.page else [body]
        found = [place for obj in objects for place in _sublists(obj)]
        if not found:
            return None
        holder, name = found[case.pick % len(found)]
        holder[name] = change(holder[name])
        return case.true.saying(body)

    return lie


def _sublists(obj: Object) -> list[tuple[Object, str]]:
    """The places of the sublists that have items and are read to their ends."""
    resource = catalog().by_object(obj)
    found = []
    for field in resource.fields if resource else ():
        holder = at(obj, field.path[:-1])
        if field.kind != "sublist" or not field.read_to_end or not isinstance(holder, dict):
            continue
        inner = holder.get(field.path[-1])
        if isinstance(inner, dict) and inner.get("data"):
            found.append((holder, field.path[-1]))
    return found


def with_null_item(inner: Object) -> Object:
    return {**inner, "data": [None, *inner["data"][1:]]}
