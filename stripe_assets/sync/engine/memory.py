"""What a run asks of the process's memory: pages are large, and soon gone."""

from __future__ import annotations

import functools
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

OBJECTS = 100_000
"""Between two looks at the youngest: a few pages'."""
_ARENA_MAX = -8
"""glibc's name for it in `mallopt`: M_ARENA_MAX."""

_lock = threading.Lock()
_runs = 0
_usual = gc.get_threshold()


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Puts off Python's search for cycles: pages are trees, which go without it, and searching them costs a fifth.

    Of the process: it ends with the last run that is in it.
    """
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


@functools.cache
def one_heap() -> None:
    """Lets all threads of the process allocate from one heap, for good, where the C library would give each its own (glibc).

    Each would keep what its pages took up, tens of MB together; and as threads allocate while they hold the interpreter's lock, none
    waits for another. What the environment says of it counts for more.
    """
    if "MALLOC_ARENA_MAX" in os.environ or "arena_max" in os.environ.get("GLIBC_TUNABLES", ""):
        return
    with suppress(
        ImportError, OSError, AttributeError, TypeError
    ):  # another C library, or a Python that cannot call one
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
