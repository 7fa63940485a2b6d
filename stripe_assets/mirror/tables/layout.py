"""Which columns the models' tables have. It follows from the catalog alone, without SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from stripe_assets.catalog.model import Resource

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

ColumnKind = Literal["text", "bigint", "double", "boolean", "numeric", "timestamp", "json"]

SCHEMA = "stripe"
"""The schema of the mirror's tables. SQLite has no schemas: there the tables have bare names."""
PRIMARY_KEY = ("_account_id", "_livemode", "id")

_KIND_OF_FIELD: Mapping[str, ColumnKind] = {
    "string": "text",
    "boolean": "boolean",
    "integer": "bigint",
    "float": "double",
    "decimal": "numeric",
    "timestamp": "timestamp",
    "json": "json",
    "reference": "text",
    "references": "json",
}

_KEY_COLUMNS: Mapping[str, ColumnKind] = {
    "_account_id": "text",
    "_livemode": "boolean",
    "id": "text",
}
PARENT_COLUMNS: Mapping[str, ColumnKind] = {
    "_parent_object": "text",
    "_parent_id": "text",
    "_parent_field": "text",
    "_position": "bigint",
}
_BOOKKEEPING: Mapping[str, ColumnKind] = {
    "_observed_at": "timestamp",
    "_api_version": "text",
    "_synced_at": "timestamp",
    "_deleted_at": "timestamp",
    "_unlisted_at": "timestamp",
    "_extra": "json",
}


INCLUDED_AT = "_included_read_at"
"""When the row was last read with all that a retrieve can include, and a list cannot."""


def read_at_column(field: str) -> str:
    """The parent's column with the time when this sublist was last read to its end.

    An older page of the sublist changes nothing.
    """
    return f"_{field.replace('.', '_')}_read_at"


class Layout:
    """Which columns each model's table has."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    @cached_property
    def children(self) -> frozenset[str]:
        """Models whose rows can have a parent: the items of a sublist, or of a fan-out."""
        names = {
            name
            for name, resource in self.catalog.resources.items()
            if any(route.parent for route in resource.routes)
        }
        for resource in self.catalog.resources.values():
            names.update(
                target
                for field in resource.fields
                if field.kind == "sublist"
                for target in field.targets
            )
        return frozenset(names)

    @cached_property
    def self_owned(self) -> frozenset[str]:
        """Models whose rows are their own owners: accounts.

        The catalog declares this at the fields that refer to them (`owner` is `self`).
        """
        fields = (
            field for resource in self.catalog.resources.values() for field in resource.fields
        )
        return frozenset(
            target for field in fields if field.owner == "self" for target in field.targets
        )

    def columns(self, resource: Resource) -> dict[str, ColumnKind]:
        """Column → kind, in the table's order."""
        columns: dict[str, ColumnKind] = dict(_KEY_COLUMNS)
        for field in resource.fields:
            if field.column is not None:
                columns.setdefault(field.column, _KIND_OF_FIELD[field.kind])
        if resource.name in self.children:
            columns.update(PARENT_COLUMNS)
        columns.update(
            {
                read_at_column(field.name): "timestamp"
                for field in resource.fields
                if field.kind == "sublist" and field.read_to_end
            }
        )
        if resource.retrieved_in_full:
            columns[INCLUDED_AT] = "timestamp"
        columns.update(_BOOKKEEPING)
        return columns
