"""Values that the database cannot keep as they are: it keeps the nearest value, and `_extra` says
what the value was.

`_extra` has a key EXACT for that: JSON pointer to the value in the API's object → the value as JSON
text. Only a write that has failed for such a value comes here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from stripe_assets.catalog import odd_json
from stripe_assets.catalog.model import Field, Resource
from stripe_assets.catalog.odd_json import LEVELS, OddNumber, exact_text
from stripe_assets.mirror.columns import ColumnBatch
from stripe_assets.mirror.dialects.base import Columns
from stripe_assets.mirror.errors import MirrorError
from stripe_assets.mirror.tables.exact_values import EXACT, pointer
from stripe_assets.mirror.tables.layout import PRIMARY_KEY
from stripe_assets.mirror.tables.values import INT64_MIN

_UINT64_MAX = 2**64 - 1
_INSTEAD = "\ufffd"
"""Stands for a character that the database refuses: Unicode's replacement character."""


class _Item(NamedTuple):
    """A value inside a JSON value that is being copied."""

    holder: Any
    """The copied object or list that has it."""
    key: Any
    place: str | None
    """Its JSON pointer. None: a value around it is noted already."""
    level: int


class OddValues:
    """Replaces the values of one resource's rows that a database refuses."""

    def __init__(self, resource: Resource, kinds: Columns, *, refuses_nul: bool) -> None:
        self._resource = resource
        self._refuses_nul = refuses_nul
        self._texts = [name for name, kind in kinds.items() if kind == "text"]
        self._documents = [
            name for name, kind in kinds.items() if kind == "json" and name != "_extra"
        ]
        self._fields: Mapping[str, Field] = {
            field.column: field for field in resource.fields if field.column
        }

    def replaced(self, column_batches: Sequence[ColumnBatch]) -> list[ColumnBatch]:
        """The rows with values that the database keeps.

        Raises MirrorError where a row has none: for an id, and for JSON that is too deep.
        """
        return [self._replaced(column_batch) for column_batch in column_batches]

    def _replaced(self, column_batch: ColumnBatch) -> ColumnBatch:
        columns = {name: list(values) for name, values in column_batch.columns.items()}
        for place, id in enumerate(column_batch.ids):
            try:
                self._replace(columns, place)
            except odd_json.TooDeep as error:
                raise self._refused(id, f"{error}; leave this model out") from None
        return ColumnBatch({**columns})

    def _replace(self, columns: dict[str, list[Any]], place: int) -> None:
        exact: dict[str, str] = {}
        for name in self._texts:
            value = columns[name][place] if name in columns else None
            if value is not None and self._is_odd(value):
                columns[name][place] = self._text(name, value, columns["id"][place], exact)
        for name in self._documents:
            if name in columns:
                columns[name][place] = self._document(columns[name][place], self._at(name), exact)
        if "_extra" in columns:  # the stub of a deleted object leaves it as it is
            extra, inside = columns["_extra"][place], dict[str, str]()
            kept = self._copy(extra, "", inside)
            if noted := {**exact, **inside}:
                kept = {**(kept or {}), EXACT: noted}
            columns["_extra"][place] = _as_document(kept)

    def _text(self, column: str, value: str, id: str, exact: dict[str, str]) -> str | None:
        field = self._fields.get(column)
        if field is None or column in PRIMARY_KEY:
            raise self._refused(
                id, f"its {column} has a character that no database keeps: {value!r}"
            )
        exact[self._at(column)] = exact_text(value)
        return None if field.kind == "reference" else self._nearest(value)

    def _document(self, value: Any, at: str, exact: dict[str, str]) -> Any:
        return _as_document(self._copy(value, at, exact))

    def _copy(self, value: Any, at: str, exact: dict[str, str]) -> Any:
        """A copy of a JSON value that the database keeps. What it cannot keep is noted in `exact`.

        Not recursive: deep JSON would need more frames than Python has.
        """
        top: list[Any] = [value]
        items = [_Item(top, 0, at, 0)]
        while items:
            holder, key, place, level = items.pop()
            inner = holder[key]
            if level > LEVELS:
                raise odd_json.TooDeep
            if isinstance(inner, str):
                if self._is_odd(inner):
                    holder[key] = self._nearest(inner)
                    _note(exact, place, inner)
            elif isinstance(inner, dict):
                names = {name: self._nearest(name) for name in inner}
                if any(name != kept for name, kept in names.items()):
                    _note(exact, place, inner)
                    place = None
                copy = holder[key] = {names[name]: one for name, one in inner.items()}
                items += [_Item(copy, one, _below(place, one), level + 1) for one in copy]
            elif isinstance(inner, list):
                copy = holder[key] = list(inner)
                items += [_Item(copy, n, _below(place, n), level + 1) for n in range(len(copy))]
            elif isinstance(inner, float):
                if isinstance(odd_json.finite(inner), OddNumber):
                    holder[key] = None
                    _note(exact, place, odd_json.finite(inner))
            elif isinstance(inner, int) and not INT64_MIN <= inner <= _UINT64_MAX:
                _note(exact, place, inner)  # kept, but readers would make a float of it
        return top[0]

    def _at(self, column: str) -> str:
        return pointer(self._fields[column].path if column in self._fields else (column,))

    def _is_odd(self, text: str) -> bool:
        return self._nearest(text) != text

    def _nearest(self, text: str) -> str:
        if self._refuses_nul:
            text = text.replace("\0", _INSTEAD)
        try:
            text.encode()
        except UnicodeEncodeError:
            return "".join(_INSTEAD if "\ud800" <= one <= "\udfff" else one for one in text)
        return text

    def _refused(self, id: str, why: str) -> MirrorError:
        error = MirrorError(f"the {self._resource.name} {id!r} cannot be stored: {why}")
        error.refused_values = True
        return error


def _note(exact: dict[str, str], place: str | None, value: Any) -> None:
    if place is not None:
        exact[place] = exact_text(value)


def _below(place: str | None, key: object) -> str | None:
    return None if place is None else place + pointer((str(key),))


def _as_document(value: Any) -> orjson.Fragment | None:
    """A JSON value as its text, also where orjson cannot write it."""
    if value is None:
        return None
    try:
        return orjson.Fragment(orjson.dumps(value))
    except TypeError:
        return orjson.Fragment(json.dumps(value))
