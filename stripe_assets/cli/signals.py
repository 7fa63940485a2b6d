"""Ctrl-C and SIGTERM: the commands end with the codes that a shell expects, 130 and 143, during a Dagster run too."""

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
    """From now on SIGINT and SIGTERM raise Interrupted in the main thread."""
    signal.signal(signal.SIGINT, _raise)
    signal.signal(signal.SIGTERM, _raise)


@contextmanager
def raised_afterwards() -> Iterator[None]:
    """For a block that takes the signals itself, as a Dagster run does: it may end in its own way, then Interrupted is raised.

    Dagster puts handlers of its own in place, and its record of a run does not say which signal ended it. The
    interpreter's wake-up descriptor is told of every signal whatever the handler.
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
