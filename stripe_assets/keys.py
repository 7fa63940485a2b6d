"""Every API key there is: those kept in the database and those of the environment, by alias."""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Mapping

from stripe_assets.mirror import KeyStore, Mirror
from stripe_assets.stripe_api import ApiKey, environment_key, environment_variables

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
    """The keys of a database and of an environment. A database's key wins over the environment's of the same alias."""

    def __init__(self, mirror: Mirror, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._variables = environment_variables(self._environ)
        self._store = KeyStore(mirror.engine, self._environ)

    def aliases(self) -> tuple[str, ...]:
        """All aliases, sorted. Reads no secret, so that an unreadable one does not hide the others. Raises MirrorError."""
        return tuple(sorted({stored.alias for stored in self._store.list()} | set(self._variables)))

    def api_key(self, alias: str) -> ApiKey:
        """Raises UnknownAlias, InvalidApiKey, MirrorError, or KeyStoreError when a stored secret cannot be decrypted."""
        known = self.aliases()
        if alias not in known:
            raise UnknownAlias(alias, known)
        if not any(stored.alias == alias for stored in self._store.list()):
            return self.environment_key(alias)
        key = self._store.load(alias)
        variable = self._variables.get(alias)
        if variable and self._environ[variable].strip() != key.secret.reveal():
            _log.warning("The alias %s is in the database and in %s with different keys: the database's is used.", alias, variable)
        return key

    def api_keys(self) -> dict[str, ApiKey]:
        """Every key. Raises what `api_key` raises."""
        return {alias: self.api_key(alias) for alias in self.aliases()}

    def from_environment(self) -> dict[str, str]:
        """Alias → the environment variable that holds its key."""
        return dict(self._variables)

    def environment_key(self, alias: str) -> ApiKey:
        """The environment's key of that alias. Raises InvalidApiKey."""
        return environment_key(self._environ, alias, self._variables[alias])
