"""Things that go wrong on request: for a path pattern, a few times or always."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

KINDS = ("status", "drop", "truncate", "hang")


@dataclass(slots=True)
class Fault:
    path: str
    """A pattern with `*`, against the path or, when it holds a `?`, against path and query."""
    kind: str = "status"
    status: int = 500
    times: int | None = 1
    """None: always."""
    skip: int = 0
    """Requests that pass before the first failure."""
    seconds: float = 3600.0
    """How long a hang lasts."""
    account: str | None = None
    """Only requests with this Stripe-Account header."""
    method: str | None = None
    code: str | None = None
    param: str | None = None
    message: str = "The sandbox was asked to fail here."
    type: str = "api_error"
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Fault:
        fault = cls(**given)
        if fault.kind not in KINDS:
            raise ValueError(f"a fault's kind is one of {', '.join(KINDS)}")
        return fault


@dataclass(slots=True)
class Faults:
    active: list[Fault] = field(default_factory=list)

    def due(self, method: str, path: str, query: str, account: str) -> Fault | None:
        """The fault that this request meets; counts it."""
        for fault in self.active:
            subject = f"{path}?{query}" if "?" in fault.path else path
            if not fnmatchcase(subject, fault.path) or fault.account not in (None, account) or fault.method not in (None, method):
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
