"""How a model becomes an asset: its data goes in, its `AssetSpec` comes out.

A subclass of `StripeTranslator` changes what the assets look like, and `build_definitions` in
`code_location` takes an instance of it:

    class AcmeTranslator(StripeTranslator):
        def get_asset_spec(self, data: ModelData) -> dg.AssetSpec:
            spec = super().get_asset_spec(data)
            return spec.replace_attributes(
                key=spec.key.with_prefix("acme"), owners=["team:finance"]
            )
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import dagster as dg

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Resource
from stripe_assets.mirror import Layout
from stripe_assets.orchestration import describe
from stripe_assets.orchestration.partitions import api_key_partitions


@dataclass(frozen=True, slots=True)
class ModelData:
    """What a translator gets to know of one model."""

    catalog: Catalog
    layout: Layout
    """The columns of every model's table."""
    resource: Resource
    """The model's own record in the catalog."""
    upstream_keys: tuple[dg.AssetKey, ...]
    """The keys that this translator gave to the models of `resource.depends_on`."""


class StripeTranslator:
    """Translates a model into the spec of its asset. Subclass it to change the specs."""

    def get_asset_spec(self, data: ModelData) -> dg.AssetSpec:
        """Returns the spec of one model's asset.

        Override it to change the key, group, description, metadata, tags, owners or kinds: call
        `super()`, then `replace_attributes` or `merge_attributes` of the spec. The deps of other
        models follow a changed key. Each model must have a key of its own.

        `partitions_def` and `skippable` are not the translator's: `translate` sets them.
        """
        resource = data.resource
        return dg.AssetSpec(
            key=dg.AssetKey(list(resource.asset_key)),
            deps=data.upstream_keys,
            group_name=resource.group,
            description=describe.description(data.catalog, resource),
            metadata={
                "dagster/table_name": describe.table_name(resource),
                "dagster/column_schema": describe.columns(data.layout, resource),
            },
            tags=describe.tags(resource),
            kinds={"stripe", "sql"},
        )


DEFAULT_TRANSLATOR = StripeTranslator()


@dataclass(frozen=True, slots=True)
class TranslatedModels:
    """All models with the specs of their assets."""

    catalog: Catalog
    by_model: Mapping[str, dg.AssetSpec]
    """Resource name → spec, upstreams first."""

    @property
    def specs(self) -> list[dg.AssetSpec]:
        return list(self.by_model.values())

    def key(self, model: str) -> dg.AssetKey:
        """Returns the key of a model's asset. Raises KeyError for an unknown resource name."""
        return self.by_model[model].key

    def keys(self, models: Collection[str]) -> list[dg.AssetKey]:
        """Returns the keys of these models' assets, upstreams first."""
        return [spec.key for name, spec in self.by_model.items() if name in models]

    def selected(self, keys: Collection[dg.AssetKey]) -> list[str]:
        """Returns the resource names of the models with these keys, upstreams first."""
        return [name for name, spec in self.by_model.items() if spec.key in keys]


def translate(catalog: Catalog, translator: StripeTranslator) -> TranslatedModels:
    """Returns the specs of all models. Raises ValueError where two models get one key.

    A run needs two attributes of every spec, so no translator changes them: the partitions are the
    API keys, and `skippable` is true because a run without a partition yields no results (it logs
    a materialization for each key).
    """
    layout = Layout(catalog)
    specs: dict[str, dg.AssetSpec] = {}
    models: dict[dg.AssetKey, str] = {}
    for name, resource in catalog.resources.items():  # the catalog has upstreams first
        upstream_keys = tuple(specs[upstream].key for upstream in resource.depends_on)
        spec = translator.get_asset_spec(ModelData(catalog, layout, resource, upstream_keys))
        if (other := models.setdefault(spec.key, name)) != name:
            raise ValueError(
                f"The translator {type(translator).__name__} gave the models {other} and {name} "
                f"the same asset key {spec.key.to_user_string()}: every model needs its own."
            )
        specs[name] = spec.replace_attributes(partitions_def=api_key_partitions, skippable=True)
    return TranslatedModels(catalog, specs)
