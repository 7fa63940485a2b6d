"""A run shares one heap of the C library, and leaves old objects out of the search for cycles."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from stripe_assets.sync.engine.memory import fewer_cycle_searches

ALLOCATE = """
import ctypes, sys, threading
from stripe_assets.sync.engine.memory import share_one_heap

if "one" in sys.argv:
    share_one_heap()
together = threading.Barrier(4)

def work():
    kept = [bytes(2_000) for _ in range(1_000)]
    together.wait()

threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
ctypes.CDLL(None).malloc_stats()
"""


def heaps(*arguments: str, **environment: str) -> int:
    """Runs ALLOCATE in a process of its own. Returns how many heaps the C library reports."""
    variables = {
        name: value
        for name, value in os.environ.items()
        if name not in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")
    } | environment
    ended = subprocess.run(
        [sys.executable, "-c", ALLOCATE, *arguments],
        capture_output=True,
        text=True,
        env=variables,
        check=True,
    )
    return ended.stderr.count("Arena")


@pytest.mark.skipif(
    sys.platform != "linux" or not os.confstr("CS_GNU_LIBC_VERSION"),
    reason="glibc has a heap for each thread",
)
def test_the_threads_of_a_run_share_one_heap_unless_the_environment_says_otherwise() -> None:
    assert heaps() > 1
    assert heaps("one") == 1
    assert heaps("one", MALLOC_ARENA_MAX="3") == 3
    assert heaps("one", GLIBC_TUNABLES="glibc.malloc.arena_max=3") == 3


def test_a_run_leaves_what_was_there_before_out_of_the_search_for_cycles() -> None:
    threshold = gc.get_threshold()
    with fewer_cycle_searches():
        assert gc.get_freeze_count() > 0
        with fewer_cycle_searches():
            pass
        assert gc.get_freeze_count() > 0
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, threshold)


def test_a_run_does_not_thaw_what_the_program_has_frozen() -> None:
    gc.freeze()
    try:
        with fewer_cycle_searches():
            pass
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
