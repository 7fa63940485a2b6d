"""The pages of a list: their items, and the cursor of the next page.

Pure functions of an answer's body.

They raise MalformedPage for a page after which a list would be read in circles, or would be called
complete although it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from stripe_assets.catalog.model import Paging
from stripe_assets.stripe_api.errors import Failure, MalformedPage
from stripe_assets.stripe_api.query import checked_path, path_and_query


def items(body: Mapping[str, Any], *, path: str = "") -> list[Any]:
    """The items of a page, those included that are no objects. See `is_usable`.

    Raises MalformedPage where the body is not a list.
    """
    data = body.get("data")
    if not isinstance(data, list):
        _refuse(body, path, f"the answer is not a list (object: {body.get('object')!r})")
    return data


def is_usable(item: object) -> bool:
    """Whether an item of a list is an object with an id."""
    return type(item) is dict and type(id := item.get("id")) is str and bool(id)


def next_cursor(
    body: Mapping[str, Any], paging: Paging, *, asked: str | None = None, path: str = ""
) -> str | None:
    """The cursor of the next page: the id of the last item, or the path and query of the next page.

    None after the last page.

    `asked` is the cursor of this page. Raises MalformedPage where the rest of the list cannot be
    read.
    """
    if paging == "next_page_url":
        return _next_url(body, asked, path)
    page, has_more = items(body, path=path), body.get("has_more")
    if type(has_more) is not bool:
        _refuse(body, path, f"has_more is neither true nor false but {has_more!r}")
    if not has_more:
        return None
    if paging == "none":
        _refuse(body, path, "has_more is true on a list that has no pages")
    last = next((item["id"] for item in reversed(page) if is_usable(item)), None)
    if last is None:
        _refuse(body, path, "has_more is true on a page without objects")
    if last == asked:
        _refuse(body, path, f"the page after {last} ends with {last} again")
    return last


def _next_url(body: Mapping[str, Any], asked: str | None, path: str) -> str | None:
    items(body, path=path)
    url = body.get("next_page_url")
    if url is None:
        if body.get("has_more"):
            _refuse(body, path, "has_more is true, but there is no next_page_url")
        return None
    if not isinstance(url, str):
        _refuse(body, path, "next_page_url is not text")
    try:
        following = checked_path(path_and_query(url))
    except ValueError:
        _refuse(body, path, "next_page_url is not a path of Stripe's API")
    if asked is not None and following == path_and_query(asked):
        _refuse(body, path, "next_page_url leads to the same page again")
    return following


def _refuse(body: Mapping[str, Any], path: str, problem: str) -> NoReturn:
    where = path or (body.get("url") if isinstance(body.get("url"), str) else "") or ""
    raise MalformedPage(Failure(path=where, message=problem)) from None
