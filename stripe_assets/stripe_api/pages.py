"""A list's pages: their items, and where the next one starts. Pure functions of a body.

They refuse what would end in a list that is read in circles, or that is called complete and is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NoReturn

from stripe_assets.stripe_api.errors import Failure, MalformedPage
from stripe_assets.stripe_api.query import checked_path, path_and_query

Paging = Literal["starting_after", "next_page_url", "none"]


def items(body: Mapping[str, Any], *, path: str = "") -> list[dict[str, Any]]:
    """The objects of a page. Raises MalformedPage when the body is no list."""
    data = body.get("data")
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        _refuse(body, path, f"the answer is no list of objects (object: {body.get('object')!r})")
    return data


def next_cursor(
    body: Mapping[str, Any], paging: Paging, *, asked: str | None = None, path: str = ""
) -> str | None:
    """What to ask the next page with: the last item's id, or path and query of the next page; None at the end.

    `asked` is the cursor that this page was asked with. Raises MalformedPage when the list could not be read to its end.
    """
    if paging == "next_page_url":
        return _next_url(body, asked, path)
    page = items(body, path=path)
    if not body.get("has_more"):
        return None
    if paging == "none":
        _refuse(body, path, "has_more on a list that has no pages")
    if not page:
        _refuse(body, path, "has_more on a page without objects")
    last = page[-1].get("id")
    if not isinstance(last, str) or not last:
        _refuse(body, path, "has_more after an object without an id")
    if last == asked:
        _refuse(body, path, f"the page after {last} ends with {last} again")
    return last


def _next_url(body: Mapping[str, Any], asked: str | None, path: str) -> str | None:
    items(body, path=path)
    url = body.get("next_page_url")
    if url is None:
        if body.get("has_more"):
            _refuse(body, path, "has_more without a next_page_url")
        return None
    if not isinstance(url, str):
        _refuse(body, path, "next_page_url is no text")
    try:
        following = checked_path(path_and_query(url))
    except ValueError:
        _refuse(body, path, "next_page_url is no address of Stripe's API")
    if asked is not None and following == path_and_query(asked):
        _refuse(body, path, "next_page_url is the page itself")
    return following


def _refuse(body: Mapping[str, Any], path: str, problem: str) -> NoReturn:
    where = path or (body.get("url") if isinstance(body.get("url"), str) else "") or ""
    raise MalformedPage(Failure(path=where, message=problem)) from None
