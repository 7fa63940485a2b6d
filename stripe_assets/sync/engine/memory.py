"""How a run uses the memory of its process: pages are large, and live for a moment."""

from __future__ import annotations

import functools
import gc
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

OBJECTS = 100_000
"""Objects between two searches of the youngest generation: those of a few pages."""
_ARENA_MAX = -8
"""M_ARENA_MAX, the parameter of glibc's `mallopt`."""

_lock = threading.Lock()
_runs = 0
_usual = gc.get_threshold()
_froze = False


@contextmanager
def fewer_cycle_searches() -> Iterator[None]:
    """Makes Python search for reference cycles less often while a run is in the context.

    Pages are trees, which have no cycles. To search them costs a fifth of the time. What is there
    before the first run (modules, the catalog) is left out of the searches, unless the program has
    frozen objects itself. The settings belong to the process: the last run that leaves the context
    restores them.
    """
    global _runs, _usual, _froze
    with _lock:
        if not _runs:
            _usual = gc.get_threshold()
            gc.set_threshold(max(OBJECTS, _usual[0]) if _usual[0] else 0, *_usual[1:])
            _froze = not gc.get_freeze_count()
            if _froze:
                gc.freeze()
        _runs += 1
    try:
        yield
    finally:
        with _lock:
            _runs -= 1
            if not _runs:
                gc.set_threshold(*_usual)
                if _froze:
                    gc.unfreeze()


@functools.cache
def share_one_heap() -> None:
    """Makes all threads of the process allocate from one heap, for good (glibc only).

    With a heap each, every thread would keep what its pages took: tens of MB together. No thread
    waits for another, as threads allocate while they hold the interpreter's lock. A setting of the
    environment wins.
    """
    if "MALLOC_ARENA_MAX" in os.environ or "arena_max" in os.environ.get("GLIBC_TUNABLES", ""):
        return
    with suppress(
        ImportError, OSError, AttributeError, TypeError
    ):  # another C library, or a Python that cannot call one
        import ctypes  # noqa: PLC0415

        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)
