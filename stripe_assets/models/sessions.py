"""The session of rows that are returned to a program which has given none."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy import event, orm

from stripe_assets.mirror import Mirror

_kept: WeakKeyDictionary[object, ReadingSession] = WeakKeyDictionary()
"""Row → its session, which is there for as long as one of its rows is."""


class ReadingSession(orm.Session):
    """For reading alone: relationships of its rows can be followed, and after each statement the connection is given back."""

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
