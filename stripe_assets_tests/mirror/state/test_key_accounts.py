"""Which accounts a key covers."""

from __future__ import annotations

from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.mirror.small import NOON, OWNER, at

FIRST, SECOND = Owner("acct_a", False), Owner("acct_b", False)


def test_an_unused_key_covers_no_account(mirror: Mirror) -> None:
    mirror.accounts.set_covered("other", [OWNER], NOON)
    assert mirror.accounts.covered_by("acme") == ()


def test_the_own_account_comes_first(mirror: Mirror) -> None:
    mirror.accounts.set_covered("acme", [OWNER, SECOND, FIRST], NOON)
    assert mirror.accounts.covered_by("acme") == (OWNER, FIRST, SECOND)


def test_a_lost_account_is_no_longer_covered(mirror: Mirror) -> None:
    mirror.accounts.set_covered("acme", [OWNER, FIRST, SECOND], NOON)
    mirror.accounts.set_covered("beta", [SECOND], NOON)
    for minutes in (1, 2):
        mirror.accounts.set_covered("acme", [OWNER, FIRST], at(minutes))
        assert mirror.accounts.covered_by("acme") == (OWNER, FIRST)
    assert mirror.accounts.covered_by("beta") == (SECOND,), "another key still covers it"


def test_a_lost_account_can_come_back_and_be_lost_again(mirror: Mirror) -> None:
    for minutes, covered in enumerate([(OWNER, FIRST), (OWNER,), (OWNER, FIRST), (OWNER,)]):
        mirror.accounts.set_covered("acme", covered, at(minutes))
        assert mirror.accounts.covered_by("acme") == covered


def test_a_key_of_another_account_has_another_own_account(mirror: Mirror) -> None:
    mirror.accounts.set_covered("acme", [OWNER, FIRST], NOON)
    mirror.accounts.set_covered("acme", [FIRST, OWNER], at(1))
    assert mirror.accounts.covered_by("acme") == (FIRST, OWNER)
