"""The sensor that makes a partition of every API key, and sees to runs that were killed."""

import dagster as dg

from stripe_assets.orchestration.key_run import StripeSync
from stripe_assets.orchestration.orphans import end_orphans
from stripe_assets.orchestration.partitions import API_KEYS, api_key_partitions


@dg.sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "Registers the API keys of the database and of the environment as partitions, and removes none. Ends runs whose process is gone."
    ),
)
def register_api_keys(context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]) -> dg.SensorResult:
    for run_id in end_orphans(context.instance):
        context.log.warning("the process of run %s is gone: the run is marked as failed", run_id)
    known = set(context.instance.get_dynamic_partitions(API_KEYS))
    aliases = stripe.aliases()
    new = [alias for alias in aliases if alias not in known]
    if new:
        context.log.info("new API keys: %s", ", ".join(new))
        return dg.SensorResult(dynamic_partitions_requests=[api_key_partitions.build_add_request(new)])
    return dg.SensorResult(skip_reason=f"no new API key among {len(aliases)}")
