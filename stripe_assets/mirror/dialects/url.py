"""Which database: its URL, from the caller or the environment."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import exc

from stripe_assets.mirror.dialects import dialect_of
from stripe_assets.mirror.errors import InvalidDatabaseUrl, MirrorError

DEFAULT_URL = "sqlite:///stripe.db"


def database_url(text: str | None = None) -> sa.URL:
    """The URL of the database: `text`, else STRIPE_ASSETS_DATABASE_URL, else DEFAULT_URL.

    Raises InvalidDatabaseUrl.
    """
    text = text or os.environ.get("STRIPE_ASSETS_DATABASE_URL") or DEFAULT_URL
    try:
        url = sa.make_url(text)
    except (exc.ArgumentError, ValueError):
        url = None
    if url is None or not 0 < (url.port or 1) < 65536:
        raise InvalidDatabaseUrl(
            "the database's URL (STRIPE_ASSETS_DATABASE_URL) is not valid: write sqlite:///FILE"
            " or postgresql://USER:PASSWORD@HOST/NAME"
        )
    try:
        dialect_of(url)
    except MirrorError as refusal:
        raise InvalidDatabaseUrl(str(refusal)) from None
    return url


def is_in_memory(url: sa.URL) -> bool:
    """Whether the database is in the memory of the process that opens it, and is lost with it."""
    return dialect_of(url).is_in_memory(url)


def database_file(url: sa.URL) -> Path | None:
    """The file of the database. None for a server, and for an address that only SQLite can read."""
    return dialect_of(url).database_file(url)
