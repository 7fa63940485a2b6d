"""The models as assets: one `multi_asset`, whose run syncs the selected models at the same time.

All models of a run share one rate budget.
"""

from collections.abc import Iterator

import dagster as dg
import pydantic

from stripe_assets.orchestration.dead_runs import record_process
from stripe_assets.orchestration.failures import failure, no_key, unpartitioned_subset
from stripe_assets.orchestration.key_runs import KeySyncRun
from stripe_assets.orchestration.metadata import materialization_metadata
from stripe_assets.orchestration.outcome import SyncOutcome
from stripe_assets.orchestration.partitions import register
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.orchestration.translator import TranslatedModels
from stripe_assets.sync import Mode

STRIPE_MODELS = "stripe_models"


class SyncConfig(dg.Config):
    """The config of a sync."""

    mode: Mode = pydantic.Field(
        default="auto",
        description=(
            "full: list everything. incremental: read the changed objects that Stripe's events "
            "report, and list what has no events. auto: incremental where that is enough, full "
            "elsewhere."
        ),
    )


def sync_config(mode: Mode) -> dict[str, object]:
    """Returns the config of a `sync_models` run."""
    return {"ops": {STRIPE_MODELS: {"config": {"mode": mode}}}}


def build_models_asset(models: TranslatedModels) -> dg.AssetsDefinition:
    """Returns the `multi_asset` of these models. It needs the resource `stripe`, a StripeSync."""

    @dg.multi_asset(
        name=STRIPE_MODELS,
        specs=models.specs,
        can_subset=True,
        description="Brings the selected models of one API key up to date in the database.",
    )
    def stripe_models(
        context: dg.AssetExecutionContext,
        config: SyncConfig,
        stripe: dg.ResourceParam[StripeSync],
    ) -> Iterator[dg.MaterializeResult]:
        record_process(context.instance, context.run.run_id)
        if context.has_partition_key:
            yield from sync_one_key(context, models, config.mode, stripe)
        else:
            sync_every_key(context, models, config.mode, stripe)

    return stripe_models


def sync_one_key(
    context: dg.AssetExecutionContext, models: TranslatedModels, mode: Mode, stripe: StripeSync
) -> Iterator[dg.MaterializeResult]:
    """A run with a partition. Yields results, so that Dagster knows which models are left."""
    alias = context.partition_key
    selected = models.selected(context.selected_asset_keys)
    run = KeySyncRun(stripe, alias, selected, mode, context.run.run_id)
    for result in run.run(
        models.catalog, lambda: register(context.instance, [alias]), context.log.info
    ):
        yield dg.MaterializeResult(
            asset_key=models.key(result.model), metadata=materialization_metadata(result)
        )
    observe_incomplete(context, models, run.outcome)
    if not run.outcome.succeeded:
        raise failure([run.outcome])


def sync_every_key(
    context: dg.AssetExecutionContext, models: TranslatedModels, mode: Mode, stripe: StripeSync
) -> None:
    """A run without a partition: one key after another.

    A step has one result for each asset, not one for each key. So the run logs a materialization
    for each model and key.
    """
    selected = models.selected(context.selected_asset_keys)
    if len(selected) < len(models.catalog.resources):
        raise unpartitioned_subset()
    aliases = stripe.aliases()
    if not aliases:
        raise no_key()
    outcomes: list[SyncOutcome] = []
    for alias in aliases:
        run = KeySyncRun(stripe, alias, selected, mode, context.run.run_id)
        outcomes.append(run.outcome)
        for result in run.run(
            models.catalog,
            lambda alias=alias: register(context.instance, [alias]),
            context.log.info,
        ):
            metadata = materialization_metadata(result)
            context.log_event(
                dg.AssetMaterialization(
                    models.key(result.model), partition=alias, metadata=metadata
                )
            )
        observe_incomplete(context, models, run.outcome)
    if not all(outcome.succeeded for outcome in outcomes):
        raise failure(outcomes)


def observe_incomplete(
    context: dg.AssetExecutionContext, models: TranslatedModels, outcome: SyncOutcome
) -> None:
    """Logs what was read of models that are left incomplete. They are not materialized."""
    for result in outcome.results:
        if result.status == "incomplete":
            context.log_event(
                dg.AssetObservation(
                    models.key(result.model),
                    partition=outcome.alias,
                    metadata=materialization_metadata(result),
                )
            )
