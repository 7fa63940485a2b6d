"""What a run says of its models and events: their metadata, and one failure at the end for all that went wrong."""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from stripe_assets.keys import HOW_TO_SET_A_KEY
from stripe_assets.orchestration.outcome import EventsOutcome, Outcome
from stripe_assets.sync import ModelResult

FAILURES_IN_A_TABLE = 100

Cells = dict[str, str | int | float]


def materialization_metadata(result: ModelResult) -> dict[str, dg.MetadataValue]:
    return {
        "rows_written": dg.MetadataValue.int(result.rows_written),
        "dagster/partition_row_count": dg.MetadataValue.int(result.rows_in_mirror),
        "requests": dg.MetadataValue.int(result.requests),
        "seconds": dg.MetadataValue.float(round(result.seconds, 3)),
        "availability": dg.MetadataValue.text(str(result.availability)),
    }


def event_tables(outcomes: Sequence[EventsOutcome]) -> dict[str, dg.MetadataValue]:
    """What the keys' events came to. Tables without a line are left out, the first apart."""
    done = [outcome.result for outcome in outcomes if outcome.result is not None]
    counts: list[Cells] = [
        {
            "key": result.alias,
            "listed": result.listed,
            "processed": result.processed,
            "already processed": result.already_processed,
            "ignored": result.ignored.total(),
            "failed": result.failed_count,
            "requests": result.requests,
            "seconds": round(result.seconds, 3),
        }
        for result in done
    ]
    failed: list[Cells] = [
        {"key": result.alias, "event": id, "error": error}
        for result in done
        for id, error in result.failed.items()
    ]
    tables: dict[str, list[Cells]] = {
        "ignored": _counted(
            ((result.alias, result.ignored) for result in done), "reason", "events"
        ),
        "failed": failed[:FAILURES_IN_A_TABLE],
        "rows": _counted(((result.alias, result.rows) for result in done), "model", "rows"),
        "unknown types": _counted(
            ((result.alias, result.unknown_types) for result in done), "type", "events"
        ),
    }
    return {
        name: _table(records) for name, records in ({"events": counts} | tables).items() if records
    }


def _counted(counts: Iterable[tuple[str, Mapping[str, int]]], what: str, unit: str) -> list[Cells]:
    return [
        {"key": alias, what: name, unit: count}
        for alias, its in counts
        for name, count in sorted(its.items())
    ]


def _table(records: Sequence[Cells]) -> dg.MetadataValue:
    return dg.MetadataValue.table([dg.TableRecord(record) for record in records])


def failure(
    outcomes: Sequence[Outcome], metadata: Mapping[str, dg.MetadataValue] | None = None
) -> dg.Failure:
    """A line for each thing that failed and each key whose run was ended, and the commands that repeat exactly those."""
    lines = [line for outcome in outcomes for line in outcome.failures()]
    commands = [outcome.repeat for outcome in outcomes if outcome.repeat]
    return refused("\n".join([*lines, "To repeat what is missing:", *commands]), metadata)


def unpartitioned_subset() -> dg.Failure:
    return refused(
        "A selection of models needs a partition (the alias of an API key). Without one, a run takes every model of every key."
    )


def no_key() -> dg.Failure:
    return refused(f"There is no API key. {HOW_TO_SET_A_KEY}")


def refused(message: str, metadata: Mapping[str, dg.MetadataValue] | None = None) -> dg.Failure:
    """A failure that trying again would not end."""
    return dg.Failure(description=message, metadata=dict(metadata or {}), allow_retries=False)
