"""`sync_models`: every model of one key with a partition tag, of every key without."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models

sync_models = dg.define_asset_job(
    "sync_models",
    selection=dg.AssetSelection.assets(stripe_models),
    description=(
        "Copies every model of a Stripe account into the database: those of one API key as a partition, "
        "or of every key in turn when no partition is given."
    ),
)
