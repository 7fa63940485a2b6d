"""Every model as an asset, all of them in one `multi_asset`: a run syncs those that it selects, concurrently, under one rate budget."""

from collections.abc import Iterator

import dagster as dg
import pydantic

from stripe_assets.catalog import Catalog, catalog
from stripe_assets.catalog.model import Resource
from stripe_assets.mirror import Layout
from stripe_assets.orchestration import describe
from stripe_assets.orchestration.key_run import KeyRun
from stripe_assets.orchestration.orphans import name_process
from stripe_assets.orchestration.outcome import SyncOutcome
from stripe_assets.orchestration.partitions import api_key_partitions, register
from stripe_assets.orchestration.report import (
    failure,
    materialization_metadata,
    no_key,
    unpartitioned_subset,
)
from stripe_assets.orchestration.stripe_sync import StripeSync
from stripe_assets.sync import Mode


def asset_key(resource: Resource) -> dg.AssetKey:
    return dg.AssetKey(list(resource.asset_key))


def model_spec(models: Catalog, layout: Layout, resource: Resource) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=asset_key(resource),
        deps=[asset_key(models[name]) for name in resource.depends_on],
        group_name=resource.group,
        description=describe.description(models, resource),
        metadata={
            "dagster/table_name": describe.table_name(resource),
            "dagster/column_schema": describe.columns(layout, resource),
        },
        tags=describe.tags(resource),
        kinds={"stripe", "sql"},
        partitions_def=api_key_partitions,
        skippable=True,  # a run without a partition logs its materializations per key and yields nothing
    )


def model_specs(models: Catalog) -> list[dg.AssetSpec]:
    layout = Layout(models)
    return [model_spec(models, layout, resource) for resource in models.resources.values()]


class SyncConfig(dg.Config):
    mode: Mode = pydantic.Field(
        default="auto",
        description=(
            "full: list everything. incremental: apply the events since the last run. auto: incremental where that is enough, else full."
        ),
    )


STRIPE_MODELS = "stripe_models"


def sync_config(mode: Mode) -> dict[str, object]:
    """A run's config."""
    return {"ops": {STRIPE_MODELS: {"config": {"mode": mode}}}}


@dg.multi_asset(
    name=STRIPE_MODELS,
    specs=model_specs(catalog()),
    can_subset=True,
    description="Brings the selected models of one API key up to date in the database.",
)
def stripe_models(
    context: dg.AssetExecutionContext, config: SyncConfig, stripe: dg.ResourceParam[StripeSync]
) -> Iterator[dg.MaterializeResult]:
    name_process(context.instance, context.run.run_id)
    if context.has_partition_key:
        yield from sync_one_key(context, config.mode, stripe)
    else:
        sync_every_key(context, config.mode, stripe)


def sync_one_key(
    context: dg.AssetExecutionContext, mode: Mode, stripe: StripeSync
) -> Iterator[dg.MaterializeResult]:
    """A run with a partition: its results are the step's, so that Dagster knows which models are left to do again."""
    alias = context.partition_key
    run = KeyRun(stripe, alias, selected_models(context), mode, context.run.run_id)
    for result in run.run(catalog(), lambda: register(context.instance, [alias]), context.log.info):
        yield dg.MaterializeResult(
            asset_key=asset_key(catalog()[result.model]), metadata=materialization_metadata(result)
        )
    if not run.outcome.succeeded:
        raise failure([run.outcome])


def sync_every_key(context: dg.AssetExecutionContext, mode: Mode, stripe: StripeSync) -> None:
    """A run without a partition: one key after another. Its materializations are logged, since a step has no results per key."""
    models = selected_models(context)
    if len(models) < len(catalog().resources):
        raise unpartitioned_subset()
    aliases = stripe.aliases()
    if not aliases:
        raise no_key()
    outcomes: list[SyncOutcome] = []
    for alias in aliases:
        run = KeyRun(stripe, alias, models, mode, context.run.run_id)
        outcomes.append(run.outcome)
        for result in run.run(
            catalog(), lambda alias=alias: register(context.instance, [alias]), context.log.info
        ):
            key = asset_key(catalog()[result.model])
            context.log_event(
                dg.AssetMaterialization(
                    key, partition=alias, metadata=materialization_metadata(result)
                )
            )
    if not all(outcome.succeeded for outcome in outcomes):
        raise failure(outcomes)


def selected_models(context: dg.AssetExecutionContext) -> list[str]:
    """The run's models by resource name, upstreams first."""
    selected = context.selected_asset_keys
    return [
        name for name, resource in catalog().resources.items() if asset_key(resource) in selected
    ]
