"""Stripe's answer: made from the bytes of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from stripe_assets.catalog import odd_json
from stripe_assets.catalog.model import SECRET_NAMES
from stripe_assets.stripe_api.errors import redact
from stripe_assets.stripe_api.keys import Secret
from stripe_assets.stripe_api.transport import Reply

_SECRET_NAMES = tuple(name.encode() for name in SECRET_NAMES)
_SECRET_ENDING = b"_secret" if all(name.endswith(b"_secret") for name in _SECRET_NAMES) else b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What Stripe answered to one GET."""

    body: dict[str, Any]
    observed_at: datetime
    """When the request was sent, by Stripe's clock (UTC). Never later than it was sent."""
    request_id: str | None
    bytes: int
    """Size of the JSON, uncompressed."""
    api_version: str
    """The version of the API in which Stripe rendered the body."""
    waited: float = 0.0
    """Seconds that the request waited for the rate budget before it was sent."""
    clean: bool = False
    """The body contains no field of SECRET_NAMES."""
    raw: bytes = field(default=b"", repr=False, compare=False)
    """The JSON. An integer beyond 64 bits is exact only there: `body` has the nearest double."""

    def exact_items(self, items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Objects of this answer, read again with integers of any size.

        `items`: the objects of its list, or its one object. It takes longer than the first reading.
        """
        body = odd_json.exact_loads(self.raw)
        data = body.get("data")
        found = data if isinstance(data, list) else [body]
        exact = {item.get("id"): item for item in found if isinstance(item, dict)}
        return [exact.get(item.get("id"), item) for item in items]


def json_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in a body.

    Returns None for a body without one, such as an HTML page or a truncated body, and for JSON that
    is too deep.
    """
    try:
        body = odd_json.loads(raw)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def is_clean(raw: bytes) -> bool:
    """Whether a body contains no name of SECRET_NAMES.

    For nearly every page, one search for the ending that all names share is enough. A search from
    the end takes a third of the time.
    """
    return raw.rfind(_SECRET_ENDING) < 0 or not any(name in raw for name in _SECRET_NAMES)


def unexpected(reply: Reply, secret: Secret) -> str:
    """The message of an error whose body has no message of Stripe's.

    `secret` is taken out of it.
    """
    if reply.status is not None and 300 <= reply.status < 400:
        return (
            "the server answered with a redirect, and no redirect is followed: "
            "set STRIPE_API_BASE to the API's own address"
        )
    if _is_too_deep(reply.body):
        return (
            f"the answer is JSON nested more than {odd_json.LEVELS} levels deep, and is not read: "
            "if it is Stripe's own answer, leave this model out and tell Stripe's support"
        )
    start = redact(reply.body[:200].decode(errors="replace"), secret.reveal())[:80]
    kind = reply.headers.get("content-type", "no content type")[:60]
    return f"the answer is not Stripe's JSON but {kind}, {len(reply.body)} bytes: {start}"


def _is_too_deep(raw: bytes) -> bool:
    try:
        odd_json.exact_loads(raw)
    except odd_json.TooDeep:
        return True
    except ValueError:
        return False
    return False
