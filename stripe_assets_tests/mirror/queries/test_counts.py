"""A platform can have more connected accounts than a statement can have parameters."""

from __future__ import annotations

from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.mirror.small import OWNER


def test_rows_are_counted_for_thousands_of_accounts(mirror: Mirror) -> None:
    owners = [OWNER, *(Owner(f"acct_{number}", True) for number in range(40_000))]
    assert set(mirror.live_rows.counts(owners).values()) == {0}
    assert mirror.live_rows.counts_by_owner("customer", owners) == {}
