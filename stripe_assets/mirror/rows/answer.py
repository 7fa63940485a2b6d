"""The objects of an answer as rows: objects with the same fields together, one field at a time.

Nearly all values of a field have the type of its column. One look at the types checks a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stripe_assets.mirror.batch import Batch
from stripe_assets.mirror.columns import ColumnBatch, Rows
from stripe_assets.mirror.rows.column_values import (
    column_at_path,
    have_64_bits,
    with_partial_columns,
)
from stripe_assets.mirror.rows.compiled import (
    ANY,
    Entry,
    RowCompiler,
    RowCompilers,
)
from stripe_assets.mirror.rows.embedded import Embedded
from stripe_assets.mirror.rows.group import Group, Groups
from stripe_assets.mirror.rows.handlers import Handlers
from stripe_assets.mirror.rows.json_paths import (
    at_path,
    holds_secret,
    id_of,
    without_path,
    without_secrets,
)
from stripe_assets.mirror.rows.sublists import Sublists
from stripe_assets.mirror.tables.layout import INCLUDED_AT
from stripe_assets.mirror.tables.values import TEXTS, UNFIT, Misfit


class AnswerRows:
    """Makes the batch of one answer. Its objects are added to `groups` first."""

    def __init__(
        self,
        compilers: RowCompilers,
        livemode: bool,
        observed_at: datetime,
        api_version: str,
        platform_id: str | None,
        clean: bool,
    ) -> None:
        self.compilers = compilers
        self.livemode = livemode
        self.observed_at = observed_at
        self.api_version = api_version
        self.clean = clean
        self.batch = Batch()
        self.groups = groups = Groups()
        self._sublists = Sublists(compilers, self.batch, livemode, observed_at, groups)
        embedded = Embedded(compilers, platform_id, groups)
        self._platform_id = platform_id
        self._handlers = Handlers(compilers, self._sublists, embedded, clean)

    def finish(self) -> Batch:
        """Makes the rows of the objects, and of the objects inside them."""
        while (group := self.groups.take()) is not None:
            into = self.batch.rows if group.observed else self.batch.fills
            into.setdefault(group.compiler.resource.name, Rows()).column_batches.extend(
                self._column_batches(group)
            )
        self.batch.closed.extend(self._sublists.closed())
        return self.batch

    def _column_batches(self, group: Group) -> list[ColumnBatch]:
        count = len(group.objs)
        column_batch = ColumnBatch(
            {
                "_account_id": group.account_ids,
                "_livemode": [self.livemode] * count,
                "id": group.ids,
            }
        )
        column_batch.set("_observed_at", self.observed_at if group.observed else None)
        column_batch.set("_api_version", self.api_version)
        column_batch.set("_deleted_at", self.observed_at if group.deleted else None)
        if group.listed:
            column_batch.set("_unlisted_at", None)
        if group.parent:
            column_batch.set("_parent_object", group.parent[0])
            column_batch.columns["_parent_id"] = group.parent_ids
            column_batch.set("_parent_field", group.parent[1])
            column_batch.columns["_position"] = group.positions
        if group.asked is not None and self._shows_all(group):
            _no_values(group, column_batch)
        self._fields(group, column_batch)
        column_batch.kept.update(_parts_not_asked(group, column_batch))
        some = _hidden(group, column_batch)
        if group.is_in_full:
            column_batch.set(INCLUDED_AT, self.observed_at)
        extras = {
            place: kept
            for place, extra in group.extras.items()
            if (kept := _without_secrets(extra, group.compiler))
        }
        for column, places in group.read_whole.items():
            if places:
                some[column] = dict.fromkeys(places, self.observed_at)
        if group.deleted:
            # The stub of a deleted object says only that it is deleted. The last state of the row
            # stays readable.
            some["_extra"] = extras
        else:
            column_batch.columns["_extra"] = (
                list(map(extras.get, range(count))) if extras else [None] * count
            )
        return with_partial_columns(column_batch, some)

    def _shows_all(self, group: Group) -> bool:
        """Whether Stripe shows all that the objects have. It shows a platform less of an account
        than the account itself."""
        return not group.compiler.self_owned or all(id == self._platform_id for id in group.ids)

    def _fields(self, group: Group, column_batch: ColumnBatch) -> None:
        """Fills the columns of the objects' fields."""
        compiler = group.compiler
        entry_of = (compiler.clean_entries if self.clean else compiler.entries).get
        fields: dict[str, Sequence[Any]] = dict(
            zip(group.names, zip(*(obj.values() for obj in group.objs), strict=True), strict=True)
        )
        if group.deleted:
            del fields["deleted"]
        for name, values in fields.items():
            entry = entry_of(name)
            if entry is None:
                for place, value in enumerate(values):
                    group.extras.setdefault(place, {})[name] = value
                    self._look_at(value)
                continue
            if entry.sublist is not None:
                found = ((place, one) for place, one in enumerate(values) if one is not None)
                odd = self._sublists.take(entry.sublist, found, group)
                empty = (place for place, one in enumerate(values) if one is None)
                self._sublists.not_read(entry.sublist, (*odd, *empty), group)
                for place in odd if entry.sublist.url is None else ():
                    group.extras.setdefault(place, {})[name] = values[place]
            elif entry.column is not None:
                column_batch.columns[entry.column] = self._column(group, name, entry, values)
        for sublist in compiler.nested_sublists:
            places = (n for n, obj in enumerate(group.objs) if _lacks(obj, sublist.path))
            self._sublists.not_read(sublist, places, group, absent=True)
        for sublist in compiler.sublists:
            if sublist.name not in fields:
                everywhere = range(len(group.objs))
                self._sublists.not_read(sublist, everywhere, group, absent=True)
        within: dict[tuple[str, ...], Sequence[Any]] = {
            (name,): values for name, values in fields.items()
        }
        for path, name in compiler.derived:
            if path[0] in fields:
                values = column_at_path(within, path)
                ids = "" not in values and TEXTS.issuperset(map(type, values))
                column_batch.columns[name] = values if ids else list(map(id_of, values))

    def _column(
        self, group: Group, name: str, entry: Entry, values: Sequence[Any]
    ) -> Sequence[Any]:
        """The column for a field's values.

        All values are taken as they are, or converted together. Where that fails, one by one.
        """
        if values[0] is None and values.count(None) == len(values):  # a quarter of all columns
            return values
        kinds = set(map(type, values))
        is_reference = entry.handling == "reference"
        if (
            kinds <= entry.fits
            and (int not in kinds or entry.fits is ANY or have_64_bits(values))
            and not (is_reference and "" in values)
        ):
            return values
        if entry.convert_all is not None:
            try:
                return entry.convert_all(values)
            except UNFIT:
                pass
        column, handle = [], self._handlers.of(entry, group)
        for place, value in enumerate(values):
            if value is None or (
                type(value) in entry.fits
                and (type(value) is not int or have_64_bits([value]))
                and not (is_reference and value == "")
            ):
                column.append(value)
                continue
            self._look_at(value)
            try:
                column.append(
                    entry.convert(value) if entry.convert is not None else handle(value, place)
                )
            except Misfit as misfit:
                group.extras.setdefault(place, {})[name] = value
                column.append(misfit.column_value)
        return column

    def _look_at(self, value: Any) -> None:
        """Notes a float that orjson may have made of an integer beyond 64 bits."""
        if type(value) is float and not -(2.0**63) < value < 2.0**63:
            self.batch.rounded = True


