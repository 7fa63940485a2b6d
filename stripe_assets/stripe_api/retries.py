"""Which answers are worth asking again, how long Stripe wants to be left alone, and which of its limits was met."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from stripe_assets.stripe_api.transport import Reply

LONGEST_PAUSE = 60.0
"""Seconds: no `Retry-After` holds a worker for longer."""


def worth_repeating(reply: Reply, body: Mapping[str, object] | None) -> bool:
    """Whether the same request may succeed later. `body` is the answer's JSON object, None when it is not one."""
    status = reply.status
    if status is None:
        return reply.transient
    if status == 401:
        return False
    advice = reply.headers.get("stripe-should-retry", "").strip().lower()
    if advice in ("true", "false"):
        return advice == "true"
    if 200 <= status < 300:  # cut off, or a proxy's page: an answer of Stripe's never gets here
        return body is None
    return status in (408, 409, 429) or status >= 500


def rate_limiter(reply: Reply) -> str | None:
    """The limiter that a 429 names, "" where it names none. None for every other answer.

    A lock timeout is a 429 too: somebody else has the object, at whatever rate it is asked for.
    """
    if reply.status != 429 or b'"lock_timeout"' in reply.body:
        return None
    return reply.headers.get("stripe-rate-limited-reason", "").strip().lower()


def pause(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that `Retry-After` asks for, 60 at most: given as a number or as a date. None when it does not say."""
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
