"""JSON as the databases keep it.

Integers are exact up to 64 bits, floats have their shortest digits, text stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import orjson

from stripe_assets.mirror.tables.values import decimal_text

loads = orjson.loads


def json_text(value: Any) -> str:
    """A JSON value as text, or rows whose columns have datetimes and decimals too."""
    try:
        return orjson.dumps(value, default=_default).decode()
    except TypeError:
        # Integers over 64 bits, and text that is not Unicode (half of a surrogate pair). They are
        # rare, so the slow way will do.
        return json.dumps(value, default=_default)


def json_texts(values: Sequence[Any]) -> list[str | None]:
    """A column of JSON values as texts. None stays None."""
    dumps = orjson.dumps
    try:
        return [None if value is None else dumps(value).decode() for value in values]
    except TypeError:
        return [None if value is None else json_text(value) for value in values]


def _default(value: Any) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.isoformat()
