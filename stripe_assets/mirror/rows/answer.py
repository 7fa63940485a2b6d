"""The objects of an answer as they become rows: those with the same fields together, a field at a time.

Nearly all values of a field are of the type that its column has, and a page of them is checked by one look at their types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any
from urllib.parse import quote

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Batch, ClosedSublist, OpenSublist, Owner, ParentRef
from stripe_assets.mirror.columns import ColumnBatch, Rows
from stripe_assets.mirror.rows.compiled import (
    ANY,
    Entry,
    RowCompiler,
    RowCompilers,
    at_path,
    holds_key,
    without_key,
    without_path,
)
from stripe_assets.mirror.tables.layout import read_at_column
from stripe_assets.mirror.tables.values import INT64_MAX, INT64_MIN, TEXTS, UNFIT, Misfit

Parent = tuple[str, str | None]
"""A resource, and the field of its objects in which others are listed."""


@dataclass(slots=True)
class Group:
    """Objects of an answer that come to rows with the same columns."""

    plan: RowCompiler
    names: tuple[str, ...]
    """The objects' fields."""
    observed: bool
    listed: bool
    parent: Parent | None
    """What their parents have in common."""
    deleted: bool
    objs: list[Mapping[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    account_ids: list[str] = field(default_factory=list)
    parent_ids: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    extras: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Place → what has no column, or does not fit it."""
    read_whole: dict[str, set[int]] = field(default_factory=dict)
    """Column that says when a sublist was read → the places where it was."""


class Page:
    """The batch of one answer as it grows."""

    def __init__(
        self,
        plans: RowCompilers,
        livemode: bool,
        observed_at: datetime,
        api_version: str,
        platform_id: str | None,
        clean: bool,
    ) -> None:
        self.plans = plans
        self.livemode = livemode
        self.observed_at = observed_at
        self.api_version = api_version
        self.platform_id = platform_id
        self.clean = clean
        self.batch = Batch()
        self._groups: dict[tuple[Any, ...], Group] = {}
        self._embedded: set[tuple[str, str, str]] = set()
        self._closed: dict[tuple[str, str, str], tuple[Field, list[str]]] = {}

    def add(
        self,
        plan: RowCompiler,
        objs: Iterable[Mapping[str, Any]],
        account_id: str,
        observed: bool,
        parent: Parent | None = None,
        parent_ids: Iterable[str] = repeat(""),
        positions: Iterable[int] = repeat(0),
        *,
        listed: bool = False,
    ) -> None:
        """Takes objects with ids, of which `finish` makes rows. `parent_ids`, `positions`: where each stands below `parent`."""
        below = parent if plan.has_parent else None
        group, names = None, ()
        for obj, parent_id, position in zip(objs, parent_ids, positions, strict=False):
            fields, deleted = tuple(obj), obj.get("deleted") is True
            if (
                group is None or fields != names or deleted != group.deleted
            ):  # nearly all have what the one before has
                key, names = (plan, observed, listed, below, deleted, fields), fields
                group = self._groups.get(key)
                if group is None:
                    group = self._groups[key] = Group(
                        plan, fields, observed, listed, below, deleted
                    )
            own_id = account_id if plan.singleton else obj["id"]
            group.objs.append(obj)
            group.ids.append(own_id)
            group.account_ids.append(own_id if plan.self_owned else account_id)
            group.parent_ids.append(parent_id)
            group.positions.append(position)

    def finish(self) -> Batch:
        """Makes the rows of what was added, and of what that holds."""
        while self._groups:
            group = self._groups.pop(next(iter(self._groups)))
            into = self.batch.rows if group.observed else self.batch.fills
            into.setdefault(group.plan.resource.name, Rows()).blocks.extend(self._blocks(group))
        self.batch.closed.extend(self._closed_sublists())
        return self.batch

    def _blocks(self, group: Group) -> list[ColumnBatch]:
        count = len(group.objs)
        block = ColumnBatch(
            {
                "_account_id": group.account_ids,
                "_livemode": [self.livemode] * count,
                "id": group.ids,
            }
        )
        block.set("_observed_at", self.observed_at if group.observed else None)
        block.set("_api_version", self.api_version)
        block.set("_deleted_at", self.observed_at if group.deleted else None)
        if group.listed:
            block.set("_unlisted_at", None)
        if group.parent:
            block.set("_parent_object", group.parent[0])
            block.columns["_parent_id"] = group.parent_ids
            block.set("_parent_field", group.parent[1])
            block.columns["_position"] = group.positions
        self._fields(group, block)
        extras = {
            place: kept
            for place, extra in group.extras.items()
            if (kept := _without_secrets(extra, group.plan))
        }
        # The stub of a deleted object says no more than that it is deleted: what the row last held stays readable.
        some: dict[str, Mapping[int, Any]] = {
            column: dict.fromkeys(places, self.observed_at)
            for column, places in group.read_whole.items()
            if places
        }
        if group.deleted:
            some["_extra"] = extras
        else:
            block.columns["_extra"] = (
                list(map(extras.get, range(count))) if extras else [None] * count
            )
        return _with(block, some)

    def _fields(self, group: Group, block: ColumnBatch) -> None:
        """Fills the columns of the objects' fields."""
        plan = group.plan
        entry_of = (plan.clean_entries if self.clean else plan.entries).get
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
                continue
            if entry.sublist is not None:
                for place in self.sublists(
                    entry.sublist,
                    ((at, one) for at, one in enumerate(values) if one is not None),
                    group,
                ):
                    group.extras.setdefault(place, {})[name] = values[place]
            elif entry.column is not None:
                block.columns[entry.column] = self._column(group, name, entry, values)
        within: dict[tuple[str, ...], Sequence[Any]] = {
            (name,): values for name, values in fields.items()
        }
        for path, name in plan.derived:
            if path[0] in fields:
                values = _at(within, path)
                block.columns[name] = (
                    values if TEXTS.issuperset(map(type, values)) else list(map(_id_of, values))
                )

    def _column(
        self, group: Group, name: str, entry: Entry, values: Sequence[Any]
    ) -> Sequence[Any]:
        """The column's values for a field's: as they are or converted at once where all can be, else one by one."""
        if values[0] is None and values.count(None) == len(values):  # as a quarter are
            return values
        kinds = set(map(type, values))
        if kinds <= entry.fits and (int not in kinds or entry.fits is ANY or _have_64_bits(values)):
            return values
        if entry.convert_all is not None:
            try:
                return entry.convert_all(values)
            except UNFIT:
                pass
        column = []
        for place, value in enumerate(values):
            if value is None or (
                type(value) in entry.fits and (type(value) is not int or _have_64_bits([value]))
            ):
                column.append(value)
                continue
            try:
                column.append(
                    entry.convert(value)
                    if entry.convert is not None
                    else entry.handle(self, value, group, place)
                )
            except Misfit as misfit:
                group.extras.setdefault(place, {})[name] = value
                column.append(misfit.column_value)
        return column

    def embedded(self, field: Field, obj: Mapping[str, Any], group: Group, place: int) -> None:
        """The row of an object that stands where an id could: a fill, or an observation where no route returns such objects.

        Raises Misfit where the object has no id, or where the catalog has no model that could keep what it says.
        """
        own_id = obj.get("id")
        if type(own_id) is not str:
            raise Misfit
        if obj.get("deleted") is True:
            return
        plan = self.plans.of_object(obj, field.targets)
        if plan is None:
            raise Misfit(own_id if field.kind == "reference" else None)
        account_id = self._owner_of(field, group, place)
        if account_id is None:
            return
        key = (plan.resource.name, account_id, own_id)
        if key not in self._embedded:
            self._embedded.add(key)
            self.add(plan, [obj], account_id, group.observed and plan.authority)

    def _owner_of(self, field: Field, group: Group, place: int) -> str | None:
        """The account whose row a reference means; None where the answer does not tell."""
        if field.owner == "platform":
            return self.platform_id
        if field.owner.startswith("field:"):
            return _id_of(at_path(group.objs[place], tuple(field.owner[6:].split("."))))
        return group.account_ids[place]

    def sublists(self, field: Field, found: Iterable[tuple[int, Any]], group: Group) -> list[int]:
        """The rows of sublists, each given with its parent's place. Returns the places of those that no row can hold."""
        name, count = group.plan.resource.name, self.batch.objects
        read_whole = group.read_whole.setdefault(read_at_column(field.name), set())
        whole: dict[str, list[str]] = {}
        listed: dict[tuple[RowCompiler, str], tuple[list[Any], list[str], list[int]]] = {}
        refused = []
        for place, value in found:
            items: Any = value.get("data") if type(value) is dict else None
            plans = self._plans_of(field, items) if type(items) is list else None
            if plans is None:
                refused.append(place)
                continue
            id, account_id = group.ids[place], group.account_ids[place]
            for position, (plan, item) in enumerate(zip(plans, items, strict=True)):
                objs, parent_ids, positions = listed.setdefault((plan, account_id), ([], [], []))
                objs.append(item)
                parent_ids.append(id)
                positions.append(position)
            count += len(items)
            if not (group.observed and field.read_to_end):
                continue
            if value.get("has_more"):
                owner = Owner(account_id, self.livemode)
                url = (field.url or str(value.get("url"))).replace("{id}", quote(id, safe=""))
                cursor = items[-1]["id"] if items else None
                parent = ParentRef(name, id, field.name)
                self.batch.sublists.append(
                    OpenSublist(
                        parent, owner, field.targets, url, cursor, len(items), self.observed_at
                    )
                )
            else:
                read_whole.add(place)
                whole.setdefault(account_id, []).append(id)
        for (plan, account_id), (objs, parent_ids, positions) in listed.items():
            self.add(
                plan, objs, account_id, group.observed, (name, field.name), parent_ids, positions
            )
        for account_id, ids in whole.items():
            self._closed.setdefault((name, field.name, account_id), (field, []))[1].extend(ids)
        if group.observed:
            self.batch.objects = count
        return refused

    def _plans_of(self, field: Field, items: list[Any]) -> list[RowCompiler] | None:
        """None where one of the items cannot be kept."""
        plans = []
        for item in items:
            plan = (
                self.plans.of_object(item, field.targets)
                if type(item) is dict and type(item.get("id")) is str
                else None
            )
            if plan is None:
                return None
            plans.append(plan)
        return plans

    def _closed_sublists(self) -> list[ClosedSublist]:
        return [
            ClosedSublist(
                field.targets,
                resource,
                name,
                Owner(account_id, self.livemode),
                tuple(ids),
                self.observed_at,
                with_parents=True,
            )
            for (resource, name, account_id), (field, ids) in self._closed.items()
        ]


def _with(block: ColumnBatch, some: Mapping[str, Mapping[int, Any]]) -> list[ColumnBatch]:
    """With columns that only some of the rows have: column → place → value."""
    if all(len(values) == len(block) for values in some.values()):
        block.columns.update(
            {name: [values[place] for place in range(len(block))] for name, values in some.items()}
        )
        return [block]
    parts: dict[tuple[str, ...], list[int]] = {}
    for place in range(len(block)):
        parts.setdefault(
            tuple(name for name, values in some.items() if place in values), []
        ).append(place)
    blocks = []
    for names, places in parts.items():
        part = block.pick(places)
        part.columns.update({name: [some[name][place] for place in places] for name in names})
        blocks.append(part)
    return blocks


def _at(within: dict[tuple[str, ...], Sequence[Any]], path: tuple[str, ...]) -> Sequence[Any]:
    """What stands at a path in each of the objects; what was looked up on the way is kept."""
    if path not in within:
        above, name = _at(within, path[:-1]), path[-1]
        if dict in set(map(type, above)):
            within[path] = [value.get(name) if type(value) is dict else None for value in above]
        else:
            within[path] = [None] * len(above)
    return within[path]


def _have_64_bits(values: Sequence[Any]) -> bool:
    numbers = [value for value in values if value is not None] if None in values else values
    return min(numbers) >= INT64_MIN and max(numbers) <= INT64_MAX


def _id_of(value: Any) -> str | None:
    if type(value) is dict:
        value = value.get("id")
    return value if type(value) is str else None


def _without_secrets(extra: dict[str, Any], plan: RowCompiler) -> dict[str, Any]:
    for name, paths in plan.secrets_of.items():
        for path in paths:
            if path and name in extra:
                extra[name] = without_path(extra[name], path)
    return without_key(extra) if holds_key(extra) else extra
