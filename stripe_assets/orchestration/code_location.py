"""All that Dagster gets to see, put together."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models
from stripe_assets.orchestration.jobs import sync_models
from stripe_assets.orchestration.key_run import StripeSync
from stripe_assets.orchestration.sensors import register_api_keys


def code_location(stripe: StripeSync) -> dg.Definitions:
    return dg.Definitions(
        assets=[stripe_models],
        jobs=[sync_models],
        sensors=[register_api_keys],
        resources={"stripe": stripe},
        executor=dg.in_process_executor,  # one step does it all: a process per step would only cost seconds
    )
