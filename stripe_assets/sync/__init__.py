"""What the program does, without Dagster: plan a sweep, read the lists, complete nested ones, write pages, resume; follow events.

May import catalog, stripe_api and mirror.
"""

from stripe_assets.sync.engine.session import SyncAborted
from stripe_assets.sync.events.run import EventProgress, EventRun
from stripe_assets.sync.events.selection import (
    EventReport,
    EventSelection,
    EventSummary,
    InvalidSelection,
)
from stripe_assets.sync.events.watch import EventWatch, WatchedEvent
from stripe_assets.sync.objects import NotRetrievable, ObjectSync, Observed, SyncedObject
from stripe_assets.sync.planning.freshness import Mode
from stripe_assets.sync.planning.plan import Plan
from stripe_assets.sync.results import AVAILABLE, ModelResult, Progress
from stripe_assets.sync.run import KeySync

__all__ = [
    "AVAILABLE",
    "EventProgress",
    "EventReport",
    "EventRun",
    "EventSelection",
    "EventSummary",
    "EventWatch",
    "InvalidSelection",
    "KeySync",
    "Mode",
    "ModelResult",
    "NotRetrievable",
    "ObjectSync",
    "Observed",
    "Plan",
    "Progress",
    "SyncAborted",
    "SyncedObject",
    "WatchedEvent",
]
