"""Faults that a test asked for: requests whose path fits a pattern fail, a few times or always."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any

from stripe_assets.sandbox.calls.errors import ApiError

KINDS = ("status", "drop", "truncate", "hang")


@dataclass(frozen=True, slots=True)
class FaultError:
    """The error that a fault of the kind `status` answers with."""

    status: int = 500
    code: str | None = None
    param: str | None = None
    message: str = "The sandbox was asked to fail here."
    type: str = "api_error"
    headers: dict[str, str] = field(default_factory=dict)

    def as_exception(self) -> ApiError:
        return ApiError(
            self.status,
            self.message,
            code=self.code,
            param=self.param,
            type=self.type,
            headers=self.headers,
        )


@dataclass(slots=True)
class Fault:
    path: str
    """A pattern with `*`. With a `?` in it, it is compared with the path and the query, else with
    the path alone."""
    kind: str = "status"
    """`status` answers with `error`; `drop` closes the connection without an answer; `truncate`
    sends half of the answer's body; `hang` waits before the answer."""
    times: int | None = 1
    """How many requests fail. None: every request."""
    skip: int = 0
    """How many requests succeed before the first failure."""
    seconds: float = 3600.0
    """How long a hang lasts."""
    account: str | None = None
    """Only requests with this Stripe-Account header fail."""
    method: str | None = None
    """Only requests with this HTTP method fail."""
    error: FaultError = field(default_factory=FaultError)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Fault:
        """The fault that a control call describes: fields of `Fault` and of `FaultError`.

        Raises ValueError for an unknown kind, TypeError for an unknown field.
        """
        of_error = {one.name for one in fields(FaultError)}
        error = {name: value for name, value in given.items() if name in of_error}
        others = {name: value for name, value in given.items() if name not in of_error}
        fault = cls(**others, error=FaultError(**error))
        if fault.kind not in KINDS:
            raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}")
        return fault

    def concerns(self, method: str, path: str, query: str, account: str) -> bool:
        subject = f"{path}?{query}" if "?" in self.path else path
        return (
            fnmatchcase(subject, self.path)
            and self.account in (None, account)
            and self.method in (None, method)
        )


@dataclass(slots=True)
class Faults:
    active: list[Fault] = field(default_factory=list)

    def due(self, method: str, path: str, query: str, account: str) -> Fault | None:
        """The fault that this request meets, if there is one. The request counts for the fault."""
        for fault in self.active:
            if not fault.concerns(method, path, query, account):
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.active.remove(fault)
            return fault
        return None
