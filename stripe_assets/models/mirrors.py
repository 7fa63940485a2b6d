"""The mirror that the environment names: what `mirror=None` means."""

from __future__ import annotations

import os
import threading

from stripe_assets.mirror import Mirror
from stripe_assets.mirror.mirror import database_url

_opening = threading.Lock()
_open: dict[tuple[object, str], Mirror] = {}


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
