"""The catalog as SQLAlchemy tables: one for each model, and the mirror's own beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Literal

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator

from stripe_assets.catalog.model import Resource
from stripe_assets.mirror.tables.values import decimal_text

if TYPE_CHECKING:
    from stripe_assets.catalog import Catalog

ColumnKind = Literal["text", "bigint", "double", "boolean", "numeric", "timestamp", "json"]

SCHEMA = "stripe"
"""The schema of the mirror's tables, where the database has schemas."""
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


class Instant(TypeDecorator[datetime]):
    """An aware datetime. SQLite holds it as UTC text of one width, so that text order is time order."""

    impl = sa.TIMESTAMP(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return (
            sa.Text()
            if dialect.name == "sqlite"
            else dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        )

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> Any:
        return instant_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal with the digits that were written, trailing zeros too. SQLite, which has no such type, holds text."""

    impl = sa.Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return sa.Text() if dialect.name == "sqlite" else dialect.type_descriptor(sa.Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        return decimal_text(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return value if value is None or isinstance(value, Decimal) else Decimal(value)


class JsonText(sa.JSON):
    """JSON in a column of SQLite's TEXT affinity: under its JSON type a document `1e400` or `007` would turn into a number."""


@compiles(JsonText, "sqlite")
def _json_text_ddl(element: JsonText, compiler: Any, **kwargs: Any) -> str:
    return "TEXT"


@lru_cache(maxsize=4096)
def instant_text(value: datetime) -> str:
    """`2026-10-28 09:00:00.000000+00:00`, which SQLite's own date functions read too. A page has few times many times over."""
    return value.astimezone(UTC).isoformat(" ", "microseconds")


def instant_texts(values: Sequence[datetime | None]) -> Sequence[str | None]:
    """`instant_text` of a column. Whole seconds of UTC, as nearly all are, are written together: a fifth of the time of one by one."""
    some = [value for value in values if value is not None]
    usual = bool(some) and all(type(value) is datetime and value.tzinfo is UTC for value in some)
    written = orjson.dumps(some).decode() if usual else "."
    if "." in written:
        return [None if value is None else instant_text(value) for value in values]
    texts = written[2:-2].replace("T", " ").replace("+00:00", ".000000+00:00").split('","')
    if len(texts) == len(values):
        return texts
    following = iter(texts)
    return [None if value is None else next(following) for value in values]


COLUMN_TYPES: Mapping[ColumnKind, Any] = {
    "text": sa.Text(),
    "bigint": sa.BigInteger(),
    "double": sa.Double(),
    "boolean": sa.Boolean(),
    "numeric": ExactDecimal(),
    "timestamp": Instant(),
    "json": JsonText(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"),
}


def read_at_column(field: str) -> str:
    """The parent's column that says when this sublist was last read to its end: an older page adds nothing to it."""
    return f"_{field.replace('.', '_')}_read_at"


class Layout:
    """Which columns each model's table has. Computed from the catalog alone, without a database or SQLAlchemy."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    @cached_property
    def children(self) -> frozenset[str]:
        """Models whose rows can hang on a parent: of a sublist, or of a fan-out."""
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
        """Models whose rows are their own owners, as the catalog says of what refers to them: accounts."""
        fields = (
            field for resource in self.catalog.resources.values() for field in resource.fields
        )
        return frozenset(
            target for field in fields if field.owner == "self" for target in field.targets
        )

    def columns(self, resource: Resource) -> dict[str, ColumnKind]:
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
        columns.update(_BOOKKEEPING)
        return columns


class Tables(Mapping[str, sa.Table]):
    """Resource name → table. A table is made when it is first asked for: few programs need all of them."""

    def __init__(self, catalog: Catalog, schema: str | None) -> None:
        self.catalog = catalog
        self.layout = Layout(catalog)
        self.metadata = sa.MetaData(schema=schema)
        self._made: dict[str, sa.Table] = {}
        self._making = threading.Lock()
        self.own = own_tables(self.metadata)

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
                COLUMN_TYPES[kind],
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
                sqlite_where=where,
                postgresql_where=where,
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
    """Whether a row will still change without an event. The value stands in the statement: by it the index of such rows is found."""
    assert resource.not_final_when
    name, value = resource.not_final_when
    column = table.c[
        next(field.column for field in resource.fields if field.name == name and field.column)
    ]
    return column.is_(None) if value is None else column == sa.literal_column(f"'{value}'")


def _own(
    metadata: sa.MetaData,
    name: str,
    key: Mapping[str, ColumnKind],
    columns: Mapping[str, ColumnKind],
) -> sa.Table:
    return sa.Table(
        name,
        metadata,
        *(sa.Column(column, COLUMN_TYPES[kind], primary_key=True) for column, kind in key.items()),
        *(sa.Column(column, COLUMN_TYPES[kind]) for column, kind in columns.items()),
    )


OWN_COLUMNS: Mapping[str, tuple[Mapping[str, ColumnKind], Mapping[str, ColumnKind]]] = {
    "_schema_version": (
        {"hash": "text"},
        {"api_version": "text", "sdk_version": "text", "applied_at": "timestamp"},
    ),
    "_api_key": (
        {"alias": "text"},
        {
            "storage": "text",  # "encrypted" or "environment"
            "secret": "text",  # the Fernet token, or the variable's name
            "account_id": "text",
            "livemode": "boolean",
            "kind": "text",
            "last4": "text",
            "connected": "json",  # "all", "none" or a list of account ids
            "created_at": "timestamp",
        },
    ),
    "_sweep": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text"},
        {
            "started_at": "timestamp",
            "run_id": "text",
            "scope": "text",  # only a run of the same scope may take it up
            "unfinished": "boolean",  # what follows is of the last one that finished
            "last_started_at": "timestamp",
            "last_finished_at": "timestamp",
            "rows": "bigint",
            "requests": "bigint",
            "availability": "text",
            "current_until": "timestamp",  # every change until then is in the mirror
        },
    ),
    "_checkpoint": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text", "key": "text"},
        {"cursor": "json", "done": "boolean"},
    ),
    "_absence": (
        {"_account_id": "text", "_livemode": "boolean", "resource": "text", "id": "text"},
        {
            "reason": "text",
            "observed_at": "timestamp",
            "until": "timestamp",
        },  # until: asked again then; null: not by itself
    ),
    "_event_ledger": (
        {"_account_id": "text", "_livemode": "boolean", "id": "text"},
        {
            "type": "text",
            "created": "timestamp",
            "object": "text",  # the model to read
            "object_id": "text",
            "object_account": "text",  # whose object; null: the owner's
            "object_created": "timestamp",
            "parents": "json",  # what its route wants besides the id
            "lists": "json",  # the nested lists that are to be read with it
            "state": "text",  # pending, processed, failed, ignored
            "reason": "text",  # why it is ignored
            "attempts": "bigint",
            "error": "text",
            "next_attempt_at": "timestamp",
            "settled_at": "timestamp",  # when it was processed or ignored; null: it is open, if only for its lists
            "run_id": "text",  # who has it, or had it last
        },
    ),
    "_reach": (
        {"alias": "text", "_account_id": "text", "_livemode": "boolean"},
        # own: the key's own account, whose row also tells since when references of rows may not be closed, and by which key it was found
        {
            "own": "boolean",
            "seen_at": "timestamp",
            "lost_at": "timestamp",
            "unclosed_since": "timestamp",
            "fingerprint": "text",
        },
    ),
    "_lease": (
        {"_account_id": "text", "_livemode": "boolean", "run_id": "text"},
        {
            "process": "text",
            "expires_at": "timestamp",
        },  # runs of one process share its budget already
    ),
    "_read_count": (
        {"_account_id": "text", "_livemode": "boolean", "day": "text"},
        {"requests": "bigint"},
    ),
}
"""The mirror's own tables: key columns and the others."""

_OPEN_EVENTS = ("run_id", "state", "object", "object_created", "object_id", "created")
"""The order in which a run takes its events. The index holds the open ones only, which are few beside all that are kept."""


def own_tables(metadata: sa.MetaData) -> dict[str, sa.Table]:
    tables = {
        name: _own(metadata, name, key, columns) for name, (key, columns) in OWN_COLUMNS.items()
    }
    ledger = tables["_event_ledger"].c
    is_open = ledger.settled_at.is_(None)
    sa.Index(
        "ix_event_ledger_open",
        *(ledger[name] for name in _OPEN_EVENTS),
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    return tables
