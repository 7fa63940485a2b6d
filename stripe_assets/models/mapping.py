"""The mapping of the model classes on the tables. It is loaded when a class is first used.

A class gives the class of another resource by `_class_of`, so that nothing here imports `model.py`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event, orm

from stripe_assets.catalog import Resource, catalog
from stripe_assets.mirror import (
    COLUMN_TYPES,
    PRIMARY_KEY,
    ObjectReader,
    Owner,
    PortableTable,
    Tables,
)
from stripe_assets.models.joins import Classes, Joins, session_of
from stripe_assets.models.relations import Relation, Relations
from stripe_assets.models.sessions import ReadingSession

_registry = orm.registry()
_lock = threading.RLock()
_being_mapped: set[type] = set()
_related: dict[tuple[str, str], None] = {}


class ModelTables(Tables):
    """The tables without the parts that only creating them needs: indexes, NOT NULL, a schema."""

    def __init__(self) -> None:
        super().__init__(catalog(), None, COLUMN_TYPES)

    def _make(self, resource: Resource) -> sa.Table:
        columns = self.layout.columns(resource)
        return PortableTable(
            resource.table,
            self.metadata,
            *(
                sa.Column(name, COLUMN_TYPES[kind], primary_key=name in PRIMARY_KEY)
                for name, kind in columns.items()
            ),
        )


@functools.cache
def tables() -> Tables:
    return ModelTables()


@functools.cache
def relations() -> Relations:
    return Relations(catalog())


@functools.cache
def _joins(classes: Classes) -> Joins:
    return Joins(tables(), classes)


@functools.cache
def _reader() -> ObjectReader:
    return ObjectReader(tables())


def map_class(cls: Any) -> bool:
    """Maps a class on its table, and adds the properties that find related rows without a join.

    Returns False when this thread is mapping the class already.
    """
    with _lock:
        if cls in _being_mapped:
            return False
        if "__mapper__" in type.__dict__["__dict__"].__get__(cls):
            return True  # another thread has mapped it meanwhile
        _being_mapped.add(cls)
        try:
            _map(cls, cls.resource)
        finally:
            _being_mapped.discard(cls)
    return True


def _map(cls: Any, resource: Resource) -> None:
    table = tables()[resource.name]
    attributes = relations().columns(resource)
    mapper = _registry.map_imperatively(
        cls, table, properties={name: table.c[column] for name, column in attributes.items()}
    )
    for change in ("before_insert", "before_update", "before_delete"):
        event.listen(mapper, change, _refuse)
    columns = {column: name for name, column in attributes.items()}
    for relation in relations().of(resource).values():
        if not relation.joinable:
            joins = _joins(cls._class_of)
            setattr(cls, relation.name, joins.as_property(resource, relation, columns))


def relate(cls: Any, name: str) -> bool:
    """Adds the relationship of this name to a mapped class. False when the class has none."""
    relation = relations().of(cls.resource).get(name)
    if relation is None or not relation.joinable:
        return False
    with _lock:
        mapper = orm.class_mapper(cls, configure=False)
        if not mapper.has_property(name):
            for target in relation.targets:
                # SQLAlchemy no longer configures a class that is mapped while it meets a statement.
                map_class(cls._class_of(target))
            joins = _joins(cls._class_of)
            mapper.add_property(name, joins.as_relationship(cls.resource, relation))
            _related[cls.resource.name, name] = None
    orm.configure_mappers()
    return True


def relationships() -> tuple[tuple[str, str], ...]:
    """(Resource, name) of every relationship that this process has used so far."""
    return tuple(_related)


def relate_again(wanted: tuple[tuple[str, str], ...], make: Any, cls: Any, *arguments: Any) -> Any:
    """Unpickles a row: adds the relationships that the other process used, then makes the row."""
    for resource, name in wanted:
        getattr(cls._class_of(resource), name, None)
    return make(cls, *arguments)


def relations_of(cls: Any) -> Mapping[str, Relation]:
    return relations().of(cls.resource)


def read_object(row: Any) -> dict[str, Any]:
    """The row as an object of Stripe's API. It is read through the session of the row."""
    owner = Owner(row._account_id, row._livemode)
    session = session_of(row)
    if isinstance(session, ReadingSession):
        reading = session.mirror.connection()
    else:
        reading = nullcontext(session.connection(bind_arguments={"mapper": type(row).__mapper__}))
    with reading as connection:
        return _reader().read(connection, row.resource.name, owner, [row.id])[row.id]


def _refuse(mapper: object, connection: object, row: object) -> None:
    raise TypeError(
        f"{row!r}: rows of the mirror are for reading. "
        "Change the object through Stripe's API, then sync it"
    )
