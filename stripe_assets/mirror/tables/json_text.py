"""JSON as the databases keep it.

Integers are exact up to 64 bits, floats have their shortest digits, text stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from stripe_assets.mirror.tables.values import Unkeepable, decimal_text

loads = orjson.loads


def json_text(value: Any) -> str:
    """A JSON value of the mirror's own as text."""
    try:
        return strict_json_text(value)
    except Unkeepable:
        # Integers over 64 bits, deep nesting, text with half of a surrogate pair. They are rare, so
        # the slow way will do.
        return json.dumps(value, default=_default)


def strict_json_text(value: Any) -> str:
    """A JSON value as text, or rows whose columns have datetimes and decimals too.

    Raises Unkeepable.
    """
    try:
        return orjson.dumps(value, default=_default).decode()
    except TypeError as error:
        raise Unkeepable from error


def json_texts(values: Sequence[Any]) -> list[str | None]:
    """A column of JSON values as texts. None stays None. Raises Unkeepable."""
    dumps = orjson.dumps
    try:
        return [None if value is None else dumps(value).decode() for value in values]
    except TypeError as error:
        raise Unkeepable from error


def _default(value: Any) -> str:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError
