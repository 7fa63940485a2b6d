"""All API keys, by alias: those in the database and those in the environment.

It may import `mirror` and `stripe_api`.
"""

from __future__ import annotations

import difflib
import functools
import logging
import os
import re
from collections.abc import Collection
from dataclasses import replace

from stripe_assets.mirror import KeyStore, KeyStoreError, Mirror, StoredKey
from stripe_assets.stripe_api import (
    ApiKey,
    InvalidApiKey,
    environment_key,
    environment_variables,
    parse_api_key,
)

_log = logging.getLogger(__name__)

NO_ALIAS = "api_key"
"""In messages, the alias of a key that a program passes as a parameter."""
_ALIAS = re.compile(r"(?!(sk|rk|pk|whsec)_)[A-Za-z0-9_-]{1,60}")
_LOOKS_LIKE_A_KEY = re.compile(r"(sk|rk|pk)_")

HOW_TO_SET_A_KEY = (
    "Set STRIPE_SECRET_KEY (alias: default), or STRIPE_API_KEY__ACME for an alias of your own "
    "(acme), in the environment or in ./.env; or store one with `stripe-assets keys add ALIAS`."
)


class UnknownAlias(ValueError):
    """No API key has this alias. The message names the aliases that exist."""

    def __init__(self, alias: str, known: tuple[str, ...]) -> None:
        close = difflib.get_close_matches(alias, known, n=1)
        if close:
            hint = f"Did you mean {close[0]}? Known: {', '.join(known)}."
        elif known:
            hint = f"Known: {', '.join(known)}."
        else:
            hint = f"There is no API key yet. {HOW_TO_SET_A_KEY}"
        # The text is not shown where it may contain a secret.
        shown = repr(alias) if _ALIAS.fullmatch(alias) else "that was given"
        super().__init__(f"No API key has the alias {shown}. {hint}")
        self.alias = alias


class KeyRing:
    """The keys of a database and of the environment.

    If both have an alias, the database's key is used.

    Without a mirror, it has the keys of the environment only. Raises InvalidApiKey where two
    variables have one alias.
    """

    def __init__(self, mirror: Mirror | None) -> None:
        self.variables = environment_variables(os.environ)
        """Alias → the environment variable that has its key."""
        self._mirror = mirror
        self._store = KeyStore(mirror) if mirror else None
        self._problem: Exception | None = None
        """The error of a key that could not be read."""

    def stored(self) -> dict[str, StoredKey]:
        """Alias → key of the database. Reads no secret. Raises MirrorError."""
        return {stored.alias: stored for stored in self._store.list()} if self._store else {}

    def aliases(self) -> tuple[str, ...]:
        """All aliases, sorted.

        Reads no secret: an unreadable secret must not hide the other keys. Raises MirrorError.
        """
        return tuple(sorted({*self.stored(), *self.variables}))

    def api_key(self, alias: str) -> ApiKey:
        """The key of an alias.

        Raises UnknownAlias, InvalidApiKey, MirrorError, and KeyStoreError where a stored secret
        cannot be read.
        """
        stored = self._store.load(alias) if self._store else None
        variable = self.variables.get(alias)
        if stored is not None:
            key = parse_api_key(
                alias,
                stored.reveal(),
                account_id=stored.account_id,
                connected=stored.connected,
                source="database",
            )
            if key.livemode != stored.livemode:
                modes = ("test", "live")
                raise InvalidApiKey(
                    f"{alias}: this alias was added with a {modes[stored.livemode]} mode key and "
                    f"now has a {modes[key.livemode]} mode key; add that key under another alias"
                )
            if variable and os.environ[variable].strip() != key.secret.reveal():
                _log.warning(
                    "The database and %s have different keys for %s. The database's key is used.",
                    variable,
                    alias,
                )
            return key
        if variable is not None:
            return environment_key(os.environ, alias, variable)
        raise UnknownAlias(alias, self.aliases())

    def reading(
        self,
        named: str | None = None,
        *,
        secret: str | None = None,
        livemode: bool | None = None,
        accounts: Collection[str] = (),
    ) -> ApiKey:
        """The key to read an object with.

        Parameters: named: an alias or a secret, as the user gave it. secret: the secret with which
        the program has read the object; used where `named` is None. Without both, the key that
        reads the object is looked for. livemode: of the object, None where it is not known.
        accounts: the accounts that may own the object, as far as that is known.

        Raises UnknownAlias, InvalidApiKey where no key or more than one reads the object,
        MirrorError, KeyStoreError.
        """
        if named is not None and not _LOOKS_LIKE_A_KEY.match(named.strip()):
            key = self.api_key(named)
        elif given := named or secret:
            key = self._of_secret(given)
        else:
            key = self._that_reads(livemode, accounts)
        if livemode not in (None, key.livemode):
            raise InvalidApiKey(
                f"{key.alias}: this is a {_mode(key.livemode)} mode key, and the object is of "
                f"{_mode(livemode)} mode"
            )
        return key

    def accounts(self) -> set[str]:
        """The accounts that the keys are known to reach."""
        return {account for key in self._usable() for account in self.reached(key)}

    def _of_secret(self, secret: str) -> ApiKey:
        given = parse_api_key(NO_ALIAS, secret)
        unknown = replace(given, alias=f"key_{given.fingerprint[:12]}")
        return next((key for key in self._usable() if key.secret == given.secret), unknown)

    def _that_reads(self, livemode: bool | None, accounts: Collection[str]) -> ApiKey:
        keys = [key for key in self._usable() if livemode in (None, key.livemode)]
        if not keys and self._problem is not None:
            raise self._problem
        if known := [key for key in keys if not self.reached(key).isdisjoint(accounts)]:
            keys = known  # the others might reach it too, if it was connected after their last sync
        whose = "" if livemode is None else f"{_mode(livemode)} mode "
        if not keys:
            aliases = ", ".join(self.aliases()) or "none"
            raise InvalidApiKey(
                f"No API key reads {whose}objects (known: {aliases}). {HOW_TO_SET_A_KEY}"
            )
        own = {(self._own_account(key) or key.alias, key.livemode) for key in keys}
        if len(own) > 1:
            names = ", ".join(key.alias for key in keys)
            raise InvalidApiKey(
                f"More than one API key reads {whose}objects: choose one with api_key= ({names})"
            )
        return min(keys, key=lambda key: (key.kind != "secret", key.alias))

    @functools.cache  # noqa: B019  # a ring lives for one call
    def _usable(self) -> tuple[ApiKey, ...]:
        """The keys whose secret can be read."""
        keys: list[ApiKey] = []
        for alias in self.aliases():
            try:
                keys.append(self.api_key(alias))
            except (InvalidApiKey, KeyStoreError) as error:
                self._problem = error
        return tuple(keys)

    def reached(self, key: ApiKey) -> set[str]:
        """The accounts that the key is known to reach. Empty before its first sync."""
        own = self._own_account(key)
        if own is None or self._mirror is None:
            return set()
        return {own, *(owner.account_id for owner in self._mirror.accounts.covered_by(key.alias))}

    def _own_account(self, key: ApiKey) -> str | None:
        own = (
            self._mirror.accounts.own_account(key.alias, key.fingerprint) if self._mirror else None
        )
        return own.account_id if own else key.account_id


def _mode(livemode: bool | None) -> str:
    return "live" if livemode else "test"
