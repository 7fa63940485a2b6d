"""The code location: everything that Dagster loads, put together."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models
from stripe_assets.orchestration.jobs import process_events, sync_models
from stripe_assets.orchestration.schedules import nightly_full_sweep
from stripe_assets.orchestration.sensors import failed_webhooks, new_events, register_api_keys
from stripe_assets.orchestration.stripe_sync import StripeSync


def build_definitions(stripe: StripeSync) -> dg.Definitions:
    """Returns the definitions of the code location, with `stripe` as their resource."""
    return dg.Definitions(
        assets=[stripe_models],
        jobs=[sync_models, process_events],
        sensors=[register_api_keys, failed_webhooks, new_events],
        schedules=[nightly_full_sweep],
        resources={"stripe": stripe},
        # A run has one step. A process for that step would only cost seconds.
        executor=dg.in_process_executor,
    )
