"""The failures of a run, as Dagster shows them: what went wrong, and what to do next."""

from collections.abc import Mapping, Sequence

import dagster as dg

from stripe_assets.keys import HOW_TO_SET_A_KEY
from stripe_assets.orchestration.outcome import Outcome


def failure(
    outcomes: Sequence[Outcome], metadata: Mapping[str, dg.MetadataValue] | None = None
) -> dg.Failure:
    """Returns one failure for all that went wrong in a run.

    It has a line for each thing that failed and for each key whose run ended early, then the
    commands that repeat exactly those.
    """
    lines = [line for outcome in outcomes for line in outcome.failures()]
    commands = [outcome.repeat for outcome in outcomes if outcome.repeat]
    return final_failure("\n".join([*lines, "To repeat what is missing:", *commands]), metadata)


def unpartitioned_subset() -> dg.Failure:
    """Returns the failure of a run that selects some models and has no partition."""
    return final_failure(
        "A selection of models needs a partition (the alias of an API key). "
        "A run without a partition syncs every model of every key: select all models, "
        "or choose a partition."
    )


def no_key() -> dg.Failure:
    """Returns the failure of a run for every key when no key exists."""
    return final_failure(f"There is no API key. {HOW_TO_SET_A_KEY}")


def final_failure(
    message: str, metadata: Mapping[str, dg.MetadataValue] | None = None
) -> dg.Failure:
    """Returns a failure that Dagster does not retry: a retry would fail in the same way."""
    return dg.Failure(description=message, metadata=dict(metadata or {}), allow_retries=False)
