"""How the threads of a run share the processor."""

from __future__ import annotations

import os
from contextlib import suppress


def work_in_batches() -> None:
    """From now on no woken thread interrupts this one: it works until it waits, or its time is up.

    Threads that this one starts inherit it. The threads of a run wake each other often, and only
    one of them holds the interpreter's lock. This works on Linux; elsewhere it does nothing.
    """
    with suppress(AttributeError, OSError):
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
