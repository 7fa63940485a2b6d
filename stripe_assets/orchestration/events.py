"""The op that processes events: those of one API key with a partition tag, of every key in turn without."""

from dataclasses import replace

import dagster as dg
import pydantic

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import asset_key
from stripe_assets.orchestration.event_log import EventLog
from stripe_assets.orchestration.key_run import KeyEvents
from stripe_assets.orchestration.orphans import name_process
from stripe_assets.orchestration.outcome import EventsOutcome
from stripe_assets.orchestration.partitions import register
from stripe_assets.orchestration.report import event_tables, failure, no_key, refused
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.sync import EventSelection, InvalidSelection

PROCESS_EVENTS = "process_events"
"""The job, and the op within it: a code location cannot have an op and a job of one name, so the op itself has another."""
EACH_EVENT = 2
"""The verbosity from which every event is logged."""


class EventsConfig(dg.Config):
    """Two of `failed`, `type` and `ids` exclude each other; without any, all events are processed."""

    failed: bool = pydantic.Field(
        default=False,
        description="Events whose webhooks are pending or failed (delivery_success=false).",
    )
    type: str | None = pydantic.Field(
        default=None, description="A type, or several with *: payment_intent.*"
    )
    ids: list[str] = pydantic.Field(default=[], description="These events.")
    account: str | None = pydantic.Field(
        default=None, description="The account whose events the ids are, where it is known."
    )
    others: bool = pydantic.Field(
        default=False,
        description="Ids that this key does not have may be another key's, and are no failure.",
    )
    verbosity: int = pydantic.Field(
        default=1,
        description="2 logs each event with what it did, and the traceback of each failure.",
    )


def events_config(
    selection: EventSelection, verbosity: int = 1, others: bool = False
) -> dict[str, object]:
    """A run's config."""
    chosen: dict[str, object] = {
        "failed": selection.failed,
        "type": selection.type,
        "ids": list(selection.ids),
        "account": selection.account,
        "others": others,
    }
    config = {name: value for name, value in chosen.items() if value} | {"verbosity": verbosity}
    return {"ops": {PROCESS_EVENTS: {"config": config}}}


@dg.op(
    name="process_stripe_events",
    out=dg.Out(dg.Nothing),
    description="Reads again, in its present state, every object that an event says was changed, and marks what is deleted.",
)
def process_stripe_events(
    context: dg.OpExecutionContext, config: EventsConfig, stripe: dg.ResourceParam[StripeSync]
) -> None:
    name_process(context.instance, context.run.run_id)
    selection = _selection(config)
    aliases = (context.partition_key,) if context.has_partition_key else stripe.aliases()
    if not aliases:
        raise no_key()
    outcomes: list[EventsOutcome] = []
    for position, alias in enumerate(aliases):
        others = config.others or (bool(selection.ids) and position + 1 < len(aliases))
        outcomes.append(
            _processed(
                context,
                KeyEvents(stripe, alias, selection, context.run.run_id, others),
                config.verbosity,
            )
        )
        if others and outcomes[-1].error is None:
            if not outcomes[-1].elsewhere:
                break
            selection = replace(selection, ids=outcomes[-1].elsewhere)
    tables = event_tables(outcomes)
    if not all(outcome.succeeded for outcome in outcomes):
        raise failure(outcomes, tables)
    context.add_output_metadata(tables)


def _selection(config: EventsConfig) -> EventSelection:
    try:
        return EventSelection(config.failed, config.type, tuple(config.ids), config.account)
    except InvalidSelection as error:
        raise refused(str(error)) from None


def _processed(context: dg.OpExecutionContext, run: KeyEvents, verbosity: int) -> EventsOutcome:
    outcome = run.outcome
    each = EventLog(context.log.info)
    try:
        run.run(
            lambda: register(context.instance, [outcome.alias]),
            context.log.info,
            each if verbosity >= EACH_EVENT else None,
        )
    finally:
        each.flush()
    for model, rows in outcome.result.rows.items() if outcome.result else ():
        key = asset_key(catalog()[model])
        there = outcome.result.rows_in_mirror if outcome.result else {}
        metadata = {"rows_written": rows} | (
            {"dagster/partition_row_count": there[model]} if model in there else {}
        )
        context.log_event(dg.AssetMaterialization(key, partition=outcome.alias, metadata=metadata))
    return outcome
