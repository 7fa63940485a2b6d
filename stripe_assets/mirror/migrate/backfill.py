"""Values of a new column in older rows.

`_extra` has the field, or a JSON column has the value that the new column is derived from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Batch, Owner
from stripe_assets.mirror.columns import Rows
from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.migrate.pages import has_value, pages
from stripe_assets.mirror.rows.flatten import flatten
from stripe_assets.mirror.tables.layout import PRIMARY_KEY, read_at_column
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.write.upsert import Upserter


def fill_new_columns(
    connection: sa.Connection,
    tables: Tables,
    dialect: Dialect,
    writer: Upserter,
    name: str,
    columns: Sequence[str],
) -> None:
    """Moves values from `_extra` into these new columns, and derives others from JSON columns.

    A value is read as if the API had just sent it. So an embedded object fills its own row too. A
    value that does not fit its new column stays in `_extra`.
    """
    table = tables[name]
    fields = [
        field for field in tables.catalog.resources[name].fields if _column_of(field) in columns
    ]
    fresh = [field for field in fields if not field.derived]
    derived = [field for field in fields if field.derived and field.path[0] in table.c]
    sources = {field.path[0] for field in derived}
    found = [dialect.has_key(table.c["_extra"], field.path[0]) for field in fresh]
    found += [has_value(table.c[field.path[0]], field.path[-1]) for field in derived]
    if not found:
        return
    read = ["_observed_at", "_api_version", "_extra", *sorted(sources)]
    query = sa.select(*(table.c[column] for column in dict.fromkeys([*PRIMARY_KEY, *read])))
    for rows in pages(connection, table, query.where(sa.or_(*found))):
        for row in rows:
            _fill_row(connection, tables, writer, name, fields, sources, row)


def _column_of(field: Field) -> str | None:
    """The column that a field gets when it is new.

    A sublist has no column but the one with the time of its last reading.
    """
    return (
        read_at_column(field.name)
        if field.kind == "sublist" and len(field.path) == 1
        else field.column
    )


def _fill_row(
    connection: sa.Connection,
    tables: Tables,
    writer: Upserter,
    name: str,
    fields: list[Field],
    sources: set[str],
    row: Mapping[Any, Any],
) -> None:
    extra = row["_extra"] or {}
    item = {**{source: row[source] for source in sources}, **extra, "id": row["id"]}
    item.pop("deleted", None)
    observed_at = row["_observed_at"]
    owner = Owner(row["_account_id"], row["_livemode"])
    batch = flatten(
        tables.catalog,
        name,
        [item],
        owner,
        observed_at or datetime.now(UTC),  # a fill has no time: this one is not stored
        api_version=row["_api_version"],
        fill=observed_at is None,
    )
    own_rows = list((batch.rows if observed_at else batch.fills).pop(name))
    flat = next(one for one in own_rows if one["id"] == row["id"])
    values = {column: flat[column] for field in fields if (column := _column_of(field)) in flat}
    # Only the values that have moved into the new columns leave `_extra`. Those that did not fit
    # an older column stay there.
    moved = {field.path[0] for field in fields if _column_of(field) in values} - set(
        flat["_extra"] or {}
    )
    values["_extra"] = {
        field: value for field, value in extra.items() if field not in moved
    } or None
    table = tables[name]
    connection.execute(
        sa.update(table)
        .where(*(table.c[column] == row[column] for column in PRIMARY_KEY))
        .values(values)
    )
    embedded = Batch(fills={name: Rows.of(one for one in own_rows if one is not flat)})
    writer.write(connection, [Batch(rows=batch.rows, fills=batch.fills), embedded])
