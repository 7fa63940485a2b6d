"""How much of a model Stripe shows to a key, and why not more.

The database stores it as text. It is made once, by a sweep, and parsed once, where a row is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["available", "partly", "refused", "not listed", "on demand"]

REASONS_SHOWN = 3
_LABELS: tuple[Kind, ...] = ("partly", "not listed", "on demand")
_REQUEST_ID = re.compile(r"\s*[\[(]req_\w+[\])]")


@dataclass(frozen=True, slots=True)
class Availability:
    """`available`: all was read. `partly`: Stripe refused a part. `refused`: Stripe refused all.
    `not listed`: Stripe has no list of these. `on demand`: a sweep does not list these."""

    kind: Kind
    reason: str = ""
    """Stripe's words, or ours for `not listed` and `on demand`."""

    @classmethod
    def parse(cls, text: str) -> Availability:
        """Reads the text of the database."""
        if text == AVAILABLE.kind:
            return AVAILABLE
        for label in _LABELS:
            if text.startswith(f"{label}:"):
                return cls(label, text.removeprefix(f"{label}:").lstrip())
        return cls("refused", text)

    @classmethod
    def of_refusals(
        cls, refused: Mapping[tuple[str | None, str], str], *, partly: bool
    ) -> Availability:
        """`refused`: (connected account, route) → Stripe's reason. A reason that all have in
        common stands alone; otherwise the first few stand with their places."""
        if not partly and len(set(refused.values())) == 1:
            return cls("refused", next(iter(refused.values())))
        shown = [
            f"{' '.join(filter(None, place))}: {reason}"
            for place, reason in list(refused.items())[:REASONS_SHOWN]
        ]
        more = len(refused) - len(shown)
        said = "; ".join(shown) + (f"; and {more} more" if more else "")
        return cls("partly", f"not {said}") if partly else cls("refused", said)

    @property
    def is_refused(self) -> bool:
        """Whether a sweep could read nothing of what Stripe lists."""
        return self.kind == "refused"

    @property
    def label(self) -> str:
        """The kind as people know it."""
        return "unavailable" if self.is_refused else self.kind

    @property
    def keeps_back(self) -> bool:
        """Whether Stripe refused something."""
        return self.kind in ("refused", "partly")

    @property
    def without_request_id(self) -> str:
        """The text without the ids of requests: the same for answers that are alike."""
        return _REQUEST_ID.sub("", str(self))

    def __str__(self) -> str:
        """The text for the database and for people."""
        if self.kind in _LABELS:
            return f"{self.kind}: {self.reason}"
        return self.reason or self.kind


AVAILABLE = Availability("available")
