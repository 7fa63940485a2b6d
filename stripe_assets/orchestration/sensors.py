"""The sensor that makes a partition of every API key."""

import dagster as dg

from stripe_assets.orchestration.key_run import StripeSync
from stripe_assets.orchestration.partitions import API_KEYS, api_key_partitions


@dg.sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Registers the API keys of the database and of the environment as partitions. Removes none.",
)
def register_api_keys(context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]) -> dg.SensorResult:
    known = set(context.instance.get_dynamic_partitions(API_KEYS))
    aliases = stripe.aliases()
    new = [alias for alias in aliases if alias not in known]
    if new:
        context.log.info("new API keys: %s", ", ".join(new))
        return dg.SensorResult(dynamic_partitions_requests=[api_key_partitions.build_add_request(new)])
    return dg.SensorResult(skip_reason=f"no new API key among {len(aliases)}")
