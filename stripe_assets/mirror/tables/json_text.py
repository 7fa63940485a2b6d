"""JSON as the databases keep it: exact 64-bit integers, floats by their shortest digits, text as it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from stripe_assets.mirror.tables.values import decimal_text

loads = orjson.loads


def json_text(value: Any) -> str:
    """A JSON value, or rows of columns with datetimes and decimals in them, as text."""
    try:
        return orjson.dumps(value, default=_default).decode()
    except TypeError:
        # Integers over 64 bits, and text that is no Unicode (half of a surrogate pair): rare, so the slow way is good enough.
        return json.dumps(value, default=_default)


def json_texts(values: Sequence[Any]) -> list[str | None]:
    """A column of JSON values; None stays None."""
    dumps = orjson.dumps
    try:
        return [None if value is None else dumps(value).decode() for value in values]
    except TypeError:
        return [None if value is None else json_text(value) for value in values]


def _default(value: Any) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat()
