"""Long inputs in parts, each short enough for a statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

IDS_PER_QUERY = 500


def chunks(values: Iterable[T], size: int = IDS_PER_QUERY) -> Iterator[list[T]]:
    """Yields the values in lists of at most `size`. Reads no further than the list it yields."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some
