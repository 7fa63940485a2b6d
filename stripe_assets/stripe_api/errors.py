"""The errors of a request to Stripe. The text of each is one line and contains no API key."""

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
"""How many characters of Stripe's message an error keeps. A longer text is an HTML page and no
sentence."""


def redact(text: str, secret: str = "") -> str:
    """The text on one line, with `[key]` in place of `secret` and of everything that looks like a
    credential."""
    if secret:
        text = text.replace(secret, "[key]")
    line = " ".join(_SECRETS.sub("[key]", text).split())
    line = "".join(character for character in line if character.isprintable())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known about a request that failed. It contains nothing of the request's headers."""

    alias: str = ""
    """The alias of the API key."""
    path: str = ""
    account: str | None = None
    """The connected account that was asked for. None for the key's own account."""
    status: int | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    message: str = ""
    request_id: str | None = None
    attempts: int = 1
    rate_limited_reason: str | None = None

    def redacted(self, secret: str = "") -> Failure:
        """The same with all texts redacted, and the path without its query."""
        texts = {"path": self.path.partition("?")[0], "message": self.message}
        texts |= {
            name: getattr(self, name)
            for name in ("type", "code", "param", "request_id", "rate_limited_reason")
        }
        return replace(self, **{name: redact(text, secret) for name, text in texts.items() if text})


class StripeError(Exception):
    """A request that failed, after all attempts.

    `str()` says what was asked, with which key, what Stripe said and what to do next.
    """

    advice: ClassVar[str] = ""
    """What to do next."""

    def __init__(self, failure: Failure | str) -> None:
        self.failure = (
            Failure(message=failure).redacted() if isinstance(failure, str) else failure.redacted()
        )
        # With the record in place of a text, a pickled or copied error is the same error again.
        super().__init__(self.failure)

    @property
    def alias(self) -> str:
        return self.failure.alias

    @property
    def path(self) -> str:
        return self.failure.path

    @property
    def account(self) -> str | None:
        """The connected account that was asked for. None for the key's own account."""
        return self.failure.account

    @property
    def status(self) -> int | None:
        """The HTTP status. None where no answer came."""
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
        """Whether Stripe says that this key or account does not have what was asked for.

        Then the program has not failed.
        """
        return False

    @property
    def refused_cursor(self) -> bool:
        """Whether Stripe refuses the cursor: the object in `starting_after` is deleted, or the
        list's filter excludes it."""
        return (
            self.status in (400, 404)
            and self.code == "resource_missing"
            and self.param == "starting_after"
        )

    @property
    def reason(self) -> str:
        """A short text, for a table: `403 permission_error: … (req_…)`."""
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
        asked_as = (
            f" ({', '.join(part for part in (key, account) if part)})" if key or account else ""
        )
        kinds = "/".join(part for part in (failure.type, failure.code) if part)
        param = f"param {failure.param}" if failure.param else ""
        answered = " ".join(part for part in (str(failure.status or ""), kinds, param) if part)
        tries = f"after {failure.attempts} attempts" if failure.attempts > 1 else ""
        notes = ", ".join(
            part for part in (failure.rate_limited_reason, failure.request_id, tries) if part
        )
        line = ": ".join(part for part in (asked + asked_as, answered, failure.message) if part)
        line += f" [{notes}]" if notes else ""
        return f"{line}. {self.advice}" if self.advice else line


class AuthenticationFailed(StripeError):
    """401: the key is wrong, revoked or expired. No other request with it can succeed."""

    advice = "Check the key, or store a new one: stripe-assets keys add"


class PermissionDenied(StripeError):
    """403: a restricted key without the permission, or an account that the key does not reach."""

    advice = "Give the key this permission in Stripe's dashboard, or leave this model out"

    @property
    def unavailable(self) -> bool:
        # A 403 of Stripe has a type or a code. One of a proxy has none, and says nothing about the
        # account.
        return bool(self.type or self.code)


class NotFound(StripeError):
    """404: the server does not know the route, or the account does not have the object."""

    @property
    def missing(self) -> bool:
        """Whether Stripe knows the route and says that there is no such object."""
        is_missing = self.code in ("resource_missing", "not_found") or (
            not self.code and self.message.startswith("No such")
        )
        return is_missing and not self._unrecognized and not self.refused_cursor

    @property
    def unknown_url(self) -> bool:
        """Whether the server does not know the route: it says so, or its answer has no error code
        of Stripe's."""
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
        # 405: the server knows the path, but cannot list it. A 400 without type and code is a
        # proxy's.
        return self.status == 405 or (self.status == 400 and bool(self.type or self.code))


class RateLimited(StripeError):
    """429 after all retries."""

    advice = (
        "Other programs may be using up the account's limit: try again later, "
        "or lower STRIPE_ASSETS_MAX_RPS"
    )


class ServerError(StripeError):
    """5xx, or an answer that is not Stripe's JSON, after all retries."""

    advice = "Try again later; status.stripe.com reports outages"


class Unreachable(StripeError):
    """No answer of Stripe after all retries: no connection, a timeout or a bad certificate.

    Also a redirect, which is not followed.
    """

    advice = "Check the network, the proxy settings and STRIPE_API_BASE"


class MalformedPage(StripeError):
    """A page after which the list cannot be read to its end without losing or repeating objects."""


class Stopped(StripeError):
    """The stop event was set before an answer came."""

    def __str__(self) -> str:
        return f"stopped before {self.path} was read" if self.path else "stopped"


def error_fields(body: object) -> Mapping[str, str | None]:
    """`type`, `code`, `param` and `message` of an error's body.

    v1 and v2 write them in the same way. A field that the body does not have is None.
    """
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
    """The exception for the failure's status."""
    status = failure.status
    if status is None or 300 <= status < 400:
        return Unreachable(failure)
    known = {401: AuthenticationFailed, 403: PermissionDenied, 404: NotFound, 429: RateLimited}
    if status in known:
        return known[status](failure)
    if 400 <= status < 500:
        return InvalidRequest(failure)
    return ServerError(failure)
