"""API keys: an alias that everyone may see, and a secret that nobody may see."""

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
"""Environment variable → alias."""
KEY_VARIABLE_PREFIX = "STRIPE_API_KEY__"
"""`STRIPE_API_KEY__ACME` has the key of the alias `acme`."""
_MODE_OF_VARIABLE = {"STRIPE_TEST_SECRET_KEY": "test", "STRIPE_LIVE_SECRET_KEY": "live"}

_ALIAS = re.compile(r"[a-z0-9_-]+")
_KEY = re.compile(r"(sk|rk)_(test|live)_[A-Za-z0-9_]+")
_ACCOUNT_ID = re.compile(r"acct_[A-Za-z0-9_]+")


class InvalidApiKey(ValueError):
    """An alias, a key, or an account of a key cannot be used.

    The message shows at most four characters of the key.
    """


class Secret:
    """A text that only `reveal()` returns.

    It appears in no repr, str, format, dump of a copy or pickle.
    """

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
        raise TypeError("a Secret cannot be pickled: that would write it down in clear")


Connected = Literal["all", "none"] | tuple[str, ...]
"""Which connected accounts a key reads besides its own account: all, none, or those with these
ids."""


@dataclass(frozen=True)
class ApiKey:
    """A credential and its alias.

    `parse_api_key` makes it, and refuses what Stripe would refuse.
    """

    alias: str
    secret: Secret
    account_id: str | None = None
    """The key's own account. None until Stripe has been asked."""
    connected: Connected = "all"
    source: str = field(default="environment")
    """Where the secret came from, for `keys list`: `environment` or `database`."""

    @property
    def livemode(self) -> bool:
        return self.secret.reveal()[3:8] == "live_"

    @property
    def kind(self) -> Literal["secret", "restricted"]:
        return "restricted" if self.secret.reveal().startswith("rk_") else "secret"

    @property
    def fingerprint(self) -> str:
        """A hash of the secret, to see whether an alias still has the same key.

        It says nothing about the secret.
        """
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
    """The API key in `text`, with whitespace around it removed.

    Raises InvalidApiKey for an alias that cannot be a partition key, for a text that is no secret
    or restricted key, and for an account that is not an account id.
    """
    check_alias(alias)
    problem = _problem(text.strip())
    if problem:
        raise InvalidApiKey(f"API key '{alias}': {problem}")
    named = [account_id] if account_id is not None else []
    for account in [*named, *(connected if isinstance(connected, tuple) else ())]:
        if not is_account_id(account):
            raise InvalidApiKey(
                f"API key '{alias}': {account[:40]!r} is not an account id: "
                "such an id starts with acct_"
            )
    return ApiKey(alias, Secret(text.strip()), account_id, connected, source)


def is_account_id(text: str) -> bool:
    """Whether the text has the form of an account's id: `acct_…`."""
    return _ACCOUNT_ID.fullmatch(text) is not None


def check_alias(alias: str) -> str:
    """The alias itself.

    Raises InvalidApiKey where it could not be a partition key and a part of commands.
    """
    if _ALIAS.fullmatch(alias):
        return alias
    # If a user pastes the key in place of the alias, it must not appear in a log.
    shown = "" if "sk_" in alias or "rk_" in alias else f" {alias[:60]!r}"
    raise InvalidApiKey(
        f"the alias{shown} of an API key may contain only lower-case letters, digits, '_' and '-'"
    )


def environment_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Alias → the environment variable that has its key, for all that are set.

    Raises InvalidApiKey where two variables have one alias.
    """
    found: dict[str, str] = {}
    for variable in sorted(environ):
        if variable in KEY_VARIABLES:
            alias = KEY_VARIABLES[variable]
        elif variable.startswith(KEY_VARIABLE_PREFIX):
            alias = variable.removeprefix(KEY_VARIABLE_PREFIX).lower()
        else:
            continue
        # In shells and compose files, an empty variable means that there is no key.
        if not environ[variable].strip():
            continue
        if not _ALIAS.fullmatch(alias):
            raise InvalidApiKey(
                f"{variable}: an alias may contain only letters, digits, '_' and '-'"
            )
        if alias in found:
            raise InvalidApiKey(
                f"{found[alias]} and {variable} both give the key '{alias}': unset one of them"
            )
        found[alias] = variable
    return found


def environment_key(environ: Mapping[str, str], alias: str, variable: str) -> ApiKey:
    """The key in this variable.

    Raises InvalidApiKey, with the variable's name, where it is not set, or has no key or a key
    of the other mode.
    """
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
        return "it contains spaces, line breaks or control characters: paste only the key"
    if text.startswith("pk_"):
        return (
            f"this is a publishable key{shown}, which can read nothing: "
            "use the secret key (sk_…) or a restricted one (rk_…)"
        )
    if text.startswith(("sk_org", "rk_org")):
        return (
            f"this is an organisation's key{shown}: use a secret or restricted key of the account"
        )
    if text.startswith("whsec_"):
        return f"this is a webhook's signing secret{shown}, not an API key: use sk_… or rk_…"
    if "*" in text or "…" in text or "..." in text:
        return "it is masked: Stripe shows a key in full only once; if it is lost, create a new one"
    if re.match(r"(sk|rk)_(test|live)_", text):
        return f"it is cut short or damaged{shown}: copy it again"
    return "this is not a Stripe key: a key starts with sk_test_, sk_live_, rk_test_ or rk_live_"
