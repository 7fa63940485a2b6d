"""A column of values as one text, which PostgreSQL takes apart.

The driver would look at each single value, and the server would parse a document: both cost more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stripe_assets.mirror.tables.instant_text import instant_texts
from stripe_assets.mirror.tables.json_text import json_texts
from stripe_assets.mirror.tables.layout import ColumnKind
from stripe_assets.mirror.tables.values import decimal_texts

SEPARATOR, NULL = "\x1f", "\x1e"
"""Control characters. JSON never has them, and other texts hardly ever do."""
LISTED = r"string_to_array(%s, E'\x1f', E'\x1e')"
"""SQL that splits the text. PostgreSQL makes an empty list of a single empty text."""
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
    """The values as one text.

    None where a value has one of the two control characters, or NUL, which PostgreSQL refuses.
    """
    texts = _TEXTS[kind](values)
    nulls = texts.count(None)
    joined = SEPARATOR.join([NULL if text is None else text for text in texts] if nulls else texts)
    if kind == "text" and (
        "\0" in joined or joined.count(SEPARATOR) != len(texts) - 1 or joined.count(NULL) != nulls
    ):
        return None
    return None if kind == "json" and "\\u0000" in joined else joined
