"""The models' tables as SQLAlchemy has them, one for each resource of the catalog."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from stripe_assets.catalog.model import Resource
from stripe_assets.mirror.tables.layout import PRIMARY_KEY, ColumnKind, Layout
from stripe_assets.mirror.tables.own_tables import own_tables, partial_index

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

ColumnTypes = Mapping[ColumnKind, sa.types.TypeEngine[Any]]


class Tables(Mapping[str, sa.Table]):
    """Resource name → table. A table is made when it is first needed: few programs need all.

    Parameters: types: the type of each kind of column, for every dialect.
    """

    def __init__(
        self,
        catalog: Catalog,
        schema: str | None,
        types: ColumnTypes,
        index_where: str | None = None,
    ) -> None:
        """`index_where`: SQLAlchemy's name of the option for a partial index, where tables are to
        be created. To name another dialect's option would load that dialect."""
        self.catalog = catalog
        self.types = types
        self.layout = Layout(catalog)
        self.metadata = sa.MetaData(schema=schema)
        self._made: dict[str, sa.Table] = {}
        self._making = threading.Lock()
        self._index_where = index_where
        self.own = own_tables(self.metadata, types, index_where)

    def __getitem__(self, name: str) -> sa.Table:
        table = self._made.get(name)
        if table is None:
            with self._making:
                table = self._made.get(name)
                if table is None:
                    table = self._made[name] = self._make(self.catalog.resources[name])
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(self.catalog.resources)

    def __len__(self) -> int:
        return len(self.catalog.resources)

    def _make(self, resource: Resource) -> sa.Table:
        columns = [
            sa.Column(
                name,
                self.types[kind],
                primary_key=name in PRIMARY_KEY,
                nullable=name not in PRIMARY_KEY,
            )
            for name, kind in self.layout.columns(resource).items()
        ]
        indexes = (
            [sa.Index(f"ix_{resource.table}_parent", "_parent_id")]
            if resource.name in self.layout.children
            else []
        )
        table = sa.Table(resource.table, self.metadata, *columns, *indexes)
        if resource.not_final_when:
            where = is_unsettled(table, resource)
            sa.Index(
                f"ix_{resource.table}_unsettled",
                table.c._account_id,
                table.c.id,
                **partial_index(self._index_where, where),
            )
        if resource.retention_days and "created" in table.c:
            sa.Index(
                f"ix_{resource.table}_created",
                table.c._account_id,
                table.c._livemode,
                table.c.created,
            )
        return table


def is_unsettled(table: sa.Table, resource: Resource) -> sa.ColumnElement[bool]:
    """Whether a row will still change without an event.

    The value is a literal in the statement. So the database finds the index of these rows.
    """
    assert resource.not_final_when
    name, value = resource.not_final_when
    column = table.c[
        next(field.column for field in resource.fields if field.name == name and field.column)
    ]
    return column.is_(None) if value is None else column == sa.literal_column(f"'{value}'")
