"""What the mirror raises."""

from __future__ import annotations

import sqlalchemy as sa


class MirrorError(Exception):
    """The database could not be opened, read or written.

    The text is one line: what happened, to which database, and what to do. It has no password and
    no values of rows.
    """

    refused_values: bool = False
    """The database works, but it refuses these rows. It may accept others."""


class InvalidDatabaseUrl(MirrorError):
    """The mirror cannot use the database's URL. It has not tried to connect."""


def shown_url(url: sa.URL) -> str:
    """A database URL that may be logged: without the password and the query.

    The query can have a password too.
    """
    return url.set(drivername=url.get_backend_name(), query={}).render_as_string(hide_password=True)
