"""The SQLAlchemy type of each kind of column. Every type knows its form on each dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from stripe_assets.mirror.dialects.sqlite_types import DecimalText, InstantText, JsonText
from stripe_assets.mirror.tables.resource_tables import ColumnTypes


class Instant(TypeDecorator[datetime]):
    """An aware datetime. It is read back in UTC."""

    impl = sa.TIMESTAMP(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with the digits that were written, trailing zeros included."""

    impl = sa.Numeric
    cache_ok = True


class BinaryJson(TypeDecorator[Any]):
    """PostgreSQL's JSONB. SQLAlchemy's dialect is loaded by a program on PostgreSQL only."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        from sqlalchemy.dialects.postgresql import JSONB  # noqa: PLC0415

        return dialect.type_descriptor(JSONB(none_as_null=True))


COLUMN_TYPES: ColumnTypes = {
    "text": sa.Text(),
    "bigint": sa.BigInteger(),
    "double": sa.Double(),
    "boolean": sa.Boolean(),
    "numeric": ExactDecimal().with_variant(DecimalText(), "sqlite"),
    "timestamp": Instant().with_variant(InstantText(), "sqlite"),
    "json": sa.JSON(none_as_null=True)
    .with_variant(JsonText(none_as_null=True), "sqlite")
    .with_variant(BinaryJson(none_as_null=True), "postgresql"),
}
