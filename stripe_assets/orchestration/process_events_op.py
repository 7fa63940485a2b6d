"""The op of the job `process_events`.

With a partition tag it processes the events of that API key, without one those of every key, one
after another.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import dagster as dg

from stripe_assets.orchestration.dead_runs import record_process
from stripe_assets.orchestration.failures import failure, final_failure, no_key
from stripe_assets.orchestration.key_runs import KeyEventsRun
from stripe_assets.orchestration.metadata import event_tables
from stripe_assets.orchestration.outcome import EventsOutcome
from stripe_assets.orchestration.partitions import register
from stripe_assets.orchestration.stripe_event_log import StripeEventLog
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.translator import TranslatedModels
from stripe_assets.sync import EventSelection, InvalidSelection

PROCESS_EVENTS = "process_events"
"""The job, and the op's alias in it. An op and a job of one code location may not share a name, so
the op itself has another."""
EACH_EVENT = 2
"""The verbosity from which on every event is logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsConfig:
    """`failed`, `type` and `ids` exclude each other. None of them means all events."""

    failed: bool
    type: str | None
    ids: Sequence[str]
    account: str | None
    others: bool
    verbosity: int


SCHEMA = {
    "failed": dg.Field(
        dg.Bool,
        default_value=False,
        description="Only events whose webhooks are pending or failed (delivery_success=false).",
    ),
    "type": dg.Field(
        dg.Noneable(dg.String),
        default_value=None,
        description="Only events of this type. * stands for any text: payment_intent.*",
    ),
    "ids": dg.Field([dg.String], default_value=[], description="Only these events."),
    "account": dg.Field(
        dg.Noneable(dg.String),
        default_value=None,
        description="With ids: the account that the events belong to, where it is known.",
    ),
    "others": dg.Field(
        dg.Bool,
        default_value=False,
        description=(
            "With ids: ids that this key does not have belong to other keys and are no failure."
        ),
    ),
    "verbosity": dg.Field(
        dg.Int,
        default_value=1,
        description="2 logs what was done about each event, and the traceback of each failure.",
    ),
}
"""Not a `dg.Config`: its fields also take the name of an environment variable. Whoever may launch a
run could bring a secret into the run's log."""


def events_config(
    selection: EventSelection, verbosity: int = 1, others: bool = False
) -> dict[str, object]:
    """Returns the config of a `process_events` run."""
    chosen: dict[str, object] = {
        "failed": selection.failed,
        "type": selection.type,
        "ids": list(selection.ids),
        "account": selection.account,
        "others": others,
    }
    config = {name: value for name, value in chosen.items() if value} | {"verbosity": verbosity}
    return {"ops": {PROCESS_EVENTS: {"config": config}}}


def build_process_events_op(models: TranslatedModels) -> dg.OpDefinition:
    """Returns the op. It needs the resource `stripe`, a StripeSync."""

    @dg.op(
        name="process_stripe_events",
        out=dg.Out(dg.Nothing),
        config_schema=SCHEMA,
        description=(
            "Reads each object that an event reports as changed, in its present state, "
            "and marks the deleted ones."
        ),
    )
    def process_stripe_events(
        context: dg.OpExecutionContext, stripe: dg.ResourceParam[StripeSync]
    ) -> None:
        record_process(context.instance, context.run.run_id)
        process_events(context, models, EventsConfig(**context.op_config), stripe)

    return process_stripe_events


def process_events(
    context: dg.OpExecutionContext,
    models: TranslatedModels,
    config: EventsConfig,
    stripe: StripeSync,
) -> None:
    """Processes the chosen events, and fails at the end if any of them failed."""
    selection = _selection(config)
    aliases = (context.partition_key,) if context.has_partition_key else stripe.aliases()
    if not aliases:
        raise no_key()
    outcomes: list[EventsOutcome] = []
    for position, alias in enumerate(aliases):
        others = config.others or (bool(selection.ids) and position + 1 < len(aliases))
        run = KeyEventsRun(stripe, alias, selection, context.run.run_id, others)
        outcomes.append(_processed(context, models, run, config.verbosity))
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
        raise final_failure(str(error)) from None


def _processed(
    context: dg.OpExecutionContext, models: TranslatedModels, run: KeyEventsRun, verbosity: int
) -> EventsOutcome:
    """Runs one key's part and logs a materialization of each model that got rows."""
    outcome = run.outcome
    each = StripeEventLog(context.log.info)
    try:
        run.run(
            lambda: register(context.instance, [outcome.alias]),
            context.log.info,
            each if verbosity >= EACH_EVENT else None,
        )
    finally:
        each.flush()
    for model, rows in outcome.result.rows.items() if outcome.result else ():
        in_mirror = outcome.result.rows_in_mirror if outcome.result else {}
        metadata = {"rows_written": rows} | (
            {"dagster/partition_row_count": in_mirror[model]} if model in in_mirror else {}
        )
        context.log_event(
            dg.AssetMaterialization(models.key(model), partition=outcome.alias, metadata=metadata)
        )
    return outcome
