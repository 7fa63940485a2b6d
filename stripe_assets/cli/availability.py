"""What the text of a sweep's availability means.

It is `available`, or `<label>: reason` where the sweep read a part or had nothing to list, or
Stripe's reason where the sweep could read nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

AVAILABLE = "available"
UNAVAILABLE = "unavailable"
_PARTLY = "partly"
_LABELS = frozenset({_PARTLY, "on demand", "not listed"})


def label(availability: str) -> str:
    """Returns `available`, the label, or `unavailable`."""
    head = availability.partition(":")[0]
    return head if head == AVAILABLE or head in _LABELS else UNAVAILABLE


def reasons(availabilities: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Returns reason → the models that Stripe refuses for it, wholly or partly.

    Each item is (model, availability). The reasons are without request ids: each answer has its
    own.
    """
    by_reason: dict[str, list[str]] = defaultdict(list)
    for model, availability in sorted(set(availabilities)):
        if label(availability) in (UNAVAILABLE, _PARTLY):
            models = by_reason[re.sub(r"\s*[\[(]req_\w+[\])]", "", availability)]
            if model not in models:
                models.append(model)
    return dict(by_reason)
