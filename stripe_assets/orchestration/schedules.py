"""The nightly full sweep of each key: what no event tells, it finds."""

from collections.abc import Iterator

import dagster as dg

from stripe_assets.orchestration.assets import sync_config
from stripe_assets.orchestration.jobs import sync_models
from stripe_assets.orchestration.partitions import register
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.under_way import busy


@dg.schedule(
    job=sync_models,
    cron_schedule="0 3 * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night at three (UTC): a full sweep of each API key, but of none that a run waits for or goes on with.",
)
def nightly_full_sweep(
    context: dg.ScheduleEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    aliases = stripe.aliases()
    under_way = busy(context.instance, aliases)
    due = [alias for alias in aliases if alias not in under_way]
    register(context.instance, due)  # one that is no partition would fail the whole tick
    for alias in due:
        run_key = f"{alias}/{context.scheduled_execution_time:%Y-%m-%d %H:%M}"
        yield dg.RunRequest(run_key=run_key, partition_key=alias, run_config=sync_config("full"))
    if under_way and not due:
        yield dg.SkipReason(f"a run waits or goes on: {', '.join(sorted(under_way))}")
    elif not aliases:
        yield dg.SkipReason("there is no API key")
