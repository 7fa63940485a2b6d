"""The database: tables made from the catalog, rows made from API objects, newest observation wins.

May import `stripe_assets.catalog` and nothing else of the project.
"""

from stripe_assets.mirror.batch import (
    Absence,
    Batch,
    Checkpoint,
    ClosedSublist,
    EventKey,
    Gone,
    LedgerEntry,
    ObjectRef,
    OpenSublist,
    Owner,
    ParentRef,
    WriteCounts,
)
from stripe_assets.mirror.columns import Row, Rows
from stripe_assets.mirror.dialects.url import DEFAULT_URL
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.key_store import KeyStore, KeyStoreError, StoredKey
from stripe_assets.mirror.mirror import Mirror
from stripe_assets.mirror.rows.flatten import flatten
from stripe_assets.mirror.state.ledger import EventState, Failing, Ledger
from stripe_assets.mirror.state.sweeps import FinishedSweep, Sweep, SweepStatus

__all__ = [
    "DEFAULT_URL",
    "Absence",
    "Batch",
    "Checkpoint",
    "ClosedSublist",
    "EventKey",
    "EventState",
    "Failing",
    "FinishedSweep",
    "Gone",
    "KeyStore",
    "KeyStoreError",
    "Ledger",
    "LedgerEntry",
    "Mirror",
    "MirrorError",
    "ObjectRef",
    "OpenSublist",
    "Owner",
    "ParentRef",
    "Row",
    "Rows",
    "StoredKey",
    "Sweep",
    "SweepStatus",
    "WriteCounts",
    "flatten",
]
