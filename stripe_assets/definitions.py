"""What Dagster loads."""

import dagster as dg

from stripe_assets.orchestration.assets import stripe_models
from stripe_assets.orchestration.jobs import sync_models
from stripe_assets.orchestration.key_run import StripeSync
from stripe_assets.orchestration.sensors import register_api_keys

defs = dg.Definitions(
    assets=[stripe_models],
    jobs=[sync_models],
    sensors=[register_api_keys],
    resources={"stripe": StripeSync()},
    executor=dg.in_process_executor,  # one step does it all: a process per step would only cost seconds
)
