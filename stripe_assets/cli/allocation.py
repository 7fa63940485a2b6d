"""Each account's requests in the last 30 days, and how many of them Stripe allots it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stripe_assets.catalog.roles import CHARGE
from stripe_assets.mirror import Mirror, Owner

PERIOD = timedelta(days=30)
PER_TRANSACTION = 500
LEAST = 10_000
WARNED_FROM = 0.8
"""The share of the allocation above which `status` warns."""


@dataclass(frozen=True, slots=True)
class Reads:
    """The requests of one account in the last 30 days."""

    owner: Owner
    requests: int
    transactions: int
    """Live charges in the database. It has only the charges that were synced."""

    @property
    def allocation(self) -> int | None:
        """How many reads Stripe allots the account. None in test mode: it has no transactions."""
        return max(LEAST, PER_TRANSACTION * self.transactions) if self.owner.livemode else None

    @property
    def share(self) -> float:
        """The requests as a share of the allocation; 0 without an allocation."""
        return self.requests / self.allocation if self.allocation else 0.0

    @property
    def is_high(self) -> bool:
        return self.share > WARNED_FROM


def reads(mirror: Mirror, now: datetime | None = None) -> dict[Owner, Reads]:
    """Returns the requests of each account that has any. Raises MirrorError."""
    begin = (now or datetime.now(UTC)) - PERIOD
    requests = mirror.request_counts.since(begin)
    charges = (
        mirror.live_rows.created_in_live_mode(CHARGE, begin)
        if any(owner.livemode for owner in requests)
        else {}
    )
    return {
        owner: Reads(owner, requests[owner], charges.get(owner, 0)) for owner in sorted(requests)
    }
