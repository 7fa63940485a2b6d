"""The metadata of a run: of each model's materialization, and the tables about its events."""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from stripe_assets.orchestration.outcome import EventsOutcome
from stripe_assets.sync import ModelResult

FAILURES_IN_A_TABLE = 100

Cells = dict[str, str | int | float]


def materialization_metadata(result: ModelResult) -> dict[str, dg.MetadataValue]:
    """Returns the metadata of one model's materialization."""
    return {
        "rows_written": dg.MetadataValue.int(result.rows_written),
        "dagster/partition_row_count": dg.MetadataValue.int(result.rows_in_mirror),
        "requests": dg.MetadataValue.int(result.requests),
        "seconds": dg.MetadataValue.float(round(result.seconds, 3)),
        "availability": dg.MetadataValue.text(str(result.availability)),
    }


def event_tables(outcomes: Sequence[EventsOutcome]) -> dict[str, dg.MetadataValue]:
    """Returns tables: the counts of each key's events, and the details. Leaves out empty tables."""
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
        "events": counts,
        "ignored": _counted(
            ((result.alias, result.ignored) for result in done), "reason", "events"
        ),
        "failed": failed[:FAILURES_IN_A_TABLE],
        "rows": _counted(((result.alias, result.rows) for result in done), "model", "rows"),
        "unknown types": _counted(
            ((result.alias, result.unknown_types) for result in done), "type", "events"
        ),
    }
    return {name: _table(records) for name, records in tables.items() if records}


def _counted(
    counts: Iterable[tuple[str, Mapping[str, int]]], heading: str, unit: str
) -> list[Cells]:
    return [
        {"key": alias, heading: name, unit: count}
        for alias, by_name in counts
        for name, count in sorted(by_name.items())
    ]


def _table(records: Sequence[Cells]) -> dg.MetadataValue:
    return dg.MetadataValue.table([dg.TableRecord(record) for record in records])
