"""Rows → API objects: references as ids, sublists in order, v2's values in the API's form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog.model import Field, Resource
from stripe_assets.mirror.batch import Owner
from stripe_assets.mirror.chunks import chunks
from stripe_assets.mirror.tables.exact_values import EXACT, restore
from stripe_assets.mirror.tables.layout import read_at_column
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.tables.values import Convert, to_wire

Children = dict[tuple[str, str], list[dict[str, Any]]]
"""(Parent's id, field) → the objects of that sublist, in order."""


class ObjectReader:
    """Reads objects with their sublists. A few statements are enough for any number of objects."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._wires: dict[str, list[tuple[Field, str, Convert | None]]] = {}

    def read(
        self, connection: sa.Connection, name: str, owner: Owner, ids: Sequence[str]
    ) -> dict[str, dict[str, Any]]:
        """Id → the object as the API would send it, with references unexpanded.

        A tombstone has `deleted: true`. An id that has no row is left out. A field that is NULL
        comes as null, or is left out where the API never sends null. A sublist of which not all
        items were read has `has_more: true`.
        """
        rows: list[Mapping[str, Any]] = []
        own = self._tables[name].c._account_id == owner.account_id
        for some in chunks(ids):
            rows += self._rows(connection, name, owner, "id", some, own)
        return {
            row["id"]: obj
            for row, obj in zip(rows, self._objects(connection, name, owner, rows), strict=True)
        }

    def _rows(
        self,
        connection: sa.Connection,
        name: str,
        owner: Owner,
        column: str,
        values: Sequence[str],
        *where: sa.ColumnElement[bool],
    ) -> list[Any]:
        table = self._tables[name]
        query = sa.select(table).where(
            table.c._livemode == owner.livemode, table.c[column].in_(values), *where
        )
        return list(connection.execute(query).mappings())

    def _objects(
        self, connection: sa.Connection, name: str, owner: Owner, rows: Sequence[Mapping[str, Any]]
    ) -> list[dict[str, Any]]:
        resource = self._tables.catalog.resources[name]
        sublists = [field for field in resource.fields if field.kind == "sublist"]
        children = (
            self._children(connection, name, owner, sublists, [row["id"] for row in rows])
            if sublists and rows
            else {}
        )
        return [self._object(resource, sublists, row, children) for row in rows]

    def _children(
        self,
        connection: sa.Connection,
        name: str,
        owner: Owner,
        sublists: Sequence[Field],
        ids: Sequence[str],
    ) -> Children:
        placed: dict[tuple[str, str], list[tuple[int, dict[str, Any]]]] = {}
        for target in sorted({target for field in sublists for target in field.targets}):
            table = self._tables[target]
            rows: list[Mapping[str, Any]] = []
            for some in chunks(ids):
                rows += self._rows(
                    connection,
                    target,
                    owner,
                    "_parent_id",
                    some,
                    table.c._parent_object == name,
                    table.c._deleted_at.is_(None),
                    self._same_owner(name, target, owner),
                )
            for row, obj in zip(rows, self._objects(connection, target, owner, rows), strict=True):
                placed.setdefault((row["_parent_id"], row["_parent_field"]), []).append(
                    (row["_position"], obj)
                )
        return {
            key: [obj for _, obj in sorted(objects, key=lambda pair: pair[0] or 0)]
            for key, objects in placed.items()
        }

    def _same_owner(self, parent: str, child: str, owner: Owner) -> sa.ColumnElement[bool]:
        """An account owns itself, and it can be in a sublist of an object of another account."""
        columns, self_owned = self._tables[child].c, self._tables.layout.self_owned
        if parent in self_owned:
            return columns._account_id == columns._parent_id
        if child in self_owned:
            return sa.true()
        return columns._account_id == owner.account_id

    def _object(
        self,
        resource: Resource,
        sublists: Sequence[Field],
        row: Mapping[str, Any],
        children: Children,
    ) -> dict[str, Any]:
        obj: dict[str, Any] = {}
        for field, column, convert in self._wire(resource):
            value = row[column]
            if value is None and field.unset in ("absent", "never"):
                continue
            obj[field.path[0]] = value if value is None or convert is None else convert(value)
        for field in sublists:
            data = children.get((row["id"], field.name), [])
            if data or not field.nullable:
                shell = {
                    "object": "list",
                    "data": data,
                    "has_more": not _is_whole(field, row),
                    "url": (field.url or "").replace("{id}", row["id"]),
                }
                _put(obj, field.path, shell)
        if row["_deleted_at"] is not None:
            obj["deleted"] = True
        extra = dict(row["_extra"] or {})
        exact = extra.pop(EXACT, {})
        obj.update(extra)
        restore(obj, exact)
        return obj

    def _wire(self, resource: Resource) -> list[tuple[Field, str, Convert | None]]:
        wire = self._wires.get(resource.name)
        if wire is None:
            fields = [field for field in resource.fields if field.column and not field.derived]
            wire = self._wires[resource.name] = [
                (field, str(field.column), to_wire(field)) for field in fields
            ]
        return wire


def _is_whole(field: Field, row: Mapping[str, Any]) -> bool:
    """Whether all items of a sublist were read since the row was last observed."""
    if not field.read_to_end or row["_observed_at"] is None:
        return False
    read_at = row[read_at_column(field.name)]
    return read_at is not None and read_at >= row["_observed_at"]


def _put(obj: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Puts a sublist back where it was cut out, if the object around it is still there.

    It changes `obj`, which belongs to nobody else: it has just come from the database.
    """
    for key in path[:-1]:
        inner = obj.get(key)
        if type(inner) is not dict:
            return
        obj = inner
    obj.setdefault(path[-1], value)
