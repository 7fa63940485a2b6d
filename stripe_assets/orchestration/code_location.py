"""The code location: everything that Dagster loads, put together."""

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import build_models_asset
from stripe_assets.orchestration.jobs import build_process_events, build_sync_models
from stripe_assets.orchestration.schedules import nightly_full_sweep
from stripe_assets.orchestration.sensors import (
    build_new_events,
    failed_webhooks,
    register_api_keys,
)
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.translator import (
    DEFAULT_TRANSLATOR,
    StripeTranslator,
    TranslatedModels,
    translate,
)


def build_definitions(
    stripe: StripeSync, translator: StripeTranslator = DEFAULT_TRANSLATOR
) -> dg.Definitions:
    """Returns the definitions of the code location, with `stripe` as their resource.

    `translator` makes the specs of the assets. Jobs, sensors and the schedule use its keys. Raises
    ValueError where it gives two models one key.
    """
    return definitions_of(translate(catalog(), translator), stripe)


def definitions_of(models: TranslatedModels, stripe: StripeSync) -> dg.Definitions:
    """Returns the same for models that are translated already."""
    stripe_models = build_models_asset(models)
    return dg.Definitions(
        assets=[stripe_models],
        jobs=[build_sync_models(stripe_models), build_process_events(models)],
        sensors=[register_api_keys, failed_webhooks, build_new_events(models)],
        schedules=[nightly_full_sweep],
        resources={"stripe": stripe},
        # A run has one step. A process for that step would only cost seconds.
        executor=dg.in_process_executor,
    )
