"""What the program does, without Dagster: plan a sweep, read the lists, complete nested ones, write pages, resume; follow events.

May import catalog, stripe_api and mirror.
"""

from stripe_assets.sync.currency import Mode
from stripe_assets.sync.event_run import EventProgress, EventRun
from stripe_assets.sync.event_selection import EventReport, EventSelection, EventSummary, InvalidSelection
from stripe_assets.sync.event_watch import EventWatch, WatchedEvent
from stripe_assets.sync.key_sync import KeySync
from stripe_assets.sync.objects import NotRetrievable, ObjectSync, Observed, SyncedObject
from stripe_assets.sync.plan import Plan
from stripe_assets.sync.results import AVAILABLE, ModelResult, Progress
from stripe_assets.sync.session import SyncAborted

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
