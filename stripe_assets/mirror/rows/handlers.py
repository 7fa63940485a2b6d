"""What a column holds of values that need more than a conversion: JSON, and embedded objects."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stripe_assets.mirror.rows.compiled import Entry, Handling, RowCompilers
from stripe_assets.mirror.rows.embedded import Embedded
from stripe_assets.mirror.rows.group import Group
from stripe_assets.mirror.rows.json_paths import (
    at_path,
    holds_secret,
    without_path,
    without_secrets,
)
from stripe_assets.mirror.rows.sublists import Sublists
from stripe_assets.mirror.tables.values import Misfit

Handler = Callable[[Any, int], Any]
"""Value (not null), and its place in the group → what the column holds of it.

Raises Misfit where the column can hold nothing of the value.
"""


class Handlers:
    """Makes, once for a column, the function that handles its values."""

    def __init__(
        self, compilers: RowCompilers, sublists: Sublists, embedded: Embedded, clean: bool
    ) -> None:
        self._compilers = compilers
        self._sublists = sublists
        self._embedded = embedded
        self._clean = clean

    def of(self, entry: Entry, group: Group) -> Handler:
        return _MAKERS[entry.handling](self, entry, group)

    def _json(self, entry: Entry, group: Group) -> Handler:
        without_carried = self._compilers.without_carried
        clean = self._clean

        def handle(value: Any, place: int) -> Any:
            if type(value) is dict and type(value.get("object")) is dict:
                value = without_carried(value)
            return value if clean or not holds_secret(value) else without_secrets(value)

        return handle

    def _nested(self, entry: Entry, group: Group) -> Handler:
        take, handle = self._sublists.take, self._json(entry, group)

        def handle_paths(value: Any, place: int) -> Any:
            for path in entry.secrets:
                value = without_path(value, path)
            for path, sublist in entry.cuts:
                found = at_path(value, path)
                if found is not None and not take(sublist, [(place, found)], group):
                    value = without_path(value, path)
            return handle(value, place)

        return handle_paths

    def _reference(self, entry: Entry, group: Group) -> Handler:
        embed, field = self._embedded.take, entry.field

        def handle(value: Any, place: int) -> Any:
            if type(value) is not dict:
                raise Misfit
            embed(field, value, group, place)
            return value["id"]

        return handle

    def _references(self, entry: Entry, group: Group) -> Handler:
        embed, field = self._embedded.take, entry.field

        def handle(value: Any, place: int) -> Any:
            if type(value) is not list:
                raise Misfit
            ids = []
            for item in value:
                if type(item) is dict:
                    embed(field, item, group, place)
                    item = item["id"]
                elif type(item) is not str:
                    raise Misfit
                ids.append(item)
            return ids

        return handle

    def _drop(self, entry: Entry, group: Group) -> Handler:
        return lambda value, place: None


_MAKERS: Mapping[Handling, Callable[[Handlers, Entry, Group], Handler]] = {
    "json": Handlers._json,
    "nested": Handlers._nested,
    "reference": Handlers._reference,
    "references": Handlers._references,
    "drop": Handlers._drop,
}
"""Not bound to an instance: it would refer to itself, and the answer would leave memory late."""
