"""Stored API keys: the encrypted secret, or only the name of the environment variable with it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.mirror import Mirror

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

VARIABLE = "STRIPE_ASSETS_ENCRYPTION_KEY"
_HOW = (
    'make one with: python -c "from cryptography.fernet import Fernet;'
    ' print(Fernet.generate_key().decode())"'
)


class KeyStoreError(MirrorError):
    """A key cannot be stored or read. The text never has a secret."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A stored key. Only `reveal` decrypts the secret, or looks it up."""

    alias: str
    storage: Literal["encrypted", "environment"]
    account_id: str
    livemode: bool
    kind: str
    last4: str
    connected: Literal["all", "none"] | tuple[str, ...] = "all"
    created_at: datetime | None = None
    variable: str | None = None
    """The environment variable that holds the secret, for storage "environment"."""
    _token: str = field(default="", repr=False)

    def reveal(self) -> str:
        """The secret in clear.

        Raises KeyStoreError where the encryption key or the variable is missing or wrong.
        """
        if self.storage == "environment":
            secret = os.environ.get(self.variable or "")
            if not secret:
                raise KeyStoreError(
                    f"API key {self.alias}: the environment variable {self.variable} that should"
                    " hold it is not set"
                )
            return secret
        from cryptography.fernet import InvalidToken  # noqa: PLC0415  # only stored keys need it

        try:
            return _fernet().decrypt(self._token.encode()).decode()
        except InvalidToken:
            raise KeyStoreError(
                f"API key {self.alias}: {VARIABLE} is not the key that it was encrypted with; set"
                " the right one, or add the key again"
            ) from None


class KeyStore:
    """The `_api_key` table."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._table = mirror.tables.own["_api_key"]

    def add(
        self,
        alias: str,
        secret: str | None,
        *,
        account_id: str,
        livemode: bool,
        kind: str,
        last4: str,
        connected: Literal["all", "none"] | tuple[str, ...] = "all",
        variable: str | None = None,
    ) -> StoredKey:
        """Stores a key under its alias, and replaces a key that had the alias.

        Parameters: secret: it is encrypted before it is stored. variable: in place of `secret`, the
        environment variable that holds it.
        Raises KeyStoreError: no encryption key, or not exactly one of `secret` and `variable`.
        """
        if (secret is None) == (variable is None):
            raise KeyStoreError(
                f"API key {alias}: give either its secret or the environment variable that holds it"
            )
        values = {
            "alias": alias,
            "storage": "environment" if secret is None else "encrypted",
            "secret": variable if secret is None else _fernet().encrypt(secret.encode()).decode(),
            "account_id": account_id,
            "livemode": livemode,
            "kind": kind,
            "last4": last4,
            "connected": connected if isinstance(connected, str) else list(connected),
            "created_at": datetime.now(UTC),
        }
        with self._mirror.transaction() as connection:
            connection.execute(sa.delete(self._table).where(self._table.c.alias == alias))
            connection.execute(sa.insert(self._table).values(values))
        return _stored(values)

    def list(self) -> list[StoredKey]:
        """All keys in the order of their aliases. Nothing is decrypted."""
        with self._mirror.connection() as connection:
            return [
                _stored(row)
                for row in connection.execute(
                    sa.select(self._table).order_by(self._table.c.alias)
                ).mappings()
            ]

    def load(self, alias: str) -> StoredKey | None:
        with self._mirror.connection() as connection:
            row = (
                connection.execute(sa.select(self._table).where(self._table.c.alias == alias))
                .mappings()
                .first()
            )
        return None if row is None else _stored(row)

    def remove(self, alias: str) -> bool:
        """Deletes the key of an alias. Returns whether there was one."""
        with self._mirror.transaction() as connection:
            return (
                connection.execute(
                    sa.delete(self._table).where(self._table.c.alias == alias)
                ).rowcount
                > 0
            )


def _stored(row: Any) -> StoredKey:
    connected: Any = row["connected"]
    in_environment = row["storage"] == "environment"
    return StoredKey(
        alias=row["alias"],
        storage=row["storage"],
        account_id=row["account_id"],
        livemode=row["livemode"],
        kind=row["kind"],
        last4=row["last4"],
        connected=tuple(connected) if isinstance(connected, list) else connected,
        created_at=row["created_at"],
        variable=row["secret"] if in_environment else None,
        _token="" if in_environment else row["secret"],
    )


def _fernet() -> Fernet:
    from cryptography.fernet import Fernet  # noqa: PLC0415

    key = os.environ.get(VARIABLE)
    if not key:
        raise KeyStoreError(
            f"{VARIABLE} is not set, and API keys are never stored in clear; {_HOW}"
        )
    try:
        return Fernet(key)
    except ValueError:
        raise KeyStoreError(f"{VARIABLE} is not a valid Fernet key; {_HOW}") from None
