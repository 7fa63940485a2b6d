"""Column types for what SQLite has no type for. All of them hold text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

from stripe_assets.mirror.tables.instant_text import instant_text
from stripe_assets.mirror.tables.values import decimal_text


class InstantText(TypeDecorator[datetime]):
    """An aware datetime as UTC text of one width, so that text order is time order."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else instant_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value).astimezone(UTC)


class DecimalText(TypeDecorator[Decimal]):
    """A decimal with the digits that were written, trailing zeros included."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else decimal_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class JsonText(sa.JSON):
    """JSON in a column of TEXT affinity.

    A column of SQLite's type JSON would turn a document `1e400` or `007` into a number.
    """


@compiles(JsonText)
def _json_text_ddl(element: JsonText, compiler: Any, **kwargs: Any) -> str:
    return "TEXT"
