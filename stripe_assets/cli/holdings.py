"""What each account has of each model: its rows, and its sweep if it was ever swept; and what each key has of events to process."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from stripe_assets.mirror import Mirror, Owner, SweepStatus


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
    rows = mirror.live_rows.counts_of_all()
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
