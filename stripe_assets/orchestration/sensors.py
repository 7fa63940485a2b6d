"""The sensors: what starts runs without a command.

One makes a partition of every API key and reports dead runs as failed. Two follow Stripe's events
and request runs.
"""

from collections import defaultdict

import dagster as dg

from stripe_assets.orchestration.active_runs import with_active_run
from stripe_assets.orchestration.assets import sync_config
from stripe_assets.orchestration.dead_runs import fail_dead_runs
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.partitions import API_KEYS, api_key_partitions, register
from stripe_assets.orchestration.process_events_op import PROCESS_EVENTS, events_config
from stripe_assets.orchestration.sensor_tick import SensorTick
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.translator import TranslatedModels
from stripe_assets.sync import EventSelection, WatchedEvent

EVENTS_IN_A_RUN = 50
"""So many ids can still be read in a run's config."""
EVERY_ACCOUNT = "all"


@dg.sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "Makes a partition of every API key in the database and in the environment, "
        "and never removes one. Reports runs whose process was killed as failed."
    ),
)
def register_api_keys(
    context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> dg.SensorResult:
    for run_id in fail_dead_runs(context.instance):
        context.log.warning(
            "The process of run %s was killed: the run is reported as failed.", run_id
        )
    known = set(context.instance.get_dynamic_partitions(API_KEYS))
    aliases = stripe.aliases()
    new = [alias for alias in aliases if alias not in known]
    if new:
        context.log.info("New API keys: %s", ", ".join(new))
        return dg.SensorResult(
            dynamic_partitions_requests=[api_key_partitions.build_add_request(new)]
        )
    return dg.SensorResult(
        skip_reason=f"There is no new API key. Keys that are known: {len(aliases)}."
    )


@dg.sensor(
    # By name: with the job itself, Dagster warns about the job's place in the code location.
    job_name=PROCESS_EVENTS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "Asks Stripe for each key's events whose webhooks are pending or failed, and requests "
        f"process_events for exactly those, at most {EVENTS_IN_A_RUN} of a key at a time. "
        "Requests nothing for a key that has a run already."
    ),
)
def failed_webhooks(
    context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> dg.SensorResult:
    requests: dict[str, dg.RunRequest] = {}
    tick = _begin_tick(context, stripe)
    with stripe.watches() as watch:
        for found in tick.looks(watch, lambda watch, owner: watch.failed_deliveries(owner)):
            part = (found.events or ())[:EVENTS_IN_A_RUN]
            account = found.owner.account_id
            run_key = tick.run_key(found.alias, account, part)
            if run_key:
                ids = tuple(event.id for event in part)
                requests[found.alias] = dg.RunRequest(
                    run_key=run_key,
                    partition_key=found.alias,
                    run_config=events_config(EventSelection(ids=ids, account=account)),
                )
                tick.finish(found.alias)
    return _result(context, tick, requests, [])


def build_new_events(models: TranslatedModels) -> dg.SensorDefinition:
    """Returns the sensor `new_events`. It requests runs of these models' assets."""

    @dg.sensor(
        job_name=SYNC_MODELS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        minimum_interval_seconds=60,
        description=(
            "Asks Stripe for each key's events since its last sync, and requests an incremental "
            "run of the models that they concern. Requests nothing for a key that has a run "
            "already. Names the accounts that need a full sweep first."
        ),
    )
    def new_events(
        context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]
    ) -> dg.SensorResult:
        return _new_events(context, models, stripe)

    return new_events


def _new_events(
    context: dg.SensorEvaluationContext, models: TranslatedModels, stripe: StripeSync
) -> dg.SensorResult:
    events_of: dict[str, list[WatchedEvent]] = defaultdict(list)
    notes: list[str] = []
    tick = _begin_tick(context, stripe)
    with stripe.watches() as watch:
        for found in tick.looks(watch, lambda watch, owner: watch.new_events(owner)):
            events_of[found.alias] += found.events or ()
            if found.events is None:
                notes.append(
                    f"{found.alias}: a full sweep of {found.owner.account_id} is due: "
                    f"stripe-assets sync --full --api-key {found.alias}"
                )
    requests: dict[str, dg.RunRequest] = {}
    for alias, events in events_of.items():
        run_key = tick.run_key(alias, EVERY_ACCOUNT, [event for event in events if event.models])
        if run_key:
            requests[alias] = dg.RunRequest(
                run_key=run_key,
                partition_key=alias,
                asset_selection=models.keys({model for event in events for model in event.models}),
                run_config=sync_config("incremental"),
            )
    return _result(context, tick, requests, notes)


def _begin_tick(context: dg.SensorEvaluationContext, stripe: StripeSync) -> SensorTick:
    aliases = stripe.aliases()
    active = with_active_run(context.instance, aliases)
    return SensorTick(context.cursor, aliases, active, context.log)


def _result(
    context: dg.SensorEvaluationContext,
    tick: SensorTick,
    requests: dict[str, dg.RunRequest],
    notes: list[str],
) -> dg.SensorResult:
    """Ends a tick.

    Leaves out keys that have got a run since the tick began. Makes the others partitions: a single
    request for an unknown partition would fail the whole tick.
    """
    for alias in with_active_run(context.instance, requests):
        del requests[alias]
    register(context.instance, requests)
    notes = [*notes, *tick.errors()]
    active = sorted(set(tick.cursor.keys) - set(tick.aliases))
    if active:
        notes.append(f"These keys have a run that waits or is in progress: {', '.join(active)}.")
    if tick.out_of_time:
        notes.append(
            f"The tick ran out of time. The next tick begins with {tick.cursor.begin_with}."
        )
    for note in notes if requests else ():
        context.log.info(note)
    nothing = (
        f"There is no event to process. Keys that were looked at: {len(tick.aliases)}."
        if tick.aliases
        else "There is no key to look at."
    )
    return dg.SensorResult(
        run_requests=list(requests.values()),
        cursor=tick.cursor.text(),
        skip_reason=None if requests else "\n".join([*notes, nothing]),
    )
