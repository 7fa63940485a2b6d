"""What Dagster loads: `dagster dev -m stripe_assets.definitions`."""

from stripe_assets.orchestration.code_location import build_definitions
from stripe_assets.orchestration.stripe_sync import StripeSync

defs = build_definitions(StripeSync())
