"""Columns of an answer: those that only some rows have, values at a path, and 64-bit integers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stripe_assets.mirror.columns import ColumnBatch
from stripe_assets.mirror.rows.json_paths import at_path
from stripe_assets.mirror.tables.values import INT64_MAX, INT64_MIN


def with_partial_columns(
    column_batch: ColumnBatch, some: Mapping[str, Mapping[int, Any]]
) -> list[ColumnBatch]:
    """The batch with columns that only some of its rows have: column → place → value.

    It is split into batches whose rows have the same columns.
    """
    if all(len(values) == len(column_batch) for values in some.values()):
        column_batch.columns.update(
            {
                name: [values[place] for place in range(len(column_batch))]
                for name, values in some.items()
            }
        )
        return [column_batch]
    parts: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(column_batch)):
        parts.setdefault(
            tuple(name for name, values in some.items() if place in values), []
        ).append(place)
    column_batches = []
    for names, places in parts.items():
        part = column_batch.pick(places)
        part.columns.update({name: [some[name][place] for place in places] for name in names})
        column_batches.append(part)
    return column_batches


def column_at_path(
    within: dict[tuple[str, ...], Sequence[Any]], path: tuple[str, ...]
) -> Sequence[Any]:
    """The value at a path in each of the objects. `*` stands for any nested object. `within`
    keeps the columns on the way."""
    if path not in within:
        if "*" in path:
            place = path.index("*")
            above = column_at_path(within, path[:place])
            within[path] = [_in_any(value, path[place + 1 :]) for value in above]
            return within[path]
        above, name = column_at_path(within, path[:-1]), path[-1]
        if dict in set(map(type, above)):
            within[path] = [value.get(name) if type(value) is dict else None for value in above]
        else:
            within[path] = [None] * len(above)
    return within[path]


def _in_any(value: Any, path: tuple[str, ...]) -> Any:
    """The first value at this path in an object inside `value`."""
    inner = value.values() if type(value) is dict else ()
    return next((found for one in inner if (found := at_path(one, path)) is not None), None)


def have_64_bits(values: Sequence[Any]) -> bool:
    """Whether all integers of a column go into a 64-bit column. One at least is not None."""
    numbers = [value for value in values if value is not None] if None in values else values
    return min(numbers) >= INT64_MIN and max(numbers) <= INT64_MAX
