"""Rows column by column: the form in which a page goes to a database."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

import orjson

Row = dict[str, Any]
"""Column → Python value. A write leaves a missing column alone, and writes None as NULL."""


@dataclass(frozen=True, slots=True)
class ColumnBatch:
    """Rows of one resource that have the same columns. The primary key's columns come first."""

    columns: dict[str, Sequence[Any]]
    """Column → the value of each row."""
    kept: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    """Column with JSON → the paths of the parts that the objects came without, because they were
    not asked for. The stored parts stay."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)

    @property
    def ids(self) -> Sequence[str]:
        return self.columns["id"]

    @property
    def keys(self) -> Iterator[tuple[str, bool, str]]:
        """The primary key of each row."""
        return zip(self.columns["_account_id"], self.columns["_livemode"], self.ids, strict=True)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Row]:
        names = self.names
        return (
            dict(zip(names, values, strict=True))
            for values in zip(*self.columns.values(), strict=True)
        )

    def pick(self, places: Sequence[int]) -> ColumnBatch:
        """Some of the rows."""
        return ColumnBatch(
            {name: [values[place] for place in places] for name, values in self.columns.items()},
            self.kept,
        )

    def set(self, column: str, value: Any) -> None:
        """Sets a column to one value in every row."""
        self.columns[column] = [value] * len(self)


@dataclass(slots=True)
class Rows:
    """Rows of one resource. They can have different columns."""

    column_batches: list[ColumnBatch] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Rows:
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            groups.setdefault(tuple(row), []).append(row)
        return cls(
            [
                ColumnBatch({name: [row[name] for row in some] for name in names})
                for names, some in groups.items()
            ]
        )

    @property
    def ids(self) -> Iterator[str]:
        return chain.from_iterable(column_batch.ids for column_batch in self.column_batches)

    @property
    def keys(self) -> Iterator[tuple[str, bool, str]]:
        return chain.from_iterable(column_batch.keys for column_batch in self.column_batches)

    def __len__(self) -> int:
        return sum(map(len, self.column_batches))

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self.column_batches)


def merged(column_batches: Sequence[ColumnBatch], **every: Any) -> dict[str, Sequence[Any]]:
    """The columns of batches that have the same columns.

    Parameters: every: more columns, each with one value for all rows.
    """
    columns: dict[str, Sequence[Any]] = dict(column_batches[0].columns)
    if len(column_batches) > 1:
        columns = {
            name: list(
                chain.from_iterable(column_batch.columns[name] for column_batch in column_batches)
            )
            for name in columns
        }
    columns.update({name: [value] * len(columns["id"]) for name, value in every.items()})
    return columns


def is_same(values: Sequence[Any]) -> bool:
    """Whether a column has one value for all of its rows.

    Equal values are not enough: True and 1 are different, and so are 1.5 and 1.50.
    """
    first = values[0]
    if first != values[-1]:
        return False
    if first and isinstance(first, dict | list):
        return _same_json(values)
    if values.count(first) != len(values):
        return False
    if first is None or isinstance(first, str):
        return True
    if len(set(map(type, values))) > 1:
        return False
    return not isinstance(first, float | Decimal) or len(set(map(str, values))) == 1


def _same_json(values: Sequence[Any]) -> bool:
    try:
        every, one = orjson.dumps(values), orjson.dumps(values[0])
    except TypeError:  # orjson cannot write one of the values
        return False
    return every == b"[" + b",".join([one] * len(values)) + b"]"


class Shapes:
    """Which columns of a table had one value for all rows of a write, in every write until now.

    Most columns of most pages have. Such a value goes to the database once, and a column that was
    always null does not go there at all: to hand over a value takes as long as to store it. A
    column that has varied once counts as varying for ever, so there are few statements to prepare.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, tuple[str, ...]], tuple[set[str], set[str]]] = {}

    def of(self, table: str, columns: Mapping[str, Sequence[Any]]) -> tuple[list[str], list[str]]:
        """The columns with one value (not null in every write), and the columns that vary."""
        with self._lock:
            filled, varying = self._seen.setdefault((table, tuple(columns)), (set(), set()))
            for name, values in columns.items():
                if name in varying:
                    continue
                if not is_same(values):
                    varying.add(name)
                elif values[0] is not None:
                    filled.add(name)
            return [name for name in columns if name in filled and name not in varying], [
                name for name in columns if name in varying
            ]
