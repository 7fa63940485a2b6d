"""The partitions of every model's asset: one for each API key, named by the key's alias."""

import logging
import os
from collections.abc import Iterable

import dagster as dg

from stripe_assets.keys import environment_variables

logger = logging.getLogger(__name__)

API_KEYS = "stripe_api_keys"

api_key_partitions = dg.DynamicPartitionsDefinition(name=API_KEYS)


def register(instance: dg.DagsterInstance, aliases: Iterable[str]) -> None:
    """Makes a partition of each alias.

    The project removes no partition: the partition's history outlives its key.
    """
    instance.add_dynamic_partitions(API_KEYS, list(aliases))


def register_keys_of_environment() -> None:
    """Makes partitions of the environment's keys, where DAGSTER_HOME names an instance.

    `dagster asset materialize --partition` looks for its partition before any code of a run begins.
    So this is done when the code location is loaded.
    """
    if not os.environ.get("DAGSTER_HOME"):
        return
    try:
        if aliases := environment_variables(os.environ):
            register_here(aliases)
    except Exception as error:  # loading must not fail: the sensor and each run register too
        logger.warning("The partitions of the environment's keys cannot be made: %s", error)


def register_here(aliases: Iterable[str]) -> None:
    """Does the same on the instance that DAGSTER_HOME names."""
    with dg.DagsterInstance.get() as instance:
        register(instance, aliases)
