"""A model's asset as the UI shows it: description, columns and tags, all from the catalog's records."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster import TableColumn, TableColumnConstraints, TableConstraints, TableSchema

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Field, Resource, Route

SCHEMA = "stripe"
"""Where the tables are in a database that has schemas; SQLite has none."""

_TYPES = {
    "string": "text",
    "boolean": "boolean",
    "integer": "bigint",
    "float": "double",
    "decimal": "decimal",
    "timestamp": "timestamp",
    "json": "json",
    "reference": "text",
    "references": "json",
}

_OWN_COLUMNS = (
    ("_account_id", "text", "The account whose row this is"),
    ("_livemode", "boolean", "Live or test data"),
    (
        "_observed_at",
        "timestamp",
        "When the request that returned this state was sent, by Stripe's clock; null: seen only inside others",
    ),
    ("_api_version", "text", "The API version that the row has its shape from"),
    ("_synced_at", "timestamp", "When the row was written"),
    ("_deleted_at", "timestamp", "When Stripe said that the object is deleted; the row stays"),
    ("_unlisted_at", "timestamp", "When it was found to exist although its list leaves it out"),
    ("_extra", "json", "Fields that the catalog does not know"),
)
_KEY = ("_account_id", "_livemode", "id")


def table_name(resource: Resource) -> str:
    return f"{SCHEMA}.{resource.table}"


def tags(resource: Resource) -> dict[str, str]:
    return {"stripe/api": resource.api, "stripe/object": resource.name}


def description(catalog: Catalog, resource: Resource) -> str:
    """Markdown: what the rows are in one line, then where they come from and what else the model is called."""
    parts = [f"Stripe's {_spoken(resource.name)} objects, a row each."]
    sources = [*_own_sources(catalog, resource), *_inside(catalog, resource)]
    if sources:
        parts.append("\n".join(f"- {source}" for source in sources))
    if resource.on_demand:
        parts.append(f"Not listed by a sweep: {resource.on_demand}")
    if resource.retention_days:
        parts.append(f"Stripe keeps these for {resource.retention_days} days, the mirror for good.")
    names = [f"`{name}`" for name in dict.fromkeys((resource.class_name, resource.name, *resource.aliases))]
    parts.append(f"Names on the command line: {', '.join(names)}.")
    return "\n\n".join(parts)


def columns(resource: Resource) -> TableSchema:
    by_name = {column.name: column for column in _columns(resource)}
    return TableSchema(
        columns=list(by_name.values()),
        constraints=TableConstraints(other=[f"primary key ({', '.join(_KEY)})"]),
    )


def _columns(resource: Resource) -> Iterator[TableColumn]:
    if resource.singleton:
        yield TableColumn("id", "text", "The account's id, of which there is one row", TableColumnConstraints(nullable=False))
    for field in resource.fields:
        if field.column is not None:
            nullable = field.nullable and field.column not in _KEY
            yield TableColumn(field.column, _TYPES[field.kind], _meaning(field), TableColumnConstraints(nullable=nullable))
    for name, type_, meaning in _OWN_COLUMNS:
        yield TableColumn(name, type_, meaning, TableColumnConstraints(nullable=name not in _KEY))


def _meaning(field: Field) -> str | None:
    targets = " or ".join(field.targets)
    said = {
        "reference": f"Id of its {targets}" if targets else "Id of another object",
        "references": f"Ids of its {targets}" if targets else "Ids of other objects",
        "timestamp": "UTC",
        "decimal": "Exact",
    }.get(field.kind)
    if field.derived:
        return f"{said or 'Copied'}, from {'.'.join(field.path)}"
    return said


def _own_sources(catalog: Catalog, resource: Resource) -> Iterator[str]:
    if resource.singleton:
        yield f"`GET {resource.singleton}`, one for each account"
    for route in resource.routes:
        yield f"`GET {route.path}`{_how(catalog, route)}"
    if resource.retrieve and not resource.routes and not resource.singleton:
        yield f"`GET {resource.retrieve.path}`"


def _how(catalog: Catalog, route: Route) -> str:
    said = ""
    if route.parent:
        said += f", once for each {_spoken(catalog[route.parent].name)}"
        if route.parent_where:
            name, value = route.parent_where
            said += f" that has `{name}`" if value is None else f" whose `{name}` is `{value}`"
    asked = [" and ".join(f"`{name}={_json(value)}`" for name, value in variant.items()) or "no filter" for variant in route.variants]
    if asked != ["no filter"]:
        said += ", with " + "; then with ".join(asked)
    return said if route.modes == "both" else f"{said}, in {route.modes} mode only"


def _inside(catalog: Catalog, resource: Resource) -> Iterator[str]:
    for parent in catalog.resources.values():
        for field in parent.fields:
            if field.kind == "sublist" and resource.name in field.targets:
                yield f"inside `{parent.name}`: `{'.'.join(field.path)}`"


def _spoken(name: str) -> str:
    return re.sub(r"[._]", " ", name)


def _json(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
