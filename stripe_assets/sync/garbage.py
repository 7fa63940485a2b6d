"""Python's search for cycles, put off while a run reads: pages are trees, which go without it, and searching them costs a fifth."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

OBJECTS = 100_000
"""Between two looks at the youngest: a few pages'."""

_lock = threading.Lock()
_runs = 0
_usual = gc.get_threshold()


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Of the process: it ends with the last run that is in it."""
    global _runs, _usual
    with _lock:
        if not _runs:
            _usual = gc.get_threshold()
            gc.set_threshold(max(OBJECTS, _usual[0]) if _usual[0] else 0, *_usual[1:])
        _runs += 1
    try:
        yield
    finally:
        with _lock:
            _runs -= 1
            if not _runs:
                gc.set_threshold(*_usual)
