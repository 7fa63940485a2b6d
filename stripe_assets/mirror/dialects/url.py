"""Which database: its URL, from the caller or the environment."""

from __future__ import annotations

import os

import sqlalchemy as sa
from sqlalchemy import exc

from stripe_assets.mirror.dialects import dialect_of
from stripe_assets.mirror.errors import InvalidDatabaseUrl, MirrorError

DEFAULT_URL = "sqlite:///stripe.db"


def database_url(text: str | None = None) -> sa.URL:
    """The URL of the database: this one, by default STRIPE_ASSETS_DATABASE_URL, else DEFAULT_URL. Raises InvalidDatabaseUrl."""
    text = text or os.environ.get("STRIPE_ASSETS_DATABASE_URL") or DEFAULT_URL
    try:
        url = sa.make_url(text)
    except (exc.ArgumentError, ValueError):
        url = None
    if url is None or not 0 < (url.port or 1) < 65536:
        raise InvalidDatabaseUrl(
            "the database's URL (STRIPE_ASSETS_DATABASE_URL) is none: write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"
        )
    try:
        dialect_of(url)
    except MirrorError as refusal:
        raise InvalidDatabaseUrl(str(refusal)) from None
    return url
