"""How much of a model Stripe shows to a key, and why not more.

The database stores it as text. It is made once, by a sweep, and parsed once, where a row is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["available", "incomplete", "refused", "not listed", "on demand"]

REASONS_SHOWN = 3
_LABELS: tuple[Kind, ...] = ("available", "incomplete", "not listed", "on demand")
_EARLIER = "partly:"
"""How earlier releases began the text of a model of which something was not read."""
_ID = re.compile(r"\b[a-z]+_\w*\d\w*")
_REQUEST_ID = re.compile(r"\s*[\[(]req_\w+[\])]")


@dataclass(frozen=True, slots=True)
class Availability:
    """`available`: all was read that Stripe shows. `incomplete`: something could not be read; it is
    a hole. `refused`: Stripe shows nothing. `not listed`: Stripe has no list of these. `on demand`:
    a sweep does not list these."""

    kind: Kind
    reason: str = ""
    """Stripe's words, or ours for `not listed` and `on demand`. With `available`: what Stripe does
    not show."""

    @classmethod
    def parse(cls, text: str) -> Availability:
        """Reads the text of the database."""
        if text == AVAILABLE.kind:
            return AVAILABLE
        if text.startswith(_EARLIER):
            return cls("incomplete", text.removeprefix(_EARLIER).lstrip())
        for label in _LABELS:
            if text.startswith(f"{label}:"):
                return cls(label, text.removeprefix(f"{label}:").lstrip())
        return cls("refused", text)

    @classmethod
    def of_refusals(
        cls, refused: Mapping[tuple[str | None, str], str], *, others: bool
    ) -> Availability:
        """`refused`: (connected account, route) → Stripe's reason. A reason that all have in
        common stands alone; otherwise the first few stand with their places. `others`: other
        lists of the model have answered."""
        if not others and len(set(refused.values())) == 1:
            return cls("refused", next(iter(refused.values())))
        places: dict[str, list[str]] = {}
        for place, reason in refused.items():
            places.setdefault(without_ids(reason), []).append(" ".join(filter(None, place)))
        shown = []
        for reason, some in list(places.items())[:REASONS_SHOWN]:
            more = f" and {len(some) - 1} more" if len(some) > 1 else ""
            shown.append(f"{some[0]}{more}: {reason}")
        hidden = len(places) - len(shown)
        said = "; ".join(shown) + (f"; and for {hidden} more reasons" if hidden else "")
        return cls("available", f"not {said}") if others else cls("refused", said)

    @property
    def is_refused(self) -> bool:
        """Whether a sweep could read nothing of what Stripe lists."""
        return self.kind == "refused"

    @property
    def label(self) -> str:
        """The kind as people know it."""
        return "unavailable" if self.is_refused else self.kind

    def __str__(self) -> str:
        """The text for the database and for people."""
        if self.kind in _LABELS and self.reason:
            return f"{self.kind}: {self.reason}"
        return self.reason or self.kind


AVAILABLE = Availability("available")


def some_of(names: Iterable[str], shown: int) -> str:
    """Returns the first names in one line, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - shown:,} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def without_ids(text: str) -> str:
    """Each answer names its request, and often the account or the object. Without these ids, equal
    reasons are equal."""
    return _ID.sub("…", _REQUEST_ID.sub("", text))


def models_by_reason(said: Iterable[tuple[str, Availability]]) -> dict[str, list[str]]:
    """Returns reason → the models that Stripe does not show, wholly or in part, in order.

    `said`: (model, availability). The reasons are without ids.
    """
    by_reason: dict[str, list[str]] = {}
    for model, availability in sorted(said, key=lambda pair: (pair[0], str(pair[1]))):
        if availability.is_refused or (availability.kind == "available" and availability.reason):
            shown = availability.reason if availability.kind == "available" else str(availability)
            models = by_reason.setdefault(without_ids(shown), [])
            if model not in models:
                models.append(model)
    return by_reason
