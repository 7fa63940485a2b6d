"""`sync_models` without the sync: the same specs, partitions and executor, and a body that only
yields. It shows what Dagster itself costs.

dagster job execute -m stripe_assets_tests.benchmarks.only_yields -j sync_models
    --tags '{"dagster/partition": "ALIAS"}'
"""

from collections.abc import Iterator

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.orchestration.assets import STRIPE_MODELS
from stripe_assets.orchestration.jobs import SYNC_MODELS
from stripe_assets.orchestration.translator import DEFAULT_TRANSLATOR, translate

MODELS = translate(catalog(), DEFAULT_TRANSLATOR)


@dg.multi_asset(name=STRIPE_MODELS, specs=MODELS.specs, can_subset=True)
def only_yields(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
    for spec in MODELS.specs:
        yield dg.MaterializeResult(asset_key=spec.key)


defs = dg.Definitions(
    assets=[only_yields],
    jobs=[dg.define_asset_job(SYNC_MODELS, selection=dg.AssetSelection.assets(only_yields))],
    executor=dg.in_process_executor,
)
