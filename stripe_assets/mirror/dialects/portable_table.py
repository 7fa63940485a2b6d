"""A table that one statement can name on every database, whichever runs the statement."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles

from stripe_assets.mirror.tables.layout import SCHEMA


class PortableTable(sa.Table):
    """A table of the mirror. PostgreSQL has it in a schema, SQLite has no schemas."""


@compiles(PortableTable, "postgresql")
def _in_schema(table: PortableTable, compiler: Any, **kwargs: Any) -> str:
    text = compiler.visit_table(table, **kwargs)
    return f"{SCHEMA}.{text}" if text else text
