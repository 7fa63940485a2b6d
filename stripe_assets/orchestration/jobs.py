"""`sync_models`: every model of one key with a partition tag, of every key without."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models
from stripe_assets.orchestration.partitions import api_key_partitions

sync_models = dg.define_asset_job(
    "sync_models",
    selection=dg.AssetSelection.assets(stripe_models),
    partitions_def=api_key_partitions,
    description=(
        "Copies every model of a Stripe account into the database: those of one API key as a partition, "
        "or of every key in turn when no partition is given."
    ),
)
