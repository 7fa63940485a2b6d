"""The resources that have a part of their own in a sync."""

from __future__ import annotations

EVENT = "event"


ACCOUNT = "account"


CHARGE = "charge"
"""The resource that Stripe counts as an account's transactions."""
