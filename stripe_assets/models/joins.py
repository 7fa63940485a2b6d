"""How the rows of a relation are found: by a join of SQLAlchemy, or by a property.

A property asks the session of its row whenever it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import foreign, remote

from stripe_assets.catalog import Field, Resource
from stripe_assets.mirror import Tables
from stripe_assets.models.relations import Relation

Classes = Callable[[str], type[Any]]
"""Name of a resource → its model class."""
Pair = tuple[sa.Column[Any], sa.Column[Any]]
"""A column of the referring row, and the column of the other row that has to be equal."""


class Joins:
    """Makes relationships and properties of the model classes."""

    def __init__(self, tables: Tables, classes: Classes) -> None:
        self._tables = tables
        self._catalog = tables.catalog
        self._classes = classes

    def as_relationship(
        self, resource: Resource, relation: Relation
    ) -> orm.RelationshipProperty[Any]:
        """The relationship for a relation that is `joinable`."""
        (target,) = relation.targets
        here, there = self._tables[resource.name], self._tables[target]
        if relation.kind == "reference":
            assert relation.field is not None
            on = [
                foreign(column) == remote(other)
                for column, other in self._pairs(resource, relation.field, there)
            ]
            order = []
        else:
            on = [
                *self._children(resource, relation, here, there),
                remote(there.c._deleted_at).is_(None),
            ]
            order = _order(relation, there)
        return orm.relationship(
            self._classes(target),
            primaryjoin=sa.and_(*on),
            viewonly=True,
            uselist=relation.many,
            order_by=order or False,
        )

    def _children(
        self, resource: Resource, relation: Relation, here: sa.Table, there: sa.Table
    ) -> Iterator[sa.ColumnElement[bool]]:
        (target,) = relation.targets
        if relation.kind == "reverse":
            assert relation.field is not None
            for column, other in self._pairs(self._catalog[target], relation.field, here):
                yield remote(foreign(column)) == other
            return
        yield remote(foreign(there.c._parent_id)) == here.c.id
        yield from self._on_parent(resource, relation, there)
        yield remote(foreign(there.c._livemode)) == here.c._livemode
        # An account is its own owner, also where an object of another account lists it.
        if target not in self._tables.layout.self_owned:
            yield remote(foreign(there.c._account_id)) == here.c._account_id

    def _on_parent(
        self, resource: Resource, relation: Relation, there: sa.Table
    ) -> Iterator[sa.ColumnElement[bool]]:
        name = relation.field.name if relation.field else None
        yield remote(there.c._parent_object) == resource.name
        yield (
            remote(there.c._parent_field).is_not_distinct_from(name)
            if name
            else remote(there.c._parent_field).is_(None)
        )

    def _pairs(self, holder: Resource, field: Field, target: sa.Table) -> list[Pair]:
        """The columns that a reference and its target have to share.

        No column holds the account of the platform. Its objects are found by id alone: Stripe makes
        those ids, and no two accounts share one.
        """
        table = self._tables[holder.name]
        column = table.c[str(field.column)]
        pairs = [(column, target.c.id), (table.c._livemode, target.c._livemode)]
        if field.owner == "platform":
            return pairs
        owner = table.c._account_id
        if field.owner == "self":
            owner = column
        elif field.owner != "own":
            naming = field.owner.removeprefix("field:")
            owner = table.c[
                next(str(other.column) for other in holder.fields if other.name == naming)
            ]
        return [*pairs, (owner, target.c._account_id)]

    def as_property(
        self, resource: Resource, relation: Relation, attributes: Mapping[str, str]
    ) -> property:
        """The property for a relation that is not `joinable`. `attributes`: column → attribute."""
        if relation.kind == "parent":
            return property(self._read_parent, doc="The parent of this row.")
        field = relation.field
        assert field is not None
        if relation.kind == "sublist":
            return property(
                lambda row: self._read_sublist(row, resource, relation),
                doc=f"The rows of {field.name}, in their order.",
            )
        attribute = attributes[str(field.column)]
        if relation.kind == "references":
            (target,) = relation.targets
            return property(
                lambda row: self._read_all(row, target, getattr(row, attribute) or ()),
                doc=f"The rows whose ids {attribute} holds, in that order.",
            )
        return property(
            lambda row: self._read_one(row, relation.targets, getattr(row, attribute)),
            doc=f"The row whose id {attribute} holds.",
        )

    def _read_parent(self, row: Any) -> Any:
        return (
            self._read_one(row, (row._parent_object,), row._parent_id)
            if row._parent_object
            else None
        )

    def _read_one(self, row: Any, targets: tuple[str, ...], id: str | None) -> Any:
        """The row with this id that has the same owner as `row`, or None.

        The prefix of the id says which model it is. Where it does not, each target is tried.
        """
        session = session_of(row)
        if id is None:
            return None
        means = self._catalog.by_id(id, targets)
        for target in targets if means is None else (means,):
            account_id = id if target in self._tables.layout.self_owned else row._account_id
            found = session.get(self._classes(target), (account_id, row._livemode, id))
            if found is not None:
                return found
        return None

    def _read_all(self, row: Any, target: str, ids: Sequence[str]) -> list[Any]:
        """The rows with these ids that have the same owner as `row`, in the order of the ids.

        Ids without a row are left out.
        """
        table = self._tables[target]
        query = sa.select(self._classes(target)).where(
            table.c._account_id == row._account_id,
            table.c._livemode == row._livemode,
            table.c.id.in_(ids),
        )
        session = session_of(row)
        found = {one.id: one for one in session.scalars(query)} if ids else {}
        return [found[id] for id in ids if id in found]

    def _read_sublist(self, row: Any, resource: Resource, relation: Relation) -> list[Any]:
        session = session_of(row)
        found: list[Any] = []
        for target in relation.targets:
            table = self._tables[target]
            query = sa.select(self._classes(target)).where(
                table.c._parent_id == row.id,
                *self._on_parent(resource, relation, table),
                table.c._livemode == row._livemode,
                table.c._deleted_at.is_(None),
            )
            if target not in self._tables.layout.self_owned:
                query = query.where(table.c._account_id == row._account_id)
            found += session.scalars(query)
        return sorted(found, key=lambda one: one._position or 0)


def session_of(row: Any) -> orm.Session:
    """The session of a row. Raises sqlalchemy.orm.exc.DetachedInstanceError."""
    session = orm.object_session(row)
    if session is None:
        raise orm.exc.DetachedInstanceError(
            f"{row!r} belongs to no session, so its related rows cannot be read"
        )
    return session


def _order(relation: Relation, there: sa.Table) -> list[sa.Column[Any]]:
    """A sublist has the order of its list, other rows that of `created`. Then comes the id."""
    first = "_position" if relation.kind == "sublist" else "created"
    return [there.c[name] for name in (first, "id") if name in there.c]