def _parts_not_asked(group: Group, column_batch: ColumnBatch) -> dict[str, list[tuple[str, ...]]]:
    """Column → the paths in it of what comes only on request, and was not asked for."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for path in sorted(group.not_asked) if group.observed else ():
        name, _, below = path.partition(".")
        if below and name in column_batch.columns:
            found.setdefault(name, []).append(tuple(below.split(".")))
    return found


def _hidden(group: Group, column_batch: ColumnBatch) -> dict[str, Mapping[int, Any]]:
    """Takes out the columns of fields that v2 sends as null because they were not asked for.

    Returns column → place → the values of them that are there all the same.
    """
    if group.compiler.resource.api == "v1":
        return {}
    hidden = group.hidden.intersection(group.names)
    found: dict[str, Mapping[int, Any]] = {}
    for column in [name for name, field in group.compiler.order.items() if field in hidden]:
        values = column_batch.columns.pop(column)
        if some := {place: value for place, value in enumerate(values) if value is not None}:
            found[column] = some
    return found


def _no_values(group: Group, column_batch: ColumnBatch) -> None:
    """Gives whole objects NULL in each column that they may fill. What they have replaces it.

    So the rows of one resource have the same columns in the same order, and one statement writes
    all of them.
    """
    order, nothing = group.compiler.order, [None] * len(column_batch)
    if hidden := group.hidden:
        order = {column: name for column, name in order.items() if name not in hidden}
    column_batch.columns.update(dict.fromkeys(order, nothing))


def _lacks(obj: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    """Whether the object that a path leads to lacks the last field of the path."""
    within = at_path(obj, path[:-1])
    return type(within) is dict and path[-1] not in within


def _without_secrets(extra: dict[str, Any], compiler: RowCompiler) -> dict[str, Any]:
    for name, paths in compiler.secrets_of.items():
        for path in paths:
            if path and name in extra:
                extra[name] = without_path(extra[name], path)
    return without_secrets(extra) if holds_secret(extra) else extra
