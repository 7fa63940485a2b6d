"""Which accounts a key covers, and which it has lost."""

from __future__ import annotations

from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.mirror.small import NOON, OWNER, at

FIRST, SECOND = Owner("acct_a", False), Owner("acct_b", False)


def test_a_key_that_was_never_used_reaches_nobody(mirror: Mirror) -> None:
    mirror.accounts.set_covered("other", [OWNER], NOON)
    assert mirror.accounts.covered_by("acme") == ()


def test_the_own_account_comes_first(mirror: Mirror) -> None:
    assert mirror.accounts.set_covered("acme", [OWNER, SECOND, FIRST], NOON) == []
    assert mirror.accounts.covered_by("acme") == (OWNER, FIRST, SECOND)


def test_what_is_lost_is_said_once(mirror: Mirror) -> None:
    mirror.accounts.set_covered("acme", [OWNER, FIRST, SECOND], NOON)
    mirror.accounts.set_covered("beta", [SECOND], NOON)
    assert mirror.accounts.set_covered("acme", [OWNER, FIRST], at(1)) == [SECOND]
    assert mirror.accounts.set_covered("acme", [OWNER, FIRST], at(2)) == []
    assert mirror.accounts.covered_by("acme") == (OWNER, FIRST)
    assert mirror.accounts.covered_by("beta") == (SECOND,), "another key may reach it still"


def test_what_comes_back_can_be_lost_again(mirror: Mirror) -> None:
    for minutes, reached in enumerate([[OWNER, FIRST], [OWNER], [OWNER, FIRST]]):
        mirror.accounts.set_covered("acme", reached, at(minutes))
    assert mirror.accounts.covered_by("acme") == (OWNER, FIRST)
    assert mirror.accounts.set_covered("acme", [OWNER], at(9)) == [FIRST]


def test_a_key_of_another_account_has_another_own_one(mirror: Mirror) -> None:
    mirror.accounts.set_covered("acme", [OWNER, FIRST], NOON)
    assert mirror.accounts.set_covered("acme", [FIRST, OWNER], at(1)) == []
    assert mirror.accounts.covered_by("acme") == (FIRST, OWNER)
