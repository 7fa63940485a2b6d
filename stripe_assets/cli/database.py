"""The database as the commands open it: never one in memory, never made only to find it empty."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
    path = _file(_url())
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
    from stripe_assets.mirror import database_url

    url = database_url()
    if url.get_backend_name() == "sqlite":
        name = url.database or ""
        if not name or ":memory:" in name or url.query.get("mode") == "memory":
            raise BadInput(
                "STRIPE_ASSETS_DATABASE_URL is a database in memory, lost when the command ends: write sqlite:///FILE"
            )
    return url


def _file(url: sa.URL) -> Path | None:
    """Of SQLite; None for a server, and for the `file:` addresses that only SQLite can read."""
    name = url.database or ""
    return None if url.get_backend_name() != "sqlite" or name.startswith("file:") else Path(name)
