"""Scalars: from the API's form to the column's value and back, without any loss.

A value that its column cannot hold, or cannot give back letter by letter, raises `Misfit`. The
caller keeps the API's form in `_extra`. So no page fails because Stripe sends a field in another
form than its SDK declares.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import chain
from types import NoneType
from typing import Any

from stripe_assets.catalog.model import Field

Convert = Callable[[Any], Any]
ConvertAll = Callable[[Sequence[Any]], Sequence[Any]]

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
_INTEGERS, _LISTS, TEXTS = (frozenset({kind, NoneType}) for kind in (int, list, str))
_LONGEST_DECIMAL = 1000  # far below PostgreSQL's 131,072 digits, far above any amount
_PLAIN_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")


class Misfit(Exception):
    """The API's value does not go into the column and back unchanged.

    `column_value` is the nearest value that the column can hold.
    """

    def __init__(self, column_value: Any = None) -> None:
        super().__init__("the value does not fit its column")
        self.column_value = column_value


class Unkeepable(Exception):
    """A value that the database cannot keep as it is, such as text with half of a surrogate pair.

    Nothing has been sent to the database. `write.odd_values` finds the value.
    """


UNFIT = (Misfit, TypeError, ValueError, OverflowError, OSError)
"""What a conversion of many values raises. Their conversion one by one shows which value it is."""


def exact_type(field: Field) -> type | None:
    """The type whose values all go into the field's column as they are.

    None where each value has to be looked at.
    """
    if field.wire != "plain":
        return None
    return {"string": str, "reference": str, "boolean": bool, "float": float, "integer": int}.get(
        field.kind
    )


def to_column(field: Field) -> Convert | None:
    """The function that makes the column's value of an API value (never None), or raises Misfit.

    None for the kinds of fields that need more than a conversion.
    """
    if field.kind in ("json", "reference", "references", "sublist"):
        return None
    if field.kind == "timestamp":
        return _instant_from_text if field.wire == "rfc3339" else _instant_from_seconds
    if field.kind == "integer":
        return _integer_from_text if field.wire == "int64_string" else _integer
    return {"decimal": _decimal, "float": _float}.get(field.kind, _misfit)


def to_columns(field: Field) -> ConvertAll | None:
    """The function that does so with many values, nulls included.

    It raises one of UNFIT where a value does not fit. None where no function is quicker than
    `to_column` for each value.
    """
    if field.kind == "references":
        return _lists_of_ids
    if field.kind == "decimal":
        return _decimals
    return _instants_from_seconds if field.kind == "timestamp" and field.wire == "plain" else None


def to_wire(field: Field) -> Convert | None:
    """The function that makes the API's value of a column's value (never None).

    None where they are the same.
    """
    if field.kind == "timestamp":
        return instant_to_text if field.wire == "rfc3339" else _instant_to_seconds
    if field.kind == "integer" and field.wire == "int64_string":
        return str
    return decimal_text if field.kind == "decimal" else None


def decimal_text(value: Decimal) -> str:
    """A decimal without an exponent: `0.000001`, where str() returns 1E-6."""
    return format(value, "f")


def decimal_texts(values: Sequence[Decimal | None]) -> list[str | None]:
    """`decimal_text` of a column."""
    return [None if value is None else decimal_text(value) for value in values]


def instant_to_text(value: datetime) -> str:
    """The form of API v2: with milliseconds, or with microseconds where there are any."""
    text = value.astimezone(UTC).isoformat(
        timespec="microseconds" if value.microsecond % 1000 else "milliseconds"
    )
    return text[:-6] + "Z"


def _misfit(value: Any) -> Any:
    raise Misfit


def _integer(value: Any) -> int:
    if type(value) is int and INT64_MIN <= value <= INT64_MAX:
        return value
    raise Misfit


def _integer_from_text(value: Any) -> int:
    if type(value) is int and INT64_MIN <= value <= INT64_MAX:
        raise Misfit(value)
    if type(value) is not str or len(value) > 40:
        raise Misfit
    try:
        number = int(value)
    except ValueError:
        raise Misfit from None
    if not INT64_MIN <= number <= INT64_MAX:
        raise Misfit
    if str(number) != value:
        raise Misfit(number)
    return number


def _float(value: Any) -> float:
    if type(value) is int and -(2**53) <= value <= 2**53:
        return float(value)
    raise Misfit


def _decimal(value: Any) -> Decimal:
    if type(value) is str and len(value) <= _LONGEST_DECIMAL and _PLAIN_DECIMAL.fullmatch(value):
        number = Decimal(value)
        if number.is_zero() and value[0] == "-":
            raise Misfit(Decimal(value[1:]))
        return number
    if type(value) not in (str, int, float) or len(str(value)) > _LONGEST_DECIMAL:
        raise Misfit
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise Misfit from None
    raise Misfit(
        number if number.is_finite() and abs(number.adjusted()) < _LONGEST_DECIMAL else None
    )


def _decimals(values: Sequence[Any]) -> Sequence[Any]:
    if not TEXTS.issuperset(map(type, values)):
        raise TypeError
    number_of = {text: text if text is None else _decimal(text) for text in set(values)}
    return list(map(number_of.__getitem__, values))


def _instant_from_seconds(value: Any) -> datetime:
    if type(value) is not int:
        raise Misfit
    try:
        return _instant(value)
    except (ValueError, OverflowError, OSError):
        raise Misfit from None


def _instants_from_seconds(values: Sequence[Any]) -> Sequence[Any]:
    if not _INTEGERS.issuperset(map(type, values)):
        raise TypeError
    return [None if value is None else _instant(value) for value in values]


def _lists_of_ids(values: Sequence[Any]) -> Sequence[Any]:
    if not _LISTS.issuperset(map(type, values)) or not {str}.issuperset(
        map(type, chain.from_iterable(filter(None, values)))
    ):
        raise TypeError
    return values


@lru_cache(maxsize=4096)
def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _instant_to_seconds(value: datetime) -> int:
    return int(value.timestamp())


def _instant_from_text(value: Any) -> datetime:
    if type(value) is not str:
        raise Misfit
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise Misfit from None
    if instant.tzinfo is None:
        raise Misfit
    try:
        instant = instant.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misfit from None
    if instant_to_text(instant) != value:
        raise Misfit(instant)
    return instant
