"""Rows and values as JSON documents, as PostgreSQL takes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain
from operator import itemgetter

from stripe_assets.mirror.columns import ColumnBatch
from stripe_assets.mirror.tables.json_text import strict_json_text
from stripe_assets.mirror.tables.layout import PRIMARY_KEY
from stripe_assets.mirror.tables.values import Unkeepable

_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def document_of(column_batches: Sequence[ColumnBatch]) -> str:
    """Rows in the order of their primary key. Raises Unkeepable, also for a NUL."""
    rows = sorted(chain.from_iterable(column_batches), key=itemgetter(*PRIMARY_KEY))
    text = strict_json_text(rows)
    if "\\u0000" in text and _NUL.search(text):
        raise Unkeepable
    return text


def without_nul(document: str) -> str:
    """PostgreSQL's text holds every character but NUL. The replacement character stands for it."""
    return _NUL.sub(r"\1\\ufffd", document) if "\\u0000" in document else document
