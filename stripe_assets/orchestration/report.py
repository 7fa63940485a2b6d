"""What a run says of its models: each one's metadata, and one failure at the end for all that went wrong."""

import shlex
from collections.abc import Sequence

import dagster as dg

from stripe_assets.catalog import catalog
from stripe_assets.keys import HOW_TO_SET_A_KEY
from stripe_assets.orchestration.outcome import Outcome
from stripe_assets.sync import ModelResult


def materialization_metadata(result: ModelResult) -> dict[str, dg.MetadataValue]:
    return {
        "rows_written": dg.MetadataValue.int(result.rows_written),
        "dagster/partition_row_count": dg.MetadataValue.int(result.rows_in_mirror),
        "requests": dg.MetadataValue.int(result.requests),
        "seconds": dg.MetadataValue.float(round(result.seconds, 3)),
        "availability": dg.MetadataValue.text(result.availability),
    }


def failure(outcomes: Sequence[Outcome]) -> dg.Failure:
    """One line for each model that failed and each key whose run was ended, and the command that repeats exactly those."""
    lines: list[str] = []
    commands: list[str] = []
    for outcome in outcomes:
        lines.extend(f"{outcome.alias}, {result.model}: {result.error}" for result in outcome.failed)
        if outcome.error:
            lines.append(f"{outcome.alias}: {outcome.error}")
        if outcome.unfinished:
            commands.append(repeat_command(outcome.alias, outcome.unfinished))
    return dg.Failure(description="\n".join([*lines, "To repeat what is missing:", *commands]), allow_retries=False)


def repeat_command(alias: str, models: Sequence[str]) -> str:
    """The shell command that syncs exactly these models of the key; no names for all of them."""
    resources = catalog().resources
    names = [] if len(models) == len(resources) else [resources[model].class_name for model in models]
    return shlex.join(["stripe-assets", "sync", *names, "--api-key", alias])


def unpartitioned_subset() -> dg.Failure:
    return dg.Failure(
        description="A selection of models needs a partition (the alias of an API key). Without one, a run takes every model of every key.",
        allow_retries=False,
    )


def no_key() -> dg.Failure:
    return dg.Failure(description=f"There is no API key. {HOW_TO_SET_A_KEY}", allow_retries=False)
