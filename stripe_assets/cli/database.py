"""The database as the commands open it.

They refuse a database in memory. A command that only reads does not make a missing database.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stripe_assets.cli.errors import BadInput

if TYPE_CHECKING:
    import sqlalchemy as sa

    from stripe_assets.mirror import Mirror


def opened() -> Mirror:
    """Opens the database, and makes it where it is missing. Raises BadInput and MirrorError."""
    from stripe_assets.mirror import Mirror

    _url()
    return Mirror.open()


@contextmanager
def opened_if_there() -> Iterator[Mirror | None]:
    """Yields the database, None where its file is missing. Raises BadInput and MirrorError."""
    from stripe_assets.mirror import database_file

    path = database_file(_url())
    if path is not None and not path.exists():
        yield None
        return
    with opened() as mirror:
        yield mirror


def shown() -> str:
    """Returns the database's URL without its password. Raises BadInput and MirrorError."""
    from stripe_assets.mirror.errors import shown_url

    return shown_url(_url())


def _url() -> sa.URL:
    from stripe_assets.mirror import database_url, is_in_memory

    url = database_url()
    if is_in_memory(url):
        raise BadInput(
            "STRIPE_ASSETS_DATABASE_URL names a database in memory, which is lost when the "
            "command ends. Name a file: sqlite:///FILE"
        )
    return url
