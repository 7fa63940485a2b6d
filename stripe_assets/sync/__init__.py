"""What the program does, without Dagster: it sweeps Stripe's lists into the mirror, follows events,
closes references, and continues after an interruption.

May import `catalog`, `stripe_api` and `mirror`. Its rooms, from high to low: `run`; `objects` and
`events`; `retrieval` and `planning`; `engine`.
"""

from stripe_assets.sync.engine.accounts import Accounts
from stripe_assets.sync.engine.session import SyncAborted
from stripe_assets.sync.events.event_run import EventProgress, EventRun
from stripe_assets.sync.events.selection import (
    EventReport,
    EventSelection,
    EventSummary,
    InvalidSelection,
)
from stripe_assets.sync.events.watch import EventWatch, WatchedEvent
from stripe_assets.sync.objects.object_sync import ObjectSync
from stripe_assets.sync.objects.observed import Observed
from stripe_assets.sync.objects.synced_object import NotRetrievable, SyncedObject
from stripe_assets.sync.planning.acceptance import accept, refused_now
from stripe_assets.sync.planning.freshness import Mode
from stripe_assets.sync.planning.plan import Plan
from stripe_assets.sync.results import ModelResult, Progress
from stripe_assets.sync.run.key_sync import KeySync

__all__ = [
    "Accounts",
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
    "accept",
    "refused_now",
]
