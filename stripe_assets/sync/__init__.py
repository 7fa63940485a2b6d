"""What the program does, without Dagster: plan a sweep, read the lists, complete nested ones, write pages, resume.

May import catalog, stripe_api and mirror.
"""

from stripe_assets.sync.key_sync import KeySync, SyncAborted
from stripe_assets.sync.plan import Plan
from stripe_assets.sync.results import AVAILABLE, ModelResult, Progress

__all__ = ["AVAILABLE", "KeySync", "ModelResult", "Plan", "Progress", "SyncAborted"]
