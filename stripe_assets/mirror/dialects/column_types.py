"""The SQLAlchemy type of each kind of column. Every type knows its form on each dialect."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

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


COLUMN_TYPES: ColumnTypes = {
    "text": sa.Text(),
    "bigint": sa.BigInteger(),
    "double": sa.Double(),
    "boolean": sa.Boolean(),
    "numeric": ExactDecimal().with_variant(DecimalText(), "sqlite"),
    "timestamp": Instant().with_variant(InstantText(), "sqlite"),
    "json": sa.JSON(none_as_null=True)
    .with_variant(JsonText(none_as_null=True), "sqlite")
    .with_variant(JSONB(none_as_null=True), "postgresql"),
}
