"""The texts of a model's asset in the UI: description, columns and tags, all from the catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dagster import TableColumn, TableColumnConstraints, TableConstraints, TableSchema

from stripe_assets.catalog import Catalog
from stripe_assets.catalog.model import Field, Resource, Route
from stripe_assets.mirror import PRIMARY_KEY, SCHEMA, Layout

_OWN_COLUMNS = {
    "_account_id": "The account that the row belongs to",
    "_livemode": "True for live data, false for test data",
    "_parent_object": "The kind of object whose list contains the row",
    "_parent_id": "The id of that object",
    "_parent_field": "The field of that object that holds the list",
    "_position": "The row's position in that list",
    "_observed_at": (
        "When the request that returned this state was sent, by Stripe's clock. "
        "Null: the object was only seen inside other objects"
    ),
    "_api_version": "The API version whose shape the row has",
    "_synced_at": "When the row was written",
    "_deleted_at": "When Stripe confirmed that the object is deleted. The row stays",
    "_unlisted_at": "When Stripe returned the object although its list does not contain it",
    "_extra": "Fields that the catalog does not know",
}


def table_name(resource: Resource) -> str:
    """Returns the model's table with its schema: `stripe.checkout_session`."""
    return f"{SCHEMA}.{resource.table}"


def tags(resource: Resource) -> dict[str, str]:
    """Returns the asset's tags: the API (`v1` or `v2`) and the resource's name in it."""
    return {"stripe/api": resource.api, "stripe/object": resource.name}


def description(catalog: Catalog, resource: Resource) -> str:
    """Returns Markdown: what the rows are, where they come from, and the model's names."""
    parts = [f"Stripe's {_spoken(resource.name)} objects, one row each."]
    sources = [*_own_sources(catalog, resource), *_lists_of_parents(catalog, resource)]
    if sources:
        parts.append("\n".join(f"- {source}" for source in sources))
    if resource.on_demand_reason:
        parts.append(f"A full sweep does not list these objects: {resource.on_demand_reason}")
    if resource.retention_days:
        parts.append(
            f"Stripe keeps these objects for {resource.retention_days} days. "
            "The database keeps them for good."
        )
    names = [
        f"`{name}`"
        for name in dict.fromkeys((resource.class_name, resource.name, *resource.aliases))
    ]
    parts.append(f"Names on the command line: {', '.join(names)}.")
    return "\n\n".join(parts)


def columns(layout: Layout, resource: Resource) -> TableSchema:
    """Returns the columns of the model's table.

    Only the primary key is never null: a field that an answer leaves out is null in a new row.
    """
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
    text = {
        "reference": f"Id of its {targets}" if targets else "Id of another object",
        "references": f"Ids of its {targets}" if targets else "Ids of other objects",
        "timestamp": "UTC",
        "decimal": "Exact",
    }.get(field.kind)
    if field.derived:
        return f"{text or 'Copied'}, from {'.'.join(field.path)}"
    return text


def _own_sources(catalog: Catalog, resource: Resource) -> Iterator[str]:
    if resource.singleton:
        yield f"`GET {resource.singleton}`, one for each account"
    for route in resource.routes:
        yield f"`GET {route.path}`{_conditions(catalog, route)}"
    if resource.retrieve and not resource.routes and not resource.singleton:
        yield (
            f"other objects, which contain these objects; `GET {resource.retrieve.path}` "
            "returns a single one"
        )


def _conditions(catalog: Catalog, route: Route) -> str:
    text = ""
    if route.parent:
        text += f", once for each {_spoken(catalog[route.parent].name)}"
        if route.parent_where:
            name, value = route.parent_where
            text += f" that has `{name}`" if value is None else f" whose `{name}` is `{value}`"
    filters = [
        " and ".join(f"`{name}={_json(value)}`" for name, value in variant.items()) or "no filter"
        for variant in route.variants
    ]
    if filters != ["no filter"]:
        text += ", with " + "; then with ".join(filters)
    return text if route.modes == "both" else f"{text}, in {route.modes} mode only"


def _lists_of_parents(catalog: Catalog, resource: Resource) -> Iterator[str]:
    for parent in catalog.resources.values():
        for field in parent.fields:
            if field.kind == "sublist" and resource.name in field.targets:
                yield f"inside `{parent.name}`: `{'.'.join(field.path)}`"


def _spoken(name: str) -> str:
    return re.sub(r"[._]", " ", name)


def _json(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
