"""The nightly full sweep of each key: it finds the changes that no event reports."""

from collections.abc import Iterator

import dagster as dg

from stripe_assets.orchestration.active_runs import with_active_run
from stripe_assets.orchestration.assets import sync_config
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.partitions import register
from stripe_assets.orchestration.stripe_sync import StripeSync


@dg.schedule(
    job_name=SYNC_MODELS,
    cron_schedule="0 3 * * *",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description=(
        "A full sweep of each API key, every night at three (UTC). "
        "Leaves out a key that has a run already."
    ),
)
def nightly_full_sweep(
    context: dg.ScheduleEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> Iterator[dg.RunRequest | dg.SkipReason]:
    aliases = stripe.aliases()
    active = with_active_run(context.instance, aliases)
    due = [alias for alias in aliases if alias not in active]
    # A single request for an unknown partition would fail the whole tick.
    register(context.instance, due)
    for alias in due:
        run_key = f"{alias}/{context.scheduled_execution_time:%Y-%m-%d %H:%M}"
        yield dg.RunRequest(run_key=run_key, partition_key=alias, run_config=sync_config("full"))
    if active and not due:
        yield dg.SkipReason(
            f"Every key has a run that waits or is in progress: {', '.join(sorted(active))}."
        )
    elif not aliases:
        yield dg.SkipReason("There is no API key.")
