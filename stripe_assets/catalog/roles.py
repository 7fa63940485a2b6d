"""The resources that have a part of their own in a sync."""

from __future__ import annotations

EVENT = "event"


ACCOUNT = "account"
