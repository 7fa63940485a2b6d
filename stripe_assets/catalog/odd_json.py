"""JSON that not every program can read or keep: halves of surrogate pairs, integers beyond 64 bits,
NaN, numbers too large for a double, deep nesting.

orjson reads nearly every body. It refuses most of the others, and makes a double of an integer
beyond 64 bits. The standard library reads them all. Where a key comes twice, the last value counts
for both.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Self

import orjson

LEVELS = 500
"""How many objects and lists may stand inside each other."""
_TOKENS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)
_LONGEST_INTEGER = 1000
"""Digits. Python needs long to read longer integers, and refuses the longest."""


class OddNumber(float):
    """A number that no Python number holds, such as NaN and 1e400.

    Its value is the nearest double. orjson does not write it: a NaN would silently become null.
    """

    text: str
    """The number as the JSON has it."""

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number

    def __reduce__(self) -> tuple[type[Self], tuple[str]]:  # for a copy and a pickle
        return type(self), (self.text,)


class TooDeep(ValueError):
    """JSON with more than LEVELS levels."""

    def __str__(self) -> str:
        return f"it is nested more than {LEVELS} levels deep"


def loads(raw: bytes | str) -> Any:
    """The value of a JSON text, by orjson where it can.

    Raises ValueError for a text that is not JSON or is cut off, and TooDeep.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return exact_loads(raw)


def exact_loads(raw: bytes | str) -> Any:
    """The same by the standard library, with integers of any size. Numbers that Python does not
    have become OddNumber.

    Raises ValueError for a text that is not JSON or is cut off, and TooDeep.
    """
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "surrogatepass")
    if any(level > LEVELS for level in _levels(text)):
        raise TooDeep
    return _DECODER.decode(text)


def exact_text(value: Any) -> str:
    """The JSON text of a value, in ASCII."""
    return value.text if isinstance(value, OddNumber) else json.dumps(value)


def finite(number: float) -> float:
    """The number, as an OddNumber where it is NaN or infinite."""
    if math.isfinite(number) or isinstance(number, OddNumber):
        return number
    return OddNumber(json.dumps(number))


def _levels(text: str) -> Iterator[int]:
    """The level after each bracket."""
    level = 0
    for token in _TOKENS.finditer(text):
        if (sign := token[0]) in "[{":
            level += 1
            yield level
        elif sign in "]}":
            level -= 1


def _integer(text: str) -> int | OddNumber:
    return int(text) if len(text) <= _LONGEST_INTEGER else OddNumber(text)


def _number(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else OddNumber(text)


_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_number, parse_constant=OddNumber, strict=False
)
