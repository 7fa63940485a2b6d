"""How many requests were sent for each account in the last 30 days, and how many Stripe allots it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from stripe_assets.mirror import Mirror, Owner

PERIOD = timedelta(days=30)
PER_TRANSACTION = 500
LEAST = 10_000
WARNED_FROM = 0.8
"""Of the allocation."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Of one account, in the last 30 days."""

    owner: Owner
    requests: int
    transactions: int
    """Live charges in the mirror, which has them as far as it was synced."""

    @property
    def allocation(self) -> int | None:
        """Reads that Stripe allots the account; None in test mode, which has no transactions to go by."""
        return max(LEAST, PER_TRANSACTION * self.transactions) if self.owner.livemode else None

    @property
    def share(self) -> float:
        """Of the allocation."""
        return self.requests / self.allocation if self.allocation else 0.0

    @property
    def is_high(self) -> bool:
        return self.share > WARNED_FROM


def reads(mirror: Mirror, now: datetime | None = None) -> dict[Owner, Reads]:
    """For each account that requests were sent for. Raises MirrorError."""
    begin = (now or datetime.now(UTC)) - PERIOD
    requests = mirror.request_counts.since(begin)
    charges = (
        mirror.live_rows.created_in_live_mode("charge", begin)
        if any(owner.livemode for owner in requests)
        else {}
    )
    return {
        owner: Reads(owner, requests[owner], charges.get(owner, 0)) for owner in sorted(requests)
    }
