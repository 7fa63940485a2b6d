"""What the database holds: each account's rows and last sweep of each model.

And for each key, how many events are still to be processed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror import Mirror, Owner, SweepStatus

_SELECTS_A_STATEMENT = 100  # SQLite allows 500 in a compound SELECT


@dataclass(frozen=True, slots=True)
class Holding:
    """What one account has of one model."""

    owner: Owner
    model: str
    rows: int
    """How many there are now, without deleted ones."""
    sweep: SweepStatus | None
    """None: the model was never swept. Other rows refer to its rows, or contain them."""

    @property
    def finished_at(self) -> datetime | None:
        return self.sweep.last_finished_at if self.sweep else None

    @property
    def unfinished(self) -> bool:
        return self.sweep is not None and self.sweep.unfinished

    @property
    def availability(self) -> str | None:
        return self.sweep.availability if self.sweep else None


def holdings(mirror: Mirror) -> list[Holding]:
    """Returns every (account, model) that has rows or was swept, sorted. Raises MirrorError."""
    sweeps = {(sweep.owner, sweep.resource): sweep for sweep in mirror.sweeps.statuses()}
    rows = _rows(mirror)
    held = sorted({*sweeps, *rows}, key=lambda key: (key[0].account_id, key[0].livemode, key[1]))
    return [
        Holding(owner, model, rows.get((owner, model), 0), sweeps.get((owner, model)))
        for owner, model in held
    ]


def unsettled_events(mirror: Mirror, aliases: Iterable[str]) -> dict[str, dict[str, int]]:
    """Returns alias → state → how many events are pending or failed.

    They are the events of the accounts that the key's last run reached. Keys without such events
    are left out.
    """
    counts = {
        alias: mirror.ledger.unsettled_counts(mirror.accounts.covered_by(alias))
        for alias in aliases
    }
    return {alias: its for alias, its in counts.items() if its}


def _rows(mirror: Mirror) -> dict[tuple[Owner, str], int]:
    queries: list[Any] = []
    for name, table in mirror.tables.items():
        owner = (table.c._account_id, table.c._livemode)
        query = sa.select(sa.literal_column(f"'{name}'"), *owner, sa.func.count()).select_from(
            table
        )
        queries.append(query.where(table.c._deleted_at.is_(None)).group_by(*owner))
    found: dict[tuple[Owner, str], int] = {}
    with mirror.connection() as connection:
        for start in range(0, len(queries), _SELECTS_A_STATEMENT):
            counted: Any = connection.execute(
                sa.union_all(*queries[start : start + _SELECTS_A_STATEMENT])
            )
            found.update(
                {
                    (Owner(account_id, livemode), name): rows
                    for name, account_id, livemode, rows in counted
                }
            )
    return found
