"""Ctrl-C and SIGTERM: the commands end with the exit codes that a shell expects, 130 and 143.

They do so during a Dagster run too.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interrupted(BaseException):
    """A signal asked the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__("Interrupted." if number == signal.SIGINT else "Terminated.")
        self.exit_code = 128 + number


def raise_on_signals() -> None:
    """Makes SIGINT and SIGTERM raise Interrupted in the main thread from now on."""
    signal.signal(signal.SIGINT, _raise)
    signal.signal(signal.SIGTERM, _raise)


@contextmanager
def raised_afterwards() -> Iterator[None]:
    """Raises Interrupted after the block, where a signal came during the block.

    It is for a block that handles the signals itself, as a Dagster run does: the block ends in its
    own way first. Dagster installs its own handlers, and its record of a run does not say which
    signal ended the run. But the interpreter writes each signal to its wake-up descriptor, whatever
    the handler is.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    previous = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    error: BaseException | None = None
    try:
        yield
    except BaseException as raised:  # whatever Dagster makes of a signal
        error = raised
    finally:
        signal.set_wakeup_fd(previous)
        raise_on_signals()
    received = _received(reader)
    os.close(writer)
    os.close(reader)
    if received is not None:
        raise Interrupted(received) from None
    if error is not None:
        raise error


def _received(reader: int) -> int | None:
    try:
        numbers = os.read(reader, 64)
    except BlockingIOError:
        return None
    return next((number for number in numbers if number in (signal.SIGINT, signal.SIGTERM)), None)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)
