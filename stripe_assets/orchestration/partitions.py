"""The partitions of every model's asset: one for each API key, named by the key's alias."""

from collections.abc import Iterable

import dagster as dg

API_KEYS = "stripe_api_keys"

api_key_partitions = dg.DynamicPartitionsDefinition(name=API_KEYS)


def register(instance: dg.DagsterInstance, aliases: Iterable[str]) -> None:
    """Makes a partition of each alias.

    The project removes no partition: the partition's history outlives its key.
    """
    instance.add_dynamic_partitions(API_KEYS, list(aliases))


def register_here(aliases: Iterable[str]) -> None:
    """Does the same on the instance that DAGSTER_HOME names."""
    with dg.DagsterInstance.get() as instance:
        register(instance, aliases)
