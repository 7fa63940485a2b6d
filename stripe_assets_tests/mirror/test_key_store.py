"""A stored API key is encrypted, or is only the name of an environment variable."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet

from stripe_assets.mirror import KeyStore, KeyStoreError, Mirror

SECRET = "sk_test_" + "a1B2" * 8
ABOUT: dict[str, Any] = {
    "account_id": "acct_1",
    "livemode": False,
    "kind": "secret",
    "last4": SECRET[-4:],
}


@pytest.fixture
def store(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> KeyStore:
    monkeypatch.setenv("STRIPE_ASSETS_ENCRYPTION_KEY", Fernet.generate_key().decode())
    return KeyStore(mirror)


def test_an_encrypted_key_comes_back_and_is_nowhere_in_clear(
    store: KeyStore, mirror: Mirror
) -> None:
    store.add("acme_test", SECRET, connected=("acct_2", "acct_3"), **ABOUT)
    stored = store.load("acme_test")
    assert stored and stored.reveal() == SECRET
    assert (stored.storage, stored.account_id, stored.kind, stored.last4, stored.connected) == (
        "encrypted",
        "acct_1",
        "secret",
        SECRET[-4:],
        ("acct_2", "acct_3"),
    )
    with mirror.engine.connect() as connection:
        rows = connection.execute(sa.select(mirror.tables.own["_api_key"])).all()
    assert (
        SECRET not in repr(rows)
        and SECRET not in repr(stored)
        and stored._token not in repr(stored)
    )


def test_a_key_in_the_environment_is_only_named(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store.add("acme", None, variable="ACME_KEY", **ABOUT)
    with pytest.raises(KeyStoreError, match="ACME_KEY that should hold it is not set"):
        stored.reveal()
    monkeypatch.setenv("ACME_KEY", SECRET)
    assert stored.reveal() == SECRET


def test_keys_are_listed_replaced_and_removed(store: KeyStore) -> None:
    store.add("b", SECRET, **ABOUT)
    store.add("a", None, variable="X", connected="none", **ABOUT)
    store.add("b", None, variable="Y", **ABOUT)
    assert [(key.alias, key.storage, key.connected) for key in store.list()] == [
        ("a", "environment", "none"),
        ("b", "environment", "all"),
    ]
    assert store.remove("a") and not store.remove("a")
    assert [key.alias for key in store.list()] == ["b"] and store.load("a") is None


def test_without_an_encryption_key_nothing_is_stored(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STRIPE_ASSETS_ENCRYPTION_KEY")
    with pytest.raises(KeyStoreError, match=r"Fernet\.generate_key"):
        store.add("acme", SECRET, **ABOUT)
    monkeypatch.setenv("STRIPE_ASSETS_ENCRYPTION_KEY", "too short")
    with pytest.raises(KeyStoreError, match="not a valid Fernet key"):
        store.add("acme", SECRET, **ABOUT)
    assert store.list() == []


def test_another_encryption_key_is_recognized(
    store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = store.add("acme", SECRET, **ABOUT)
    monkeypatch.setenv("STRIPE_ASSETS_ENCRYPTION_KEY", Fernet.generate_key().decode())
    with pytest.raises(
        KeyStoreError, match=r"acme.*not the key that it was encrypted with"
    ) as caught:
        stored.reveal()
    assert SECRET not in str(caught.value)
