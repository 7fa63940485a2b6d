"""What the database holds: each account's rows and last sweep of each model.

And for each key, how many events are still to be processed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from stripe_assets.mirror import Availability, Mirror, Owner, SweepStatus


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
    def availability(self) -> Availability | None:
        return self.sweep.availability if self.sweep else None


def holdings(mirror: Mirror) -> list[Holding]:
    """Returns every (account, model) that has rows or was swept, sorted. Raises MirrorError."""
    sweeps = {(sweep.owner, sweep.resource): sweep for sweep in mirror.sweeps.results.statuses()}
    rows = mirror.live_rows.counts_of_all()
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
