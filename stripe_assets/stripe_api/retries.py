"""What a reply says about another attempt: whether it may succeed, how long to wait, which rate
limit was exceeded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from stripe_assets.stripe_api.errors import error_fields
from stripe_assets.stripe_api.transport import Reply

LONGEST_PAUSE = 60.0
"""Seconds. A worker waits no longer for a `Retry-After`."""


def worth_repeating(reply: Reply, body: Mapping[str, object] | None) -> bool:
    """Whether the same request may succeed later.

    `body` is the reply's JSON object, None where it has none.
    """
    status = reply.status
    if status is None:
        return reply.transient
    if status == 401:
        return False
    advice = reply.headers.get("stripe-should-retry", "").strip().lower()
    if advice in ("true", "false"):
        return advice == "true"
    if 200 <= status < 300:  # without a JSON object: truncated, or a proxy's page
        return body is None
    if status in (408, 409, 429) or status >= 500:
        return True
    error = error_fields(body)  # a gateway's error has neither: the next one may be Stripe's
    return status >= 400 and not (error["type"] or error["code"])


def rate_limiter(reply: Reply) -> str | None:
    """The limiter that a 429 names, "" where it names none. None for every other reply.

    A lock timeout is a 429 as well, but no limiter: another request has locked the object, whatever
    the rate is.
    """
    if reply.status != 429 or b'"lock_timeout"' in reply.body:
        return None
    return reply.headers.get("stripe-rate-limited-reason", "").strip().lower()


def pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds to wait by `Retry-After`, which is a number or a date.

    At most LONGEST_PAUSE; None where there is no such header.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), LONGEST_PAUSE)
