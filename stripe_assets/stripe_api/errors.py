"""The errors of a request to Stripe. The text of each is one line and contains no API key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

_SECRETS = re.compile(
    r"(?:sk|rk|pk|ek|uk|mk)_(?:test|live|org)_(?:[\w*…]|\.{2,})+"
    r"|(?<![A-Za-z0-9])(?:sk|rk|pk|ek|uk|mk|whsec|rak)_(?:[\w*…]|\.{2,})+"
    r"|_secret_[\w*…]+"
    r"|\b(?:Bearer|Basic)\s+[\w+/=-]{16,}",
    re.IGNORECASE,
)
_MISSING = ("resource_missing", "not_found")
"""The codes of v1 and v2 for an object that does not exist."""
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
    can_be_about_size: ClassVar[bool] = False
    """Whether a smaller page may come through where this one did not."""

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
    def is_stripes(self) -> bool:
        """Whether the answer has the shape of Stripe's errors: a type or a code. A gateway's error
        has neither, and says nothing about the account."""
        return bool(self.type or self.code)

    @property
    def refused(self) -> bool:
        """Whether Stripe itself refuses the request as it is."""
        return self.is_stripes and self.status in (400, 403, 404)

    @property
    def unavailable(self) -> bool:
        """Whether the error can mean that this key or account does not have what was asked for.

        Not where Stripe names a parameter: then the error is about the request.
        """
        return self.refused and not self.param and not (self.code or "").startswith("parameter")

    def denies(self, id: str, codes: Sequence[str] = ()) -> bool:
        """Whether Stripe says that the object with this id does not exist.

        `codes`: error codes that say so as well, besides those of a 404.
        """
        if not (self.is_about_object or (self.refused and self.code in codes)):
            return False
        if re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", self.message):
            return True
        return self.param == "id" and "'" not in self.message  # no other id is quoted

    @property
    def is_about_object(self) -> bool:
        """Whether Stripe says that some object does not exist, which the error need not name."""
        return self.status == 404 and self.code in _MISSING

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


class NotFound(StripeError):
    """404: the server does not know the route, or the account does not have the object."""


class InvalidRequest(StripeError):
    """400 and the other 4xx: the parameters are wrong, or the account does not have the product."""


class RateLimited(StripeError):
    """429 after all retries."""

    advice = (
        "Other programs may be using up the account's limit: try again later, "
        "or lower STRIPE_ASSETS_MAX_RPS"
    )


class ServerError(StripeError):
    """5xx, or an answer that is not Stripe's JSON, after all retries."""

    advice = "Try again later; status.stripe.com reports outages"
    can_be_about_size = True


class Unreachable(StripeError):
    """No answer of Stripe after all retries: no connection, a timeout or a bad certificate.

    Also a redirect, which is not followed.
    """

    advice = "Check the network, the proxy settings and STRIPE_API_BASE"
    can_be_about_size = True


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
