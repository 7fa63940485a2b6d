"""What goes wrong with a database, as one line: what happened, to which database, what to do."""

from __future__ import annotations

import errno
import sqlite3

import sqlalchemy as sa
from sqlalchemy import exc

from stripe_assets.mirror.errors import MirrorError, shown_url

FAILURES = (exc.SQLAlchemyError, sqlite3.Error, OSError)
"""What a statement can raise. Errors of SQLite's own cursor are among them."""

_SQLITE_ADVICE = (
    (
        "database is locked",
        "the database is locked by another program; close it there, or try again when it is done",
    ),
    (
        "database table is locked",
        "the database is locked by another program; close it there, or try again when it is done",
    ),
    (
        "database or disk is full",
        "the disk is full; free some space and run again: what was committed is kept",
    ),
    (
        "unable to open database file",
        "the file cannot be opened; check that its folder exists and may be written to",
    ),
    ("file is not a database", "the file is not a SQLite database; name another file"),
    (
        "database disk image is malformed",
        "the file is damaged; restore it from a backup, or sync into a new file",
    ),
    ("readonly database", "the file or its folder is read-only; allow writing to both"),
    (
        "disk i/o error",
        "the disk reported an error; check that it is not full and that it is writable",
    ),
)

_POSTGRESQL_ADVICE = {
    "53100": "the server's disk is full; free some space there and run again: what was committed is"
    " kept",
    "53300": "the server has no connection left; close some, or raise max_connections",
    "28P01": "the server refused the user's password; check the URL",
    "28000": "the server refused the user; check the URL and the server's pg_hba.conf",
    "3D000": "there is no such database; create it (createdb) or check the URL",
    "42501": "the user lacks a permission; grant it CREATE on the database, or on the schema"
    " `stripe` if that exists",
    "25006": "the database is read-only; connect to the primary server",
    "57P01": "the server is shutting down; run again when it is back",
    "57P03": "the server is starting up; run again in a moment",
    "40P01": "another program kept rows locked (deadlock); run again",
    "55P03": "another program kept a lock; run again when it is done",
}


# The driver gives these errors no SQLSTATE.
_REFUSED_CONNECTIONS = (
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ("role ", "28000"),
    ("database ", "3D000"),
    ("too many clients", "53300"),
    ("starting up", "57P03"),
    ("shutting down", "57P01"),
)


def explained(error: Exception, url: sa.URL) -> MirrorError:
    """The MirrorError for an error of the driver, of SQLAlchemy or of the operating system.

    Parameters: url: the database's URL. Its password does not appear in the text.
    """
    where = shown_url(url)
    cause = error.orig if isinstance(error, exc.DBAPIError) and error.orig is not None else error
    text = (str(cause).strip() or type(cause).__name__).splitlines()[0][:300]
    if isinstance(cause, sqlite3.Error):
        return _explained_sqlite(cause, text, where)
    if isinstance(cause, OSError) and cause.errno == errno.ENOSPC:
        return MirrorError(
            f"{where}: the disk is full; free some space and run again: what was committed is kept"
        )
    state = getattr(cause, "sqlstate", None)
    if state in _POSTGRESQL_ADVICE:
        return MirrorError(f"{where}: {_POSTGRESQL_ADVICE[state]}")
    if isinstance(error, exc.OperationalError | exc.InterfaceError) and state is None:
        refusal = _refusal_in(text)
        if refusal is not None:
            return MirrorError(f"{where}: {_POSTGRESQL_ADVICE[refusal]}")
        return MirrorError(
            f"{where}: the database cannot be reached; check the URL and that the server runs"
            f" ({text})"
        )
    said = MirrorError(f"{where}: the database says: {text}")
    said.refused_values = isinstance(error, exc.DataError | exc.IntegrityError)
    return said


def _explained_sqlite(cause: sqlite3.Error, text: str, where: str) -> MirrorError:
    for sign, advice in _SQLITE_ADVICE:
        if sign in text.lower():
            return MirrorError(f"{where}: {advice}")
    said = MirrorError(f"{where}: SQLite says: {text}")
    said.refused_values = isinstance(cause, sqlite3.DataError | sqlite3.IntegrityError)
    return said


def _refusal_in(text: str) -> str | None:
    """The SQLSTATE of a refused connection, by what the server says."""
    _, fatal, reason = text.partition("FATAL")
    if not fatal:
        return None
    return next((state for sign, state in _REFUSED_CONNECTIONS if sign in reason), None)
