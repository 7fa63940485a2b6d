"""Every API key there is: those kept in the database and those of the environment, by alias."""

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
"""Stands, in what is said of it, for the alias of a key that a program gives."""
_ALIAS = re.compile(r"(?!(sk|rk|pk|whsec)_)[A-Za-z0-9_-]{1,60}")
_LOOKS_LIKE_A_KEY = re.compile(r"(sk|rk|pk)_")

HOW_TO_SET_A_KEY = (
    "Set STRIPE_SECRET_KEY (alias: default), or STRIPE_API_KEY__ACME for an alias of your own (acme), in the environment or in ./.env; "
    "or store one with `stripe-assets keys add ALIAS`."
)


class UnknownAlias(ValueError):
    """No API key has this alias. The message names those that exist."""

    def __init__(self, alias: str, known: tuple[str, ...]) -> None:
        close = difflib.get_close_matches(alias, known, n=1)
        if close:
            hint = f"Did you mean {close[0]}? Known: {', '.join(known)}."
        elif known:
            hint = f"Known: {', '.join(known)}."
        else:
            hint = f"There is none yet. {HOW_TO_SET_A_KEY}"
        shown = (
            repr(alias) if _ALIAS.fullmatch(alias) else "that was given"
        )  # it may be a secret in some wrapping
        super().__init__(f"No API key has the alias {shown}. {hint}")
        self.alias = alias


class KeyRing:
    """The keys of a database and of the environment. A database's key wins over the environment's of the same alias.

    Without a mirror, the environment's only. Raises InvalidApiKey where two variables mean one alias.
    """

    def __init__(self, mirror: Mirror | None) -> None:
        self.variables = environment_variables(os.environ)
        """Alias → the environment variable that holds its key."""
        self._mirror = mirror
        self._store = KeyStore(mirror) if mirror else None
        self._problem: Exception | None = None
        """Of a key that could not be read."""

    def stored(self) -> dict[str, StoredKey]:
        """The database's keys by alias; no secret is read. Raises MirrorError."""
        return {stored.alias: stored for stored in self._store.list()} if self._store else {}

    def aliases(self) -> tuple[str, ...]:
        """All aliases, sorted. Reads no secret, so that an unreadable one does not hide the others. Raises MirrorError."""
        return tuple(sorted({*self.stored(), *self.variables}))

    def api_key(self, alias: str) -> ApiKey:
        """Raises UnknownAlias, InvalidApiKey, MirrorError, or KeyStoreError when a stored secret cannot be had."""
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
                    f"{alias}: it was added with a {modes[stored.livemode]} mode key and now has a {modes[key.livemode]} mode one; "
                    "add that under another alias"
                )
            if variable and os.environ[variable].strip() != key.secret.reveal():
                _log.warning(
                    "The alias %s is in the database and in %s with different keys: the database's is used.",
                    alias,
                    variable,
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
        """The key by which an object is read.

        Parameters: named: an alias or a secret; by default it is found out. secret: by which the program has read the object itself.
        livemode: the object's, None where that is not known. accounts: those whose object it is, as far as that is known.
        Raises UnknownAlias, InvalidApiKey where none or more than one could be meant, MirrorError, KeyStoreError.
        """
        if named is not None and not _LOOKS_LIKE_A_KEY.match(named.strip()):
            key = self.api_key(named)
        elif given := named or secret:
            key = self._of_secret(given)
        else:
            key = self._that_reads(livemode, accounts)
        if livemode not in (None, key.livemode):
            raise InvalidApiKey(
                f"{key.alias}: this is a {_mode(key.livemode)} mode key, and the object is of {_mode(livemode)} mode"
            )
        return key

    def accounts(self) -> set[str]:
        """All accounts that the keys are known to reach."""
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
            keys = known  # any other one may reach an account that was connected since
        whose = "" if livemode is None else f"{_mode(livemode)} mode "
        if not keys:
            raise InvalidApiKey(
                f"No API key reads {whose}objects (known: {', '.join(self.aliases()) or 'none'}). {HOW_TO_SET_A_KEY}"
            )
        own = {(self._own_account(key) or key.alias, key.livemode) for key in keys}
        if len(own) > 1:
            names = ", ".join(key.alias for key in keys)
            raise InvalidApiKey(
                f"More than one API key reads {whose}objects: say which one is meant by api_key= ({names})"
            )
        return min(keys, key=lambda key: (key.kind != "secret", key.alias))

    @functools.cache  # noqa: B019  # a ring lasts for a call
    def _usable(self) -> tuple[ApiKey, ...]:
        """Those that can be read."""
        keys: list[ApiKey] = []
        for alias in self.aliases():
            try:
                keys.append(self.api_key(alias))
            except (InvalidApiKey, KeyStoreError) as error:
                self._problem = error
        return tuple(keys)

    def reached(self, key: ApiKey) -> set[str]:
        """The accounts that it is known to reach: empty where nothing is known."""
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
