"""`stripe-assets keys` against the sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from stripe_assets.mirror import KeyStore, Mirror, StoredKey
from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.cli.conftest import Command

Stored = Callable[[], list[StoredKey]]
FERNET = Fernet.generate_key().decode()


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    def read() -> list[StoredKey]:
        with Mirror.open(f"sqlite:///{tmp_path}/stripe.db") as mirror:
            return KeyStore(mirror).list()

    return read


def test_a_key_is_checked_stored_encrypted_listed_and_removed(
    command: Command, stripe: dict[str, str], stored: Stored, tmp_path: Path
) -> None:
    added = command(
        "keys",
        "add",
        "acme",
        "--connected",
        "none",
        input="sk_test_sandbox\n",
        STRIPE_ASSETS_ENCRYPTION_KEY=FERNET,
        **stripe,
    )
    assert added.returncode == 0, added.stderr
    assert "sk_test_sandbox" not in added.stdout + added.stderr
    assert b"sk_test_sandbox" not in (tmp_path / "stripe.db").read_bytes()

    (listed,) = json.loads(
        command("keys", "list", "--json", STRIPE_ASSETS_ENCRYPTION_KEY=FERNET).stdout
    )
    assert listed == {
        "alias": "acme",
        "account": "acct_1SandboxPlatform",
        "mode": "test",
        "kind": "secret",
        "last4": "dbox",
        "connected": "none",
        "source": "database (encrypted)",
        "problem": None,
    }
    assert command("keys", "remove", "acme").returncode == 0
    assert stored() == []


def test_from_env_stores_the_variables_name(
    command: Command, stripe: dict[str, str], stored: Stored
) -> None:
    added = command("keys", "add", "acme", "--from-env", "MINE", MINE="rk_test_sandbox", **stripe)
    assert added.returncode == 0, added.stderr
    assert [(key.variable, key.kind, key.account_id) for key in stored()] == [
        ("MINE", "restricted", "acct_1SandboxPlatform")
    ]


def test_without_an_encryption_key_nothing_is_stored(
    command: Command, stripe: dict[str, str], stored: Stored
) -> None:
    done = command("keys", "add", "acme", input="sk_test_sandbox\n", **stripe)
    assert done.returncode == 2
    assert "STRIPE_ASSETS_ENCRYPTION_KEY" in done.stderr
    assert stored() == []


def test_a_key_that_stripe_refuses_is_not_stored(
    command: Command, stripe: dict[str, str], stored: Stored
) -> None:
    done = command(
        "keys",
        "add",
        "acme",
        input="sk_test_neverissued\n",
        STRIPE_ASSETS_ENCRYPTION_KEY=FERNET,
        **stripe,
    )
    assert done.returncode == 1
    assert "401" in done.stderr
    assert "keys add" not in done.stderr
    assert "neverissued" not in done.stderr
    assert stored() == []


def test_an_alias_stays_with_its_account(
    command: Command, stripe: dict[str, str], tmp_path: Path
) -> None:
    with Mirror.open(f"sqlite:///{tmp_path}/stripe.db") as mirror:
        KeyStore(mirror).add(
            "acme",
            None,
            variable="OLD",
            account_id="acct_1Other",
            livemode=False,
            kind="secret",
            last4="0000",
        )
    done = command("keys", "add", "acme", "--from-env", "MINE", MINE="sk_test_second", **stripe)
    assert done.returncode == 2
    assert "another alias" in done.stderr


def test_the_account_of_a_key_can_be_named(
    command: Command, stripe: dict[str, str], stripe_server: Sandbox
) -> None:
    stripe_server.control("only", prefixes=["/v1/coupons"])
    unnamed = command("keys", "add", "acme", "--from-env", "MINE", MINE="sk_test_sandbox", **stripe)
    assert unnamed.returncode == 2
    assert "--account" in unnamed.stderr
    named = command(
        "keys",
        "add",
        "acme",
        "--from-env",
        "MINE",
        "--account",
        "acct_1Mine",
        MINE="sk_test_sandbox",
        **stripe,
    )
    assert named.returncode == 0, named.stderr
    assert "acct_1Mine" in named.stdout


def test_stored_keys_that_cannot_be_used_say_why(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_ASSETS_ENCRYPTION_KEY", FERNET)
    own = {"account_id": "acct_1Mine", "livemode": False, "kind": "secret", "last4": "0000"}
    with Mirror.open(f"sqlite:///{tmp_path}/stripe.db") as mirror:
        KeyStore(mirror).add("named", None, variable="MINE", **own)
        KeyStore(mirror).add("sealed", "sk_test_madeup0000", **own)
    other = {"STRIPE_ASSETS_ENCRYPTION_KEY": Fernet.generate_key().decode()}
    named, sealed = json.loads(command("keys", "list", "--json", **other).stdout)
    assert "MINE" in named["problem"]
    assert "not the key that it was encrypted with" in sealed["problem"]
    shown = command("keys", "list", STRIPE_ASSETS_ENCRYPTION_KEY="none", COLUMNS="40")
    assert shown.returncode == 0
    assert "variable MINE" in shown.stderr
    assert "not a valid Fernet key" in shown.stderr
    assert "last four: 0000" in shown.stdout


@pytest.mark.parametrize(
    ("connected", "code", "said"),
    [
        ("acct_1SandboxAtelier0", 0, ""),
        ("acct_1SandboxAtelier0,acct_1Nobody", 2, "acct_1Nobody cannot be read"),
        (" , ", 2, "names no account"),
        ("acct_1SandboxPlatform", 2, "own account"),
    ],
)
def test_chosen_connected_accounts_are_checked(
    command: Command, stripe: dict[str, str], tmp_path: Path, connected: str, code: int, said: str
) -> None:
    done = command(
        "keys",
        "add",
        "acme",
        "--from-env",
        "MINE",
        "--connected",
        connected,
        MINE="sk_test_sandbox",
        **stripe,
    )
    assert done.returncode == code, done.stderr
    assert said in done.stderr
