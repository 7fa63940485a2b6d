"""Numbers that several rooms of a sync share."""

from __future__ import annotations

from datetime import timedelta

SKEW = timedelta(minutes=1)


RETENTION = timedelta(days=30)
"""How long Stripe lists events."""


LAG = timedelta(seconds=10)
"""Lists are eventually consistent: the newest seconds are read again the next time."""


OVERLAP = timedelta(minutes=5)
"""And so is this much before them. What the ledger has settled already costs nothing but its place on a page."""


PAGE = 100
