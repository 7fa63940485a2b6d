"""One module for each SQL dialect's differences. No other package asks which dialect it has.

`DIALECTS` has the dialect for the backend of a database's URL. May import `mirror.tables` and the
modules of plain data at the top of `mirror`.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from stripe_assets.mirror.errors import MirrorError, shown_url

if TYPE_CHECKING:
    import sqlalchemy as sa

    from stripe_assets.mirror.dialects.base import Dialect

DIALECTS: Mapping[str, str] = {
    "sqlite": "stripe_assets.mirror.dialects.sqlite:SQLite",
    "postgresql": "stripe_assets.mirror.dialects.postgresql:PostgreSQL",
    "postgres": "stripe_assets.mirror.dialects.postgresql:PostgreSQL",
}
"""Backend of a URL → module and class. A program on SQLite does not import PostgreSQL's."""


def dialect_of(url: sa.URL) -> Dialect:
    """The dialect for a URL. Raises MirrorError for any other database."""
    backend = url.get_backend_name()
    if backend not in DIALECTS:
        raise MirrorError(
            f"{shown_url(url)}: {backend} is not supported; use SQLite (sqlite:///FILE) or"
            " PostgreSQL (postgresql://…)"
        )
    module, _, name = DIALECTS[backend].partition(":")
    return getattr(import_module(module), name)()
