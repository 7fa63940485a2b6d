"""What can go wrong when talking to Stripe. Each error is one line for its reader and shows no key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

_SECRETS = re.compile(
    r"(?:sk|rk|pk|ek|uk|mk)_(?:test|live|org)_(?:[\w*…]|\.{2,})+"
    r"|(?<![A-Za-z0-9])(?:sk|rk|pk|ek|uk|mk|whsec|rak)_(?:[\w*…]|\.{2,})+"
    r"|_secret_[\w*…]+"
    r"|\b(?:Bearer|Basic)\s+[\w+/=-]{16,}",
    re.IGNORECASE,
)
_LONGEST = 400
"""Characters of Stripe's message that an error keeps; more would be a page of HTML, not a sentence."""


def redact(text: str, secret: str = "") -> str:
    """The text on one line, with everything that looks like a credential, and `secret` itself, taken out."""
    if secret:
        text = text.replace(secret, "[key]")
    line = " ".join(_SECRETS.sub("[key]", text).split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of a request that did not succeed: plain text, nothing of the request's headers."""

    alias: str = ""
    path: str = ""
    account: str | None = None
    status: int | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str = ""
    request_id: str | None = None
    attempts: int = 1
    rate_limited_reason: str | None = None

    def redacted(self, secret: str = "") -> Failure:
        texts = {"path": self.path.partition("?")[0], "message": self.message}
        texts |= {
            name: getattr(self, name)
            for name in ("type", "code", "param", "request_id", "rate_limited_reason")
        }
        return replace(self, **{name: redact(text, secret) for name, text in texts.items() if text})


class StripeError(Exception):
    """A request that failed for good. `str()` says what was asked, with which key, what Stripe said and what to do."""

    advice: ClassVar[str] = ""

    def __init__(self, failure: Failure | str) -> None:
        self.failure = (
            Failure(message=failure).redacted() if isinstance(failure, str) else failure.redacted()
        )
        # The record, not the text, so that pickling and copying give the same error again.
        super().__init__(self.failure)

    @property
    def alias(self) -> str:
        return self.failure.alias

    @property
    def path(self) -> str:
        return self.failure.path

    @property
    def account(self) -> str | None:
        """The connected account that was asked for; None for the key's own."""
        return self.failure.account

    @property
    def status(self) -> int | None:
        """The HTTP status; None when no answer came."""
        return self.failure.status

    @property
    def type(self) -> str | None:
        return self.failure.type

    @property
    def code(self) -> str | None:
        return self.failure.code

    @property
    def param(self) -> str | None:
        return self.failure.param

    @property
    def message(self) -> str:
        return self.failure.message

    @property
    def request_id(self) -> str | None:
        return self.failure.request_id

    @property
    def unavailable(self) -> bool:
        """Stripe's answer says that this key or account does not have what was asked for: no failure of the program."""
        return False

    @property
    def refused_cursor(self) -> bool:
        """The object that `starting_after` names is gone, or the list's filter excludes it."""
        return (
            self.status in (400, 404)
            and self.code == "resource_missing"
            and self.param == "starting_after"
        )

    @property
    def reason(self) -> str:
        """For a table: `403 permission_error: … (req_…)`."""
        kind = self.code or self.type
        head = " ".join(part for part in (str(self.status or ""), kind or "") if part)
        tail = f" ({self.request_id})" if self.request_id else ""
        message = self.message if len(self.message) <= 120 else f"{self.message[:119]}…"
        return ": ".join(part for part in (head, message) if part) + tail

    def __str__(self) -> str:
        failure = self.failure
        key = f"key '{failure.alias}'" if failure.alias else ""
        account = f"account {failure.account}" if failure.account else ""
        asked = f"GET {failure.path}" if failure.path else ""
        whose = f" ({', '.join(part for part in (key, account) if part)})" if key or account else ""
        kinds = "/".join(part for part in (failure.type, failure.code) if part)
        param = f"param {failure.param}" if failure.param else ""
        said = " ".join(part for part in (str(failure.status or ""), kinds, param) if part)
        tries = f"after {failure.attempts} attempts" if failure.attempts > 1 else ""
        notes = ", ".join(
            part for part in (failure.rate_limited_reason, failure.request_id, tries) if part
        )
        line = ": ".join(part for part in (asked + whose, said, failure.message) if part)
        line += f" [{notes}]" if notes else ""
        return f"{line}. {self.advice}" if self.advice else line


class AuthenticationFailed(StripeError):
    """401: the key is wrong, revoked or expired. Nothing else can be asked with it."""

    advice = "Check the key, or store a new one: stripe-assets keys add"


class PermissionDenied(StripeError):
    """403: a restricted key without that permission, or an account that the key does not reach."""

    advice = "Allow the key to read this in Stripe's dashboard, or leave it out"

    @property
    def unavailable(self) -> bool:
        # Stripe says why. A 403 that does not is a proxy's, and says nothing about the account.
        return bool(self.type or self.code)


class NotFound(StripeError):
    """404: the server does not know the route, or the account does not have the object."""

    @property
    def missing(self) -> bool:
        """Stripe knows the route and says that there is no such object."""
        said = self.code in ("resource_missing", "not_found") or (
            not self.code and self.message.startswith("No such")
        )
        return said and not self._unrecognized and not self.refused_cursor

    @property
    def unknown_url(self) -> bool:
        """The server does not know the route: Stripe's words for it, or an answer without any error code of Stripe's."""
        return self._unrecognized or (not self.code and not self.message.startswith("No such"))

    @property
    def _unrecognized(self) -> bool:
        return self.message.startswith("Unrecognized request URL")

    @property
    def unavailable(self) -> bool:
        return True


class InvalidRequest(StripeError):
    """400 and the other 4xx: the parameters are wrong, or the account does not have the product."""

    @property
    def unavailable(self) -> bool:
        # 405: the server knows the path, but cannot list it. A 400 without Stripe's words is a proxy's.
        return self.status == 405 or (self.status == 400 and bool(self.type or self.code))


class RateLimited(StripeError):
    """429 after all retries."""

    advice = "Other programs may be using up the account's limit: try again later, or lower STRIPE_ASSETS_MAX_RPS"


class ServerError(StripeError):
    """5xx, or an answer that is not Stripe's JSON, after all retries."""

    advice = "Try again later; status.stripe.com tells of outages"


class Unreachable(StripeError):
    """No answer of Stripe's: no connection, a timeout, a broken certificate, after all retries; or a redirect elsewhere."""

    advice = "Check the network, proxies and STRIPE_API_BASE"


class MalformedPage(StripeError):
    """A list that cannot be read to its end without losing or repeating something."""


class Stopped(StripeError):
    """The stop event was set before there was an answer."""

    def __str__(self) -> str:
        return f"stopped before {self.path} was read" if self.path else "stopped"


def error_fields(body: object) -> Mapping[str, str | None]:
    """Type, code, param and message of an error's body; v1 and v2 write them alike, others not at all."""
    error = body.get("error") if isinstance(body, dict) else None
    fields = error if isinstance(error, dict) else {"message": error}

    def text(name: str) -> str | None:
        value = fields.get(name)
        return value if isinstance(value, str) and value else None

    return {
        "type": text("type"),
        "code": text("code"),
        "param": text("param"),
        "message": text("message"),
    }


def error_for(failure: Failure) -> StripeError:
    """The exception that fits the failure's status."""
    status = failure.status
    if status is None or 300 <= status < 400:
        return Unreachable(failure)
    known = {401: AuthenticationFailed, 403: PermissionDenied, 404: NotFound, 429: RateLimited}
    if status in known:
        return known[status](failure)
    if 400 <= status < 500:
        return InvalidRequest(failure)
    return ServerError(failure)
