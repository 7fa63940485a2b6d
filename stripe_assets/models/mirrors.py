"""The mirror that the environment names: what `mirror=None` means."""

from __future__ import annotations

import os
import threading

import sqlalchemy as sa
from sqlalchemy import orm

from stripe_assets.mirror import Mirror, database_url
from stripe_assets.models.model import model

_opening = threading.Lock()
_open: dict[tuple[object, str], Mirror] = {}
_of_engine: dict[sa.Engine, Mirror] = {}


def _after_fork() -> None:
    """A child has no use for its parent's connections: two processes on one confuse the database."""
    for mirror in (*_open.values(), *_of_engine.values()):
        mirror.engine.dispose(close=False)


os.register_at_fork(after_in_child=_after_fork)


def the_mirror(mirror: Mirror | None = None) -> Mirror:
    """This mirror, by default that of STRIPE_ASSETS_DATABASE_URL, opened once per process and URL. Raises MirrorError."""
    if mirror is not None:
        return mirror
    url = database_url()
    with _opening:
        # A file's path can be relative.
        key = (url, os.getcwd())
        if key not in _open:
            _open[key] = Mirror.open()
        return _open[key]


def mirror_of(session: orm.Session | None) -> Mirror:
    """The mirror in the session's database, by default that of STRIPE_ASSETS_DATABASE_URL. Raises MirrorError."""
    if session is None:
        return the_mirror()
    engine = session.get_bind(orm.class_mapper(model("account"))).engine
    with _opening:
        if engine not in _of_engine:
            _of_engine[engine] = Mirror.on(engine)
        return _of_engine[engine]
