"""Requests are counted by account and day, also by several programs at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.mirror.small import NOON, OWNER

OTHER = Owner("acct_b", True)
DAY = timedelta(days=1)


def test_counts_of_a_day_add_up(mirror: Mirror) -> None:
    mirror.request_counts.add({OWNER: 3, OTHER: 2**40}, NOON)
    mirror.request_counts.add({OWNER: 4}, NOON)
    mirror.request_counts.add({}, NOON)
    assert mirror.request_counts.since(NOON) == {OWNER: 7, OTHER: 2**40}


def test_counts_are_summed_from_a_day_on(mirror: Mirror) -> None:
    for days in range(4):
        mirror.request_counts.add({OWNER: 10**days}, NOON - days * DAY)
    assert mirror.request_counts.since(NOON) == {OWNER: 1}
    assert mirror.request_counts.since(NOON - 2 * DAY) == {OWNER: 111}
    assert mirror.request_counts.since(NOON + DAY) == {}


def test_programs_that_count_together_lose_nothing(mirror: Mirror) -> None:
    owners = [Owner(f"acct_{number}", False) for number in range(50)]
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda n: mirror.request_counts.add(dict.fromkeys(owners[:: (-1) ** n], 1), NOON),
                range(40),
            )
        )
    assert mirror.request_counts.since(NOON) == dict.fromkeys(owners, 40)


def test_a_count_is_committed_with_its_transaction(mirror: Mirror) -> None:
    with mirror.transaction() as connection:
        mirror.request_counts.add({OWNER: 3}, NOON, connection)
        assert connection.execute(mirror.tables.own["_read_count"].select()).all() == []
    assert mirror.request_counts.since(NOON) == {OWNER: 3}
