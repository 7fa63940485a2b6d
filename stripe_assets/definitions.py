"""What Dagster loads."""

from stripe_assets.orchestration.code_location import code_location
from stripe_assets.orchestration.stripe_sync import StripeSync

defs = code_location(StripeSync())
