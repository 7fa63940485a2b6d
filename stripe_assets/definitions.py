"""What Dagster loads: `dagster dev -m stripe_assets.definitions`."""

from stripe_assets.orchestration.code_location import build_definitions
from stripe_assets.orchestration.partitions import register_keys_of_environment
from stripe_assets.orchestration.stripe_sync import StripeSync

register_keys_of_environment()
defs = build_definitions(StripeSync())
