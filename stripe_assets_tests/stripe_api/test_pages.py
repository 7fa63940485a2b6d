from __future__ import annotations

from typing import Any

import pytest

from stripe_assets.stripe_api import MalformedPage, StripeError, items, next_cursor


def page(*ids: str, more: bool = False, **fields: Any) -> dict[str, Any]:
    return {
        "object": "list",
        "url": "/v1/things",
        "has_more": more,
        "data": [{"id": one} for one in ids],
        **fields,
    }


def test_a_page_has_items_and_the_next_one_starts_after_its_last() -> None:
    body = page("a", "b", more=True)
    assert items(body) == [{"id": "a"}, {"id": "b"}]
    assert next_cursor(body, "starting_after", asked="0") == "b"
    assert next_cursor(page("a", "b"), "starting_after") is None
    assert next_cursor(page(), "starting_after", asked="b") is None


@pytest.mark.parametrize(
    ("url", "cursor"),
    [
        ("/v2/core/accounts?page=x%3D%3D&limit=20", "/v2/core/accounts?page=x%3D%3D&limit=20"),
        ("https://api.stripe.com/v2/core/accounts?page=x", "/v2/core/accounts?page=x"),
        ("https://evil.example/v2/core/accounts?page=x", "/v2/core/accounts?page=x"),
        ("//evil.example/v2/core/accounts?page=x", "/v2/core/accounts?page=x"),
        ("https://user:pw@evil.example/v2/core/accounts?page=x#top", "/v2/core/accounts?page=x"),
        (None, None),
    ],
)
def test_the_next_page_of_a_v2_list_is_on_the_same_server(
    url: str | None, cursor: str | None
) -> None:
    assert next_cursor({"data": [], "next_page_url": url}, "next_page_url") == cursor


def test_a_page_of_a_v2_list_may_be_empty_and_have_a_next_page() -> None:
    assert (
        next_cursor(
            {"data": [], "next_page_url": "/v2/x?page=2"}, "next_page_url", asked="/v2/x?page=1"
        )
        == "/v2/x?page=2"
    )


@pytest.mark.parametrize(
    ("body", "paging", "asked"),
    [
        (page(more=True), "starting_after", None),
        (page("a", "b", more=True), "starting_after", "b"),
        (page("a", more=True), "none", None),
        ({"has_more": True, "data": [{"name": "x"}]}, "starting_after", None),
        ({"has_more": True, "data": [{"id": 7}]}, "starting_after", None),
        ({"data": {"id": "a"}}, "starting_after", None),
        ({"data": ["a"]}, "starting_after", None),
        ({"object": "balance"}, "starting_after", None),
        ({"object": "balance"}, "next_page_url", None),
        ({"data": [], "next_page_url": 7}, "next_page_url", None),
        ({"data": [], "next_page_url": "@evil.example/v1/x"}, "next_page_url", None),
        ({"data": [], "next_page_url": "https://evil.example"}, "next_page_url", None),
        ({"data": [], "next_page_url": "http://[bad/v2/x"}, "next_page_url", None),
        ({"data": [], "next_page_url": "/v2/x?page=1"}, "next_page_url", "/v2/x?page=1"),
        (
            {"data": [], "next_page_url": "https://api.stripe.com/v2/x?page=1"},
            "next_page_url",
            "/v2/x?page=1",
        ),
        ({"data": [], "has_more": True}, "next_page_url", None),
    ],
)
def test_a_list_that_cannot_be_read_to_its_end_is_an_error_and_no_endless_loop(
    body: dict[str, Any], paging: Any, asked: str | None
) -> None:
    with pytest.raises(MalformedPage) as caught:
        next_cursor(body, paging, asked=asked, path="/v1/things")
    assert isinstance(caught.value, StripeError) and "/v1/things" in str(caught.value)
