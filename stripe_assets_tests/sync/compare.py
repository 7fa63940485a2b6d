"""Compares the rows of two mirrors."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog import catalog
from stripe_assets.mirror import Mirror

Key = tuple[str, str, str]
"""Model, account and id."""
Rows = dict[Key, dict[str, Any]]

BOOKKEEPING = (
    "_observed_at",
    "_synced_at",
    "_unlisted_at",
    "_deleted_at",
    "_read_at",
    "_api_version",
)


def live_rows(mirror: Mirror, models: Collection[str] = ()) -> Rows:
    """Returns the rows that were observed and are not deleted, without the columns that say how
    they came in.

    The place below a parent counts only where no route reads the row by itself. Otherwise two
    mirrors may have the row from different lists.
    """
    found: Rows = {}
    with mirror.connection() as connection:
        for name, table in mirror.tables.items():
            if models and name not in models:
                continue
            alone = catalog()[name].retrieve is not None
            columns = [
                c
                for c in table.c
                if not c.name.endswith(BOOKKEEPING)
                and not (alone and c.name.startswith(("_parent", "_position")))
            ]
            query = sa.select(*columns).where(
                table.c._observed_at.is_not(None), table.c._deleted_at.is_(None)
            )
            for row in connection.execute(query).mappings():
                found[name, row["_account_id"], row["id"]] = dict(row)
    return found


def differences(ours: Rows, fresh: Rows) -> list[str]:
    """Returns a line for each row of `fresh` that is missing in `ours`, or differs there. For the
    rows that only `ours` has, see `only_in`."""
    lines = []
    for key, row in fresh.items():
        mine = ours.get(key)
        if mine is None:
            lines.append(f"{key}: missing")
        else:
            other = {
                name: (mine.get(name), value)
                for name, value in row.items()
                if mine.get(name) != value
            }
            if other:
                lines.append(f"{key}: ours and fresh differ in {other}")
    return lines


def only_in(ours: Rows, fresh: Rows) -> set[Key]:
    return ours.keys() - fresh.keys()
