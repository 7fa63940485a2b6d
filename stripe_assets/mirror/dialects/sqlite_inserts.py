"""The text of SQLite's INSERT statements, made once for each table, set of columns and number of
rows."""

from __future__ import annotations

from functools import lru_cache

from stripe_assets.mirror.dialects.base import quoted, quoted_list

LATEST = "?1"
"""The parameter with `WriteTimes.latest`."""


@lru_cache(maxsize=256)
def insert_sql(
    table: str, names: tuple[str, ...], conflict: str, *, once: int = 0, rows: int = 1
) -> str:
    """Parameters: once: how many columns, the first ones, have one value for all rows.

    The statement's first parameter is LATEST, whether `conflict` names it or not.
    """
    width = len(names) - once
    same = [f"?{number}" for number in range(2, once + 2)]
    starts = range(once + 2, once + 2 + width * rows, width)
    values = ", ".join(
        f"({', '.join([*same, *(f'?{number}' for number in range(start, start + width))])})"
        for start in starts
    )
    return f"INSERT INTO {quoted(table)} ({quoted_list(names)}) VALUES {values} {conflict}"
