"""The schema follows the catalog. A start adds tables and columns, and drops or narrows nothing."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from stripe_assets.mirror.dialects.base import Dialect
from stripe_assets.mirror.migrate.backfill import fill_new_columns
from stripe_assets.mirror.migrate.purge import purge_secrets
from stripe_assets.mirror.tables.own_tables import OWN_COLUMNS
from stripe_assets.mirror.tables.resource_tables import Tables
from stripe_assets.mirror.write.upsert import Upserter


def schema_hash(tables: Tables) -> str:
    """A hash that two releases share exactly when they need the same tables, and keep the same
    secrets out of them."""
    digest = hashlib.sha256()
    for name, resource in sorted(tables.catalog.resources.items()):
        digest.update(f"\n{resource.table}={name}:{resource.purged or ''}".encode())
        digest.update(
            ",".join(
                f"{column} {kind}"
                for column, kind in sorted(tables.layout.columns(resource).items())
            ).encode()
        )
    for name, (key, columns) in sorted(OWN_COLUMNS.items()):
        digest.update(f"\n{name}:{sorted(key.items())}{sorted(columns.items())}".encode())
    return digest.hexdigest()


def ensure_schema(engine: sa.Engine, tables: Tables, dialect: Dialect) -> bool:
    """Creates and extends the catalog's tables. Returns whether anything was missing.

    Two small SELECTs are enough where nothing is missing. Programs that start together wait for
    each other.
    """
    wanted = schema_hash(tables)
    with engine.connect() as connection:
        if _is_applied(connection, tables, dialect, wanted):
            return False
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        dialect.begin_schema_change(connection)
        if _is_applied(connection, tables, dialect, wanted):
            return False
        _extend(connection, tables, dialect)
        connection.execute(
            sa.insert(tables.own["_schema_version"]).values(
                hash=wanted,
                api_version=tables.catalog.api_version,
                sdk_version=tables.catalog.sdk_version,
                applied_at=datetime.now(UTC),
            )
        )
    return True


def _is_applied(connection: sa.Connection, tables: Tables, dialect: Dialect, wanted: str) -> bool:
    if not dialect.version_table_exists(connection):
        return False
    applied = tables.own["_schema_version"]
    return (
        connection.execute(sa.select(sa.literal(1)).where(applied.c.hash == wanted)).first()
        is not None
    )


def _extend(connection: sa.Connection, tables: Tables, dialect: Dialect) -> None:
    existing = dialect.existing_columns(connection)
    added: dict[str, list[str]] = {}
    for name, table in [*tables.own.items(), *tables.items()]:
        columns = existing.get(table.name)
        if columns is None:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
            continue
        added[name] = [column.name for column in table.columns if column.name not in columns]
        for column in added[name]:
            definition = CreateColumn(table.c[column]).compile(dialect=connection.dialect)
            quoted_table = connection.dialect.identifier_preparer.format_table(table)
            connection.exec_driver_sql(f"ALTER TABLE {quoted_table} ADD COLUMN {definition}")
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
    writer = Upserter(tables, dialect)
    for name, columns in added.items():
        if columns and name in tables:
            fill_new_columns(connection, tables, dialect, writer, name, columns)
    purge_secrets(connection, tables, existing)
