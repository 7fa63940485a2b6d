"""Which mirror a call uses when the program passes none: the session's, or the environment's."""

from __future__ import annotations

import os
import threading
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from stripe_assets.mirror import Mirror, database_url

_opening = threading.Lock()
_open: dict[tuple[object, str], Mirror] = {}
_of_engine: dict[sa.Engine, Mirror] = {}


def _after_fork() -> None:
    """Forgets the parent's connections: two processes on one connection confuse the database."""
    for mirror in (*_open.values(), *_of_engine.values()):
        mirror.engine.dispose(close=False)


os.register_at_fork(after_in_child=_after_fork)


def the_mirror(mirror: Mirror | None = None) -> Mirror:
    """The given mirror, or that of STRIPE_ASSETS_DATABASE_URL, opened once per process and URL.

    Raises MirrorError.
    """
    if mirror is not None:
        return mirror
    url = database_url()
    with _opening:
        # The path of a file can be relative.
        key = (url, os.getcwd())
        if key not in _open:
            _open[key] = Mirror.open()
        return _open[key]


def mirror_of(session: orm.Session | None, cls: type[Any]) -> Mirror:
    """The mirror in the database that the session uses for a mapped class.

    Without a session it is that of STRIPE_ASSETS_DATABASE_URL. Raises MirrorError.
    """
    if session is None:
        return the_mirror()
    engine = session.get_bind(orm.class_mapper(cls)).engine
    with _opening:
        if engine not in _of_engine:
            _of_engine[engine] = Mirror.on(engine)
        return _of_engine[engine]
