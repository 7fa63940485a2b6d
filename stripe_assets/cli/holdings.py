"""What each account has of each model: its rows, and its sweep if it was ever swept; and what each key has of events to process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from stripe_assets.mirror import Mirror, Owner, SweepStatus

_SELECTS_A_STATEMENT = 100  # SQLite joins at most 500


@dataclass(frozen=True, slots=True)
class Holding:
    owner: Owner
    model: str
    rows: int
    """Live ones, now."""
    sweep: SweepStatus | None
    """None: its rows are there because others refer to them, or have them inside."""

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
    """Every (account, model) that has rows or was swept, by account and model. Raises MirrorError."""
    sweeps = {(sweep.owner, sweep.resource): sweep for sweep in mirror.sweeps.statuses()}
    rows = _rows(mirror)
    held = sorted({*sweeps, *rows}, key=lambda key: (key[0].account_id, key[0].livemode, key[1]))
    return [
        Holding(owner, model, rows.get((owner, model), 0), sweeps.get((owner, model)))
        for owner, model in held
    ]


def unsettled_events(mirror: Mirror, aliases: Iterable[str]) -> dict[str, dict[str, int]]:
    """Alias → state → how many events of the accounts that the key reached last are pending or failed; keys without any are left out."""
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
