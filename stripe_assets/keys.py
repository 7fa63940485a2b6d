"""Every API key there is: those kept in the database and those of the environment, by alias."""

from __future__ import annotations

import difflib
import logging
import os

from stripe_assets.mirror import KeyStore, Mirror, StoredKey
from stripe_assets.stripe_api import ApiKey, InvalidApiKey, environment_key, environment_variables, parse_api_key

_log = logging.getLogger(__name__)

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
        super().__init__(f"No API key has the alias {alias!r}. {hint}")
        self.alias = alias


class KeyRing:
    """The keys of a database and of the environment. A database's key wins over the environment's of the same alias.

    Without a mirror, the environment's only. Raises InvalidApiKey where two variables mean one alias.
    """

    def __init__(self, mirror: Mirror | None) -> None:
        self.variables = environment_variables(os.environ)
        """Alias → the environment variable that holds its key."""
        self._store = KeyStore(mirror) if mirror else None

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
            key = parse_api_key(alias, stored.reveal(), account_id=stored.account_id, connected=stored.connected, source="database")
            if key.livemode != stored.livemode:
                modes = ("test", "live")
                raise InvalidApiKey(
                    f"{alias}: it was added with a {modes[stored.livemode]} mode key and now has a {modes[key.livemode]} mode one; "
                    "add that under another alias"
                )
            if variable and os.environ[variable].strip() != key.secret.reveal():
                _log.warning("The alias %s is in the database and in %s with different keys: the database's is used.", alias, variable)
            return key
        if variable is not None:
            return environment_key(os.environ, alias, variable)
        raise UnknownAlias(alias, self.aliases())
