"""The session of rows that are returned to a program which has given none."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary, ref

from sqlalchemy import orm

from stripe_assets.mirror import Mirror

_of_thread = threading.local()


class ReadingSession(orm.Session):
    """For reading alone: relationships of its rows can be followed, and no transaction stays open."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(mirror.engine.execution_options(**mirror.dialect.without_transactions), expire_on_commit=False)
        self._mirror = ref(mirror)  # by which it is found: it must not keep it

    @property
    def mirror(self) -> Mirror | None:
        return self._mirror()


def session_of_thread(mirror: Mirror) -> ReadingSession:
    """The one of this thread for a mirror."""
    sessions: WeakKeyDictionary[Mirror, ReadingSession] | None = getattr(_of_thread, "sessions", None)
    if sessions is None:
        sessions = _of_thread.sessions = WeakKeyDictionary()
    session = sessions.get(mirror)
    if session is None:
        session = sessions[mirror] = ReadingSession(mirror)
    return session
