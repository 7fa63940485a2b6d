"""`sync_models` and `process_events`: one key with a partition tag, every key in turn without."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models
from stripe_assets.orchestration.events import PROCESS_EVENTS, process_stripe_events
from stripe_assets.orchestration.partitions import api_key_partitions

SYNC_MODELS = "sync_models"

sync_models = dg.define_asset_job(
    SYNC_MODELS,
    selection=dg.AssetSelection.assets(stripe_models),
    description=(
        "Copies every model of a Stripe account into the database: those of one API key as a partition, "
        "or of every key in turn when no partition is given."
    ),
)


@dg.job(
    name=PROCESS_EVENTS,
    partitions_def=api_key_partitions,
    description=(
        "Processes Stripe's events of one API key as a partition, or of every key in turn when no partition is given: all of them, "
        "those whose webhooks failed, those of a type, or those with the ids of its config."
    ),
)
def process_events() -> None:
    process_stripe_events.alias(PROCESS_EVENTS)()
