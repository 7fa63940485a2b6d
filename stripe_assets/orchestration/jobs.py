"""The jobs `sync_models` and `process_events`.

With a partition tag a run is one of that API key, without one of every key, one after another.
"""

import dagster as dg

from stripe_assets.orchestration.partitions import api_key_partitions
from stripe_assets.orchestration.process_events_op import PROCESS_EVENTS, build_process_events_op
from stripe_assets.orchestration.translator import TranslatedModels

SYNC_MODELS = "sync_models"


def build_sync_models(stripe_models: dg.AssetsDefinition):  # Dagster does not export the type.
    """Returns the job `sync_models` of this asset."""
    return dg.define_asset_job(
        SYNC_MODELS,
        selection=dg.AssetSelection.assets(stripe_models),
        description=(
            "Copies every model of a Stripe account into the database. The partition is the API "
            "key. A run without a partition copies every key's account, one after another."
        ),
    )


def build_process_events(models: TranslatedModels) -> dg.JobDefinition:
    """Returns the job `process_events`. It materializes these models' assets."""
    process_stripe_events = build_process_events_op(models)

    @dg.job(
        name=PROCESS_EVENTS,
        partitions_def=api_key_partitions,
        description=(
            "Processes Stripe's events: all of them or, by the run's config, those whose webhooks "
            "failed, those of a type, or those with the given ids. The partition is the API key. "
            "A run without a partition processes every key's events, one key after another."
        ),
    )
    def process_events() -> None:
        process_stripe_events.alias(PROCESS_EVENTS)()

    return process_events
