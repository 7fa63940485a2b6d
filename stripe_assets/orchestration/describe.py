"""A model's asset as the UI shows it: description, columns and tags, all from the catalog's records."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster import TableColumn, TableColumnConstraints, TableConstraints, TableSchema

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Field, Resource, Route
from stripe_assets.mirror import PRIMARY_KEY, Layout

SCHEMA = "stripe"
"""Where the tables are in a database that has schemas; SQLite has none."""

_OWN_COLUMNS = {
    "_account_id": "The account whose row this is",
    "_livemode": "Live or test data",
    "_parent_object": "What kind of object the row stands in",
    "_parent_id": "The id of that object",
    "_parent_field": "The list of that object that the row stands in",
    "_position": "Its place in that list",
    "_observed_at": "When the request that returned this state was sent, by Stripe's clock; null: seen only inside others",
    "_api_version": "The API version whose shape the row has",
    "_synced_at": "When the row was written",
    "_deleted_at": "When Stripe said that the object is deleted; the row stays",
    "_unlisted_at": "When it was found to exist although its list leaves it out",
    "_extra": "Fields that the catalog does not know",
}


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
    if resource.on_demand_reason:
        parts.append(f"Not listed by a sweep: {resource.on_demand_reason}")
    if resource.retention_days:
        parts.append(f"Stripe keeps these for {resource.retention_days} days, the mirror for good.")
    names = [
        f"`{name}`"
        for name in dict.fromkeys((resource.class_name, resource.name, *resource.aliases))
    ]
    parts.append(f"Names on the command line: {', '.join(names)}.")
    return "\n\n".join(parts)


def columns(layout: Layout, resource: Resource) -> TableSchema:
    """The table as the mirror makes it. Only its key is never null: what an answer leaves out is null in a new row."""
    meanings = {**{field.column: _meaning(field) for field in resource.fields}, **_OWN_COLUMNS}
    if resource.singleton:
        meanings["id"] = "The account's id"
    return TableSchema(
        columns=[
            TableColumn(
                name,
                kind,
                meanings.get(name),
                TableColumnConstraints(nullable=name not in PRIMARY_KEY),
            )
            for name, kind in layout.columns(resource).items()
        ],
        constraints=TableConstraints(other=[f"primary key ({', '.join(PRIMARY_KEY)})"]),
    )


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
        yield f"what other objects carry of it; `GET {resource.retrieve.path}` reads one"


def _how(catalog: Catalog, route: Route) -> str:
    said = ""
    if route.parent:
        said += f", once for each {_spoken(catalog[route.parent].name)}"
        if route.parent_where:
            name, value = route.parent_where
            said += f" that has `{name}`" if value is None else f" whose `{name}` is `{value}`"
    asked = [
        " and ".join(f"`{name}={_json(value)}`" for name, value in variant.items()) or "no filter"
        for variant in route.variants
    ]
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
