"""Which processes use an account: their runs hold leases until they end or are killed."""

from __future__ import annotations

from datetime import timedelta

from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.mirror.small import NOON, OWNER, at

OTHER = Owner("acct_b", False)
LEASE = timedelta(seconds=20)


def renew(
    mirror: Mirror, run_id: str, process: str, *owners: Owner, minute: int = 0
) -> dict[Owner, int]:
    return mirror.leases.renew(run_id, process, owners, at(minute), at(minute) + LEASE)


def test_processes_are_counted_and_not_their_runs(mirror: Mirror) -> None:
    assert renew(mirror, "run_1", "p", OWNER, OTHER) == {OWNER: 1, OTHER: 1}
    assert renew(mirror, "run_2", "p", OWNER) == {OWNER: 1}
    assert renew(mirror, "run_3", "q", OWNER) == {OWNER: 2}
    assert renew(mirror, "run_1", "p", OWNER, OTHER) == {OWNER: 2, OTHER: 1}


def test_the_modes_of_an_account_are_counted_separately(mirror: Mirror) -> None:
    renew(mirror, "run_1", "p", Owner("acct_a", True))
    assert renew(mirror, "run_2", "q", Owner("acct_a", False)) == {Owner("acct_a", False): 1}


def test_a_run_that_ended_leaves_its_share(mirror: Mirror) -> None:
    renew(mirror, "run_1", "p", OWNER)
    assert renew(mirror, "run_2", "q", OWNER) == {OWNER: 2}
    mirror.leases.release("run_1", NOON)
    assert renew(mirror, "run_2", "q", OWNER) == {OWNER: 1}


def test_a_run_that_was_killed_is_forgotten_with_its_lease(mirror: Mirror) -> None:
    renew(mirror, "killed", "p", OWNER)
    assert renew(mirror, "run_2", "q", OWNER, minute=1) == {OWNER: 1}
    mirror.leases.release("run_2", at(1))
    with mirror.connection() as connection:
        assert connection.execute(mirror.tables.own["_lease"].select()).all() == []


def test_thousands_of_accounts_are_a_few_statements(mirror: Mirror) -> None:
    owners = [Owner(f"acct_{number}", False) for number in range(3_000)]
    renew(mirror, "run_1", "p", *owners)
    assert renew(mirror, "run_2", "q", *owners) == dict.fromkeys(owners, 2)
