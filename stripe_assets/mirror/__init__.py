"""The database: tables from the catalog, rows from API objects. The newest observation wins.

The other packages import the mirror's names from here and not from its modules. May import
`stripe_assets.catalog` and nothing else of the project.
"""

from stripe_assets.mirror.availability import (
    AVAILABLE,
    Availability,
    models_by_reason,
    some_of,
    without_ids,
)
from stripe_assets.mirror.batch import (
    Absence,
    Batch,
    Checkpoint,
    EventKey,
    Gone,
    Hole,
    HoleId,
    LedgerEntry,
    ObjectRef,
    OpenSublist,
    Owner,
    ParentRef,
    WholeSublists,
    WriteCounts,
)
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.columns import Row, Rows
from stripe_assets.mirror.dialects.column_types import COLUMN_TYPES
from stripe_assets.mirror.dialects.portable_table import PortableTable
from stripe_assets.mirror.dialects.url import DEFAULT_URL, database_file, database_url, is_in_memory
from stripe_assets.mirror.errors import InvalidDatabaseUrl, MirrorError, shown_url
from stripe_assets.mirror.key_store import KeyStore, KeyStoreError, StoredKey
from stripe_assets.mirror.mirror import Mirror
from stripe_assets.mirror.rows.flatten import flatten
from stripe_assets.mirror.rows.rebuild import ObjectReader
from stripe_assets.mirror.state.ledger_records import EventState, Failing
from stripe_assets.mirror.state.sweep_records import BEFORE_HOLES, FinishedSweep, Sweep, SweepStatus
from stripe_assets.mirror.tables.layout import (
    PRIMARY_KEY,
    SCHEMA,
    ColumnKind,
    Layout,
    read_at_column,
)
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.tables.values import decimal_text

__all__ = [
    "AVAILABLE",
    "BEFORE_HOLES",
    "COLUMN_TYPES",
    "DEFAULT_URL",
    "PRIMARY_KEY",
    "SCHEMA",
    "Absence",
    "Availability",
    "Batch",
    "Checkpoint",
    "ColumnKind",
    "EventKey",
    "EventState",
    "Failing",
    "FinishedSweep",
    "Gone",
    "Hole",
    "HoleId",
    "InvalidDatabaseUrl",
    "KeyStore",
    "KeyStoreError",
    "Layout",
    "LedgerEntry",
    "Mirror",
    "MirrorError",
    "ObjectReader",
    "ObjectRef",
    "OpenSublist",
    "Owner",
    "ParentRef",
    "PortableTable",
    "Row",
    "Rows",
    "StoredKey",
    "Sweep",
    "SweepStatus",
    "Tables",
    "WholeSublists",
    "WriteCounts",
    "chunks",
    "database_file",
    "database_url",
    "decimal_text",
    "flatten",
    "is_in_memory",
    "models_by_reason",
    "read_at_column",
    "shown_url",
    "some_of",
    "without_ids",
]
