"""Times as text of one width, so that the order of the texts is the order of the times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache

import orjson


@lru_cache(maxsize=4096)
def instant_text(value: datetime) -> str:
    """`2026-10-28 09:00:00.000000+00:00`. SQLite's own date functions read this form too.

    It is cached: a page has few different times, each many times.
    """
    return value.astimezone(UTC).isoformat(" ", "microseconds")


def instant_texts(values: Sequence[datetime | None]) -> Sequence[str | None]:
    """`instant_text` of a column.

    Nearly all times are whole seconds of UTC. These are written together, in a fifth of the time
    that one by one would take.
    """
    some = [value for value in values if value is not None]
    usual = bool(some) and all(type(value) is datetime and value.tzinfo is UTC for value in some)
    written = orjson.dumps(some).decode() if usual else "."
    if "." in written:
        return [None if value is None else instant_text(value) for value in values]
    texts = written[2:-2].replace("T", " ").replace("+00:00", ".000000+00:00").split('","')
    if len(texts) == len(values):
        return texts
    following = iter(texts)
    return [None if value is None else next(following) for value in values]
