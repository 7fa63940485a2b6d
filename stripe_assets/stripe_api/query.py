"""Paths and query strings, written as Stripe reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import quote, urlsplit

_PATH = re.compile(r"/v[12]/[!-~]+")


def route_path(template: str, values: Mapping[str, str]) -> str:
    """The path of a template such as `/v1/customers/{customer}/tax_ids`, with its placeholders
    filled and quoted.

    An id may contain any character: a user chooses a coupon's id. Raises ValueError for a missing
    or empty value, which would make the path of another route.
    """

    def fill(match: re.Match[str]) -> str:
        value = values.get(match[1])
        if not value or value in (".", ".."):
            raise ValueError(f"{template}: {value!r} cannot be the value of {match[1]}")
        return quote(value, safe="")

    return re.sub(r"\{(\w+)\}", fill, template)


def checked_path(path: str) -> str:
    """The path itself.

    Raises ValueError for any other text: behind the server's address it could lead to another
    server.
    """
    if not _PATH.fullmatch(path) or "\\" in path or "#" in path:
        raise ValueError("a path of Stripe's API starts with /v1/ or /v2/ and has no spaces")
    return path


def path_and_query(url: str) -> str:
    """The part of a link after the host.

    The host is dropped, so that no link takes the key to another server.
    """
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def with_query(path: str, params: Mapping[str, object] | None) -> str:
    """The path with `params` added to its query. Values that are None are left out."""
    if not params:
        return path
    query = "&".join(f"{_key(name)}={quote(value, safe='')}" for name, value in _pairs(params))
    if not query:
        return path
    return f"{path}{'&' if '?' in path else '?'}{query}"


def _key(name: str) -> str:
    return quote(name, safe="[]")


def _pairs(params: Mapping[str, object], inside: str = "") -> Iterator[tuple[str, str]]:
    for name, value in params.items():
        key = f"{inside}[{name}]" if inside else name
        if isinstance(value, Mapping):
            yield from _pairs(value, key)
        elif isinstance(value, list | tuple):
            yield from _pairs({str(index): item for index, item in enumerate(value)}, key)
        elif value is not None:
            yield key, _text(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without a timezone cannot be sent to Stripe")
        return str(int(value.timestamp()))
    return str(value)
