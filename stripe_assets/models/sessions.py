"""The session of rows that a call returns when the program passed no session."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event, orm

from stripe_assets.mirror import Mirror

_kept: WeakKeyDictionary[object, ReadingSession] = WeakKeyDictionary()
"""Row → its session. A session lives as long as one of its rows."""


class ReadingSession(orm.Session):
    """A session for reading only, in which relationships of its rows can be followed.

    It gives its connection back after each statement.
    """

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(mirror.engine, expire_on_commit=False)
        self.mirror = mirror
        event.listen(self, "loaded_as_persistent", _keep)

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        try:
            read = super().execute(*args, **kwargs).freeze()
        finally:
            self.rollback() if self.in_nested_transaction() else self.commit()
        return read()

    def scalars(self, *args: Any, **kwargs: Any) -> sa.ScalarResult[Any]:
        return self.execute(*args, **kwargs).scalars()


def _keep(session: ReadingSession, row: object) -> None:
    _kept[row] = session
