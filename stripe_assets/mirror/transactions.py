"""Connections and transactions of one database. Every store of the mirror uses them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TypeVar

import sqlalchemy as sa

from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.dialects.failures import FAILURES, explained
from stripe_assets.mirror.errors import MirrorError, shown_url

T = TypeVar("T")

_RETRIED = frozenset({"40P01", "40001"})
"""SQLSTATEs of a deadlock and a serialization failure. The other transaction has ended by now."""
_ATTEMPTS = 8


class Transactions:
    """The transactions of an engine. Thread-safe. Errors of the database become MirrorError."""

    def __init__(self, engine: sa.Engine, dialect: Dialect) -> None:
        self.engine = engine
        self.dialect = dialect

    @property
    def url(self) -> str:
        """The database's URL without its password."""
        return shown_url(self.engine.url)

    @property
    def in_memory(self) -> bool:
        """Whether the database is in this process's memory, and all threads share a connection."""
        return isinstance(self.engine.pool, sa.StaticPool)

    @contextmanager
    def connection(self, given: sa.Connection | None = None) -> Iterator[sa.Connection]:
        """Yields a connection for reading: `given`, or a new one. Raises MirrorError."""
        with (
            self.explaining(),
            nullcontext(given) if given is not None else self.engine.connect() as connection,
        ):
            yield connection

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """Yields the connection of a transaction for writing, and commits it at the end.

        Raises MirrorError. Nothing is written then.
        """
        with (
            self.explaining(),
            self.engine.connect().execution_options(writes=True) as connection,
            connection.begin(),
        ):
            yield connection

    def change(
        self, work: Callable[[sa.Connection], T], connection: sa.Connection | None = None
    ) -> T:
        """Calls `work` in one transaction and returns its result.

        After a deadlock or a serialization failure, `work` is called again in a new transaction.
        With `connection`, `work` is called once, as a part of the transaction of that connection.
        Raises MirrorError.
        """
        if connection is not None:
            with self.explaining():
                return work(connection)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self.transaction() as connection:
                    return work(connection)
            except MirrorError as error:
                state = getattr(getattr(error.__cause__, "orig", None), "sqlstate", None)
                if state not in _RETRIED or attempt == _ATTEMPTS:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))
        raise AssertionError("unreachable")

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turns the errors of the database into MirrorError."""
        try:
            yield
        except FAILURES as error:
            raise explained(error, self.engine.url) from error
