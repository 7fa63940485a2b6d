"""A column as one text that PostgreSQL takes apart: next to no work for the driver, which looks at each value otherwise, or the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stripe_assets.mirror.tables.json_text import json_texts
from stripe_assets.mirror.tables.tables import ColumnKind, instant_texts
from stripe_assets.mirror.tables.values import decimal_texts

SEPARATOR, NULL = "\x1f", "\x1e"
"""Control characters that no JSON has, and hardly a text."""
LISTED = r"string_to_array(%s, E'\x1f', E'\x1e')"
"""What PostgreSQL makes of it; of a single empty text it would make nothing."""
_TEXTS: Mapping[ColumnKind, Callable[[Sequence[Any]], Sequence[Any]]] = {
    "text": lambda values: values,
    "bigint": lambda values: (
        [None if value is None else str(value) for value in values]
        if None in values
        else list(map(str, values))
    ),
    "double": lambda values: [None if value is None else repr(value) for value in values],
    "boolean": lambda values: [
        None if value is None else "t" if value else "f" for value in values
    ],
    "numeric": decimal_texts,
    "timestamp": instant_texts,
    "json": json_texts,
}


def column_text(kind: ColumnKind, values: Sequence[Any]) -> str | None:
    """None where a text has a character that has a meaning here, or NUL, which PostgreSQL does not take."""
    texts = _TEXTS[kind](values)
    nulls = texts.count(None)
    joined = SEPARATOR.join([NULL if text is None else text for text in texts] if nulls else texts)
    if kind == "text" and (
        "\0" in joined or joined.count(SEPARATOR) != len(texts) - 1 or joined.count(NULL) != nulls
    ):
        return None
    return None if kind == "json" and "\\u0000" in joined else joined
