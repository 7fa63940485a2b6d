"""What a sweep's availability means: `available`, `<label>: reason` where the rest was read, else Stripe's reason for none of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

AVAILABLE = "available"
UNAVAILABLE = "unavailable"
_PARTLY = "partly"
_LABELS = frozenset({_PARTLY, "on demand", "not listed"})


def label(availability: str) -> str:
    """`available`, the label, or `unavailable`."""
    head = availability.partition(":")[0]
    return head if head == AVAILABLE or head in _LABELS else UNAVAILABLE


def reasons(said: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """From (model, availability): reason → the models that Stripe keeps back, wholly or partly. Without each answer's own request id."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for model, availability in sorted(set(said)):
        if label(availability) in (UNAVAILABLE, _PARTLY):
            models = by_reason[re.sub(r"\s*[\[(]req_\w+[\])]", "", availability)]
            if model not in models:
                models.append(model)
    return dict(by_reason)
