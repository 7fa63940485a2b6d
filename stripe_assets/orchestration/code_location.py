"""All that Dagster gets to see, put together."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models
from stripe_assets.orchestration.jobs import process_events, sync_models
from stripe_assets.orchestration.schedules import nightly_full_sweep
from stripe_assets.orchestration.sensors import failed_webhooks, new_events, register_api_keys
from stripe_assets.orchestration.stripe_sync import StripeSync


def code_location(stripe: StripeSync) -> dg.Definitions:
    return dg.Definitions(
        assets=[stripe_models],
        jobs=[sync_models, process_events],
        sensors=[register_api_keys, failed_webhooks, new_events],
        schedules=[nightly_full_sweep],
        resources={"stripe": stripe},
        executor=dg.in_process_executor,  # one step does it all: a process per step would only cost seconds
    )
