"""The database as the commands open it: never one in memory, never made only to find it empty."""
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
    """The database, made where there is none. Raises BadInput and MirrorError."""
    from stripe_assets.mirror import Mirror

    _url()
    return Mirror.open()


@contextmanager
def opened_if_there() -> Iterator[Mirror | None]:
    """The database, None where its file is missing. Raises BadInput and MirrorError."""
    from stripe_assets.mirror import database_file

    path = database_file(_url())
    if path is not None and not path.exists():
        yield None
        return
    with opened() as mirror:
        yield mirror


def shown() -> str:
    """The database's URL without its password. Raises BadInput and MirrorError."""
    from stripe_assets.mirror import shown_url

    return shown_url(_url())


def _url() -> sa.URL:
    from stripe_assets.mirror import database_url, is_in_memory

    url = database_url()
    if is_in_memory(url):
        raise BadInput(
            "STRIPE_ASSETS_DATABASE_URL is a database in memory, lost when the command ends: write sqlite:///FILE"
        )
    return url
