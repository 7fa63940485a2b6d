"""The database: tables made from the catalog, rows made from API objects, newest observation wins.

May import `stripe_assets.catalog` and nothing else of the project.
"""

from stripe_assets.mirror.batch import (
    Batch,
    Checkpoint,
    ClosedSublist,
    EventKey,
    Gone,
    LedgerEntry,
    OpenSublist,
    Owner,
    ParentRef,
    WriteCounts,
)
from stripe_assets.mirror.block import Row, Rows
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.keys import KeyStore, KeyStoreError, StoredKey
from stripe_assets.mirror.ledger import EventState, Failing, Ledger
from stripe_assets.mirror.mirror import Mirror
from stripe_assets.mirror.references import Absence, Missing
from stripe_assets.mirror.rows import flatten
from stripe_assets.mirror.sweeps import FinishedSweep, Sweep, SweepStatus
from stripe_assets.mirror.url import DEFAULT_URL

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
    "Missing",
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
