"""How the threads of a run share the processor."""

from __future__ import annotations

import os
from contextlib import suppress


def work_in_batches() -> None:
    """From now on whoever is woken does not interrupt this thread, nor those that it starts: it goes on until it waits, or its time is up.

    The threads of a run wake each other at every turn, and only one of them has the interpreter's lock. Linux; elsewhere nothing happens.
    """
    with suppress(AttributeError, OSError):
        if os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
