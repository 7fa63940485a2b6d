"""The sensors: one that makes a partition of every API key and sees to runs that were killed, two that follow Stripe's events."""

from collections import defaultdict

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import asset_key, sync_config
from stripe_assets.orchestration.events import PROCESS_EVENTS, events_config
from stripe_assets.orchestration.jobs import sync_models
from stripe_assets.orchestration.orphans import end_orphans
from stripe_assets.orchestration.partitions import API_KEYS, api_key_partitions, register
from stripe_assets.orchestration.rounds import Round
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.under_way import busy
from stripe_assets.sync import EventSelection, WatchedEvent

EVENTS_IN_A_RUN = 50
"""Ids that still can be read in a run's config."""
EVERY_ACCOUNT = "all"


@dg.sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "Registers the API keys of the database and of the environment as partitions, and removes none. Ends runs whose process is gone."
    ),
)
def register_api_keys(
    context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> dg.SensorResult:
    for run_id in end_orphans(context.instance):
        context.log.warning("the process of run %s is gone: the run is marked as failed", run_id)
    known = set(context.instance.get_dynamic_partitions(API_KEYS))
    aliases = stripe.aliases()
    new = [alias for alias in aliases if alias not in known]
    if new:
        context.log.info("new API keys: %s", ", ".join(new))
        return dg.SensorResult(
            dynamic_partitions_requests=[api_key_partitions.build_add_request(new)]
        )
    return dg.SensorResult(skip_reason=f"no new API key among {len(aliases)}")


@dg.sensor(
    job_name=PROCESS_EVENTS,  # not the job itself, whose place in the code location Dagster would fill with a warning
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description=(
        "Asks Stripe for each key's events whose webhooks are pending or failed, and requests process_events for exactly those: "
        f"at most {EVENTS_IN_A_RUN} of a key at a time, none while a run of the key waits or goes on."
    ),
)
def failed_webhooks(
    context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> dg.SensorResult:
    requests: dict[str, dg.RunRequest] = {}
    round_ = _begun(context, stripe)
    with stripe.watches() as watch:
        for look in round_.looks(watch, lambda watch, owner: watch.failed_deliveries(owner)):
            part = (look.events or ())[:EVENTS_IN_A_RUN]
            account = look.owner.account_id
            run_key = round_.run_key(look.alias, account, part)
            if run_key:
                config = events_config(
                    EventSelection(ids=tuple(event.id for event in part), account=account)
                )
                requests[look.alias] = dg.RunRequest(
                    run_key=run_key, partition_key=look.alias, run_config=config
                )
                round_.finish(look.alias)
    return _result(context, round_, requests, [])


@dg.sensor(
    job=sync_models,
    default_status=dg.DefaultSensorStatus.STOPPED,
    minimum_interval_seconds=60,
    description=(
        "Asks Stripe for each key's events since its last sync, and requests an incremental run of the models that they concern, "
        "none while a run of the key waits or goes on. Says where only a full sweep would do."
    ),
)
def new_events(
    context: dg.SensorEvaluationContext, stripe: dg.ResourceParam[StripeSync]
) -> dg.SensorResult:
    found: dict[str, list[WatchedEvent]] = defaultdict(list)
    notes: list[str] = []
    round_ = _begun(context, stripe)
    with stripe.watches() as watch:
        for look in round_.looks(watch, lambda watch, owner: watch.new_events(owner)):
            found[look.alias] += look.events or ()
            if look.events is None:
                command = f"stripe-assets sync --full --api-key {look.alias}"
                notes.append(
                    f"{look.alias}: a full sweep of {look.owner.account_id} is due: {command}"
                )
    requests: dict[str, dg.RunRequest] = {}
    for alias, events in found.items():
        models = {model for event in events for model in event.models}
        run_key = round_.run_key(alias, EVERY_ACCOUNT, [event for event in events if event.models])
        if run_key:
            selection = [
                asset_key(resource)
                for name, resource in catalog().resources.items()
                if name in models
            ]
            requests[alias] = dg.RunRequest(
                run_key=run_key,
                partition_key=alias,
                asset_selection=selection,
                run_config=sync_config("incremental"),
            )
    return _result(context, round_, requests, notes)


def _begun(context: dg.SensorEvaluationContext, stripe: StripeSync) -> Round:
    aliases = stripe.aliases()
    return Round(context.cursor, aliases, busy(context.instance, aliases), context.log)


def _result(
    context: dg.SensorEvaluationContext,
    round_: Round,
    requests: dict[str, dg.RunRequest],
    notes: list[str],
) -> dg.SensorResult:
    """Leaves out keys for which a run has come up meanwhile. The others are made partitions: one that is not known fails a whole tick."""
    for alias in busy(context.instance, requests):
        del requests[alias]
    register(context.instance, requests)
    notes = [*notes, *round_.errors()]
    waiting = sorted(set(round_.cursor.keys) - set(round_.aliases))
    if waiting:
        notes.append(f"a run waits or goes on: {', '.join(waiting)}")
    if round_.late:
        notes.append(
            f"the tick's time was over: the next one goes on with {round_.cursor.begin_with}"
        )
    for note in notes if requests else ():
        context.log.info(note)
    nothing = (
        f"no event to process of {len(round_.aliases)} keys"
        if round_.aliases
        else "no key to look at"
    )
    return dg.SensorResult(
        run_requests=list(requests.values()),
        cursor=round_.cursor.text(),
        skip_reason=None if requests else "\n".join([*notes, nothing]),
    )
