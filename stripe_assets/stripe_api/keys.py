"""API keys as the program handles them: an alias that everyone may see and a secret that nobody does."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NoReturn

KEY_VARIABLES: Mapping[str, str] = {
    "STRIPE_SECRET_KEY": "default",
    "STRIPE_TEST_SECRET_KEY": "test",
    "STRIPE_LIVE_SECRET_KEY": "live",
}
"""Environment variable → alias. `STRIPE_API_KEY__ACME` is `acme` besides."""
KEY_VARIABLE_PREFIX = "STRIPE_API_KEY__"
_MODE_OF_VARIABLE = {"STRIPE_TEST_SECRET_KEY": "test", "STRIPE_LIVE_SECRET_KEY": "live"}

_ALIAS = re.compile(r"[a-z0-9_-]+")
_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+")
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]+")


class InvalidApiKey(ValueError):
    """An alias, a key or what belongs to it cannot be used. The message shows four characters of the key at most."""


class Secret:
    """A text that shows itself only to who calls `reveal()`: not in repr, str, format, copies' dumps or pickles."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._text.encode(), other._text.encode()
        )

    def __hash__(self) -> int:
        return hash(self._text)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: it would be written down in clear")


Connected = Literal["all", "none"] | tuple[str, ...]
"""Which connected accounts a key reads besides its own: all, none, or these ids."""


@dataclass(frozen=True)
class ApiKey:
    """A credential under its alias. Made by `parse_api_key`, which refuses what Stripe would."""

    alias: str
    secret: Secret
    account_id: str | None = None
    """The key's own account; None until Stripe was asked."""
    connected: Connected = "all"
    source: str = field(default="environment")
    """Where the secret came from, `environment` or `database`: for the reader of `keys list`."""

    @property
    def livemode(self) -> bool:
        return self.secret.reveal()[3:8] == "live_"

    @property
    def kind(self) -> Literal["secret", "restricted"]:
        return "restricted" if self.secret.reveal().startswith("rk_") else "secret"

    @property
    def fingerprint(self) -> str:
        """Tells this key from every other one, and nothing of it: to see that an alias still has the key that it had."""
        return hashlib.sha256(b"stripe_assets " + self.secret.reveal().encode()).hexdigest()[:32]

    @property
    def last4(self) -> str:
        return self.secret.reveal()[-4:]


def parse_api_key(
    alias: str,
    text: str,
    *,
    account_id: str | None = None,
    connected: Connected = "all",
    source: str = "environment",
) -> ApiKey:
    """The key that `text` is, whitespace around it removed.

    Raises InvalidApiKey for an alias that could not be a partition key, and for what is no secret or restricted key.
    """
    check_alias(alias)
    problem = _problem(text.strip())
    if problem:
        raise InvalidApiKey(f"API key '{alias}': {problem}")
    named = [account_id] if account_id is not None else []
    for account in [*named, *(connected if isinstance(connected, tuple) else ())]:
        if not _ACCOUNT.fullmatch(account):
            raise InvalidApiKey(
                f"API key '{alias}': {account[:40]!r} is no account id; one starts with acct_"
            )
    return ApiKey(alias, Secret(text.strip()), account_id, connected, source)


def check_alias(alias: str) -> str:
    """The alias itself, or InvalidApiKey: it becomes a partition key and part of commands."""
    if _ALIAS.fullmatch(alias):
        return alias
    # Whoever pastes the key where the alias belongs must not find it in a log.
    shown = "" if "sk_" in alias or "rk_" in alias else f" {alias[:60]!r}"
    raise InvalidApiKey(
        f"the alias{shown} of an API key may have lower-case letters, digits, '_' and '-' only"
    )


def environment_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Alias → the variable that holds its key, for all that are set. Raises InvalidApiKey where two mean one alias."""
    found: dict[str, str] = {}
    for variable in sorted(environ):
        if variable in KEY_VARIABLES:
            alias = KEY_VARIABLES[variable]
        elif variable.startswith(KEY_VARIABLE_PREFIX):
            alias = variable.removeprefix(KEY_VARIABLE_PREFIX).lower()
        else:
            continue
        # A variable that is set to nothing is how shells and compose files say that there is none.
        if not environ[variable].strip():
            continue
        if not _ALIAS.fullmatch(alias):
            raise InvalidApiKey(f"{variable}: an alias may have letters, digits, '_' and '-' only")
        if alias in found:
            raise InvalidApiKey(
                f"{found[alias]} and {variable} both give the key '{alias}': unset one of them"
            )
        found[alias] = variable
    return found


def environment_key(environ: Mapping[str, str], alias: str, variable: str) -> ApiKey:
    """The key in that variable. Raises InvalidApiKey, naming the variable, when it is unset, bad or of the other mode."""
    text = environ.get(variable, "")
    if not text.strip():
        raise InvalidApiKey(f"API key '{alias}': the environment variable {variable} is not set")
    try:
        key = parse_api_key(alias, text)
    except InvalidApiKey as error:
        problem = f"{error} (from {variable})"
    else:
        mode = "live" if key.livemode else "test"
        wanted = _MODE_OF_VARIABLE.get(variable, mode)
        if mode == wanted:
            return key
        problem = f"API key '{alias}': {variable} holds a {mode} mode key (…{key.last4})"
    raise InvalidApiKey(problem)


def _problem(text: str) -> str | None:
    if _KEY.fullmatch(text):
        return None
    shown = f" (…{text[-4:]})" if len(text) >= 20 else ""
    if not text:
        return "it is empty"
    if any(character.isspace() or not character.isprintable() for character in text):
        return "it has spaces, line breaks or control characters inside: paste the key alone"
    if text.startswith("pk_"):
        return f"this is a publishable key{shown}, which can read nothing: use the secret key (sk_…) or a restricted one (rk_…)"
    if text.startswith(("sk_org", "rk_org")):
        return (
            f"this is an organisation's key{shown}: use a secret or restricted key of the account"
        )
    if text.startswith("whsec_"):
        return f"this is a webhook's signing secret{shown}, not an API key: use sk_… or rk_…"
    if "*" in text or "…" in text or "..." in text:
        return "it is masked: Stripe shows a key whole only once, make a new one if it is lost"
    if re.match(r"(sk|rk)_(test|live)_", text):
        return f"it is cut short or damaged{shown}: copy it again"
    return "this is no Stripe key: one starts with sk_test_, sk_live_, rk_test_ or rk_live_"
