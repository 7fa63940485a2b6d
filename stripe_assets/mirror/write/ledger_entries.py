"""New events as rows of the ledger. They are written with the page that has the events."""

from __future__ import annotations

from datetime import datetime

from stripe_assets.mirror.batch import LedgerEntry
from stripe_assets.mirror.columns import Row


def ledger_row(entry: LedgerEntry, now: datetime) -> Row:
    """The row of an event that is new to the ledger."""
    return {
        "_account_id": entry.owner.account_id,
        "_livemode": entry.owner.livemode,
        "id": entry.id,
        "type": entry.type,
        "created": entry.created,
        "object": entry.object,
        "object_id": entry.object_id,
        "object_account": entry.object_account,
        "object_created": entry.object_created,
        "parents": dict(entry.parents) or None,
        "lists": list(entry.lists) or None,
        "state": "pending" if entry.ignored is None else "ignored",
        "reason": entry.ignored,
        "attempts": 0,
        "settled_at": None if entry.ignored is None else now,
    }
