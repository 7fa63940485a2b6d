"""Numbers that several rooms of a sync share."""

from __future__ import annotations

from datetime import timedelta

from stripe_assets.catalog.limits import LARGEST_PAGE

PAGE = LARGEST_PAGE

RETENTION = timedelta(days=30)
"""How long Stripe lists events."""

LAG = timedelta(seconds=10)
"""Stripe's lists are eventually consistent. The newest seconds are read again the next time."""

OVERLAP = timedelta(minutes=5)
"""The time before a cursor that is read again as well. An event that the ledger has settled costs
only its place on a page."""

SKEW = timedelta(minutes=1)
"""How far two clocks may differ before a time counts as one of the future."""

ASKED_AGAIN_AFTER = 2.0
"""Seconds. A refusal is believed when Stripe refuses again so much later."""

MOST_TRIES = 12
"""Requests of a run that find out which expansions of an endpoint are refused."""
