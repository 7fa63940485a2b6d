"""Rows as pandas DataFrames. No other module of this package imports pandas."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa

from stripe_assets.mirror import ColumnKind, Mirror
from stripe_assets.models.mapping import relations, tables
from stripe_assets.models.mirrors import the_mirror

DTYPES: Mapping[ColumnKind, str] = {
    "text": "string",
    "bigint": "Int64",
    "double": "Float64",
    "boolean": "boolean",
    "numeric": "object",
    "timestamp": "datetime64[us, UTC]",
    "json": "object",
}

Query = tuple[sa.Select[Any], dict[str, str]]
"""A statement, and column → dtype."""


def query(
    cls: type[Any],
    where: sa.ColumnElement[bool] | None,
    columns: Sequence[Any] | None,
    deleted: bool,
) -> Query:
    """The statement for `Model.frame`. Raises ValueError for an unknown column, or for none."""
    table = tables()[cls.resource.name]
    kinds = tables().layout.columns(cls.resource)
    names = (
        list(kinds)
        if columns is None
        else list(dict.fromkeys(_column(cls, kinds, column) for column in columns))
    )
    if not names:
        raise ValueError(f"{cls.__name__}.frame() needs at least one column")
    statement = sa.select(*(table.c[name] for name in names))
    if not deleted:
        statement = statement.where(table.c._deleted_at.is_(None))
    if where is not None:
        statement = statement.where(where)
    return statement, {name: DTYPES[kinds[name]] for name in names}


def whole(query: Query, mirror: Mirror | None) -> pd.DataFrame:
    """All rows in one frame. Raises MirrorError."""
    statement, dtypes = query
    with the_mirror(mirror).connection() as connection:
        return _frame(connection.execute(statement).all(), dtypes)


def chunks(query: Query, mirror: Mirror | None, size: int) -> Iterator[pd.DataFrame]:
    """Frames of at most `size` rows: at least one frame, so that the caller always sees the dtypes.

    The connection is in use until the iterator ends or is closed. Raises ValueError, MirrorError.
    """
    if size < 1:
        raise ValueError(f"chunksize={size}: a chunk needs at least one row")
    statement, dtypes = query
    with the_mirror(mirror).connection() as connection:
        some = False
        for rows in connection.execution_options(yield_per=size).execute(statement).partitions():
            some = True
            yield _frame(rows, dtypes)
        if not some:
            yield _frame([], dtypes)


def _frame(rows: Sequence[Any], dtypes: Mapping[str, str]) -> pd.DataFrame:
    values = list(zip(*rows, strict=True)) if rows else [()] * len(dtypes)
    series = {
        name: pd.Series(list(column), dtype=dtype)
        for (name, dtype), column in zip(dtypes.items(), values, strict=True)
    }
    return pd.DataFrame(series)


def _column(cls: type[Any], kinds: Mapping[str, ColumnKind], column: Any) -> str:
    """The name of a column. `column` is that name, the attribute's name, or the class attribute."""
    name = column if isinstance(column, str) else getattr(column, "key", None)
    attributes = relations().columns(cls.resource)
    found = name if name in kinds else attributes.get(str(name))
    if found is None:
        close = difflib.get_close_matches(str(name), [*kinds, *attributes], n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"{cls.__name__} has no column {name!r}.{hint}")
    return found
