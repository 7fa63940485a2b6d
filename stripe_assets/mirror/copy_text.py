"""Columns as PostgreSQL's COPY takes them in its text format: made a column at a time, where the driver looks at each value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from stripe_assets.mirror.json_text import json_texts
from stripe_assets.mirror.tables import ColumnKind, instant_texts
from stripe_assets.mirror.values import decimal_text

_NULL = "\\N"
_NUL_IN: Mapping[ColumnKind, str] = {"text": "\0", "json": "\\u0000"}
_TEXTS: Mapping[ColumnKind, Callable[[Sequence[Any]], Sequence[str | None]]] = {
    "text": lambda values: values,
    "bigint": lambda values: [None if value is None else str(value) for value in values],
    "double": lambda values: [None if value is None else repr(value) for value in values],
    "boolean": lambda values: [None if value is None else "t" if value else "f" for value in values],
    "numeric": lambda values: [None if value is None else decimal_text(value) for value in values],
    "timestamp": instant_texts,
    "json": json_texts,
}


def copy_texts(kind: ColumnKind, values: Sequence[Any]) -> list[str] | None:
    """A column's values; None where a text has a NUL, which PostgreSQL does not take."""
    texts = _TEXTS[kind](values)
    if kind in _NUL_IN:
        joined = "".join(filter(None, texts))
        if _NUL_IN[kind] in joined:
            return None
        if any(character in joined for character in "\\\n\t\r"):
            return [_NULL if text is None else _escaped(text) for text in texts]
    return [_NULL if text is None else text for text in texts]


def copy_rows(columns: Iterable[Sequence[str]]) -> str:
    """The rows in the order of their first columns."""
    return "".join(f"{row}\n" for row in map("\t".join, sorted(zip(*columns, strict=True))))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
