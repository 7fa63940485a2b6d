"""A catalog of a few resources, small enough that a test can be read beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from stripe_assets.catalog import Catalog, Field, Resource, Retrieve, Route
from stripe_assets.mirror import Batch, Mirror, Owner, WriteCounts, flatten

OWNER = Owner("acct_platform", False)
NOON = datetime(2026, 10, 28, 12, tzinfo=UTC)


def at(minutes: int) -> datetime:
    """A time of observation."""
    return NOON + timedelta(minutes=minutes)


def _field(name: str, kind: Any, **more: Any) -> Field:
    column = None if kind == "sublist" else f"{name}_id" if kind == "reference" else name
    return Field(name, kind, more.pop("path", (name,)), more.pop("column", column), **more)


def _resource(name: str, *fields: Field, api: Any = "v1", **more: Any) -> Resource:
    always = () if "singleton" in more else (_field("id", "string", unset="never"),)
    class_name = "".join(part.title() for part in name.replace(".", "_").split("_"))
    return Resource(
        name,
        class_name,
        name.replace(".", "_"),
        "core",
        api,
        (*always, _field("object", "string", unset="never"), *fields),
        **more,
    )


def _listed(path: str) -> Mapping[str, Any]:
    return {"routes": (Route(path),), "retrieve": Retrieve(path + "/{id}")}


def _to(target: str, *more: str) -> Mapping[str, Any]:
    return {"targets": (target, *more)}


RESOURCES = (
    _resource(
        "account",
        _field("email", "string"),
        _field(
            "external_accounts",
            "sublist",
            url="/v1/accounts/{id}/external_accounts",
            **_to("bank_account", "card"),
        ),
        **_listed("/v1/accounts"),
    ),
    _resource(
        "bank_account",
        _field("account", "reference", owner="self", **_to("account")),
        _field("last4", "string"),
    ),
    _resource(
        "card",
        _field("account", "reference", owner="self", **_to("account")),
        _field("brand", "string"),
    ),
    _resource(
        "balance",
        _field("available", "json"),
        _field("livemode", "boolean"),
        singleton="/v1/balance",
    ),
    _resource("coupon", _field("percent_off", "float"), **_listed("/v1/coupons")),
    _resource(
        "discount", _field("coupon", "reference", **_to("coupon")), _field("start", "timestamp")
    ),
    _resource(
        "customer",
        _field("name", "string"),
        _field("created", "timestamp"),
        _field("balance", "integer"),
        _field("currency", "string"),
        _field("livemode", "boolean"),
        _field("metadata", "json"),
        _field("discount", "reference", embedded=True, **_to("discount")),
        _field("default_source", "reference", **_to("bank_account", "card")),
        secrets=(("invoice_settings", "pin"),),
        **_listed("/v1/customers"),
    ),
    _resource(
        "balance_transaction",
        _field("created", "timestamp"),
        _field("status", "string"),
        not_final_when=("status", "pending"),
        **_listed("/v1/balance_transactions"),
    ),
    _resource(
        "event",
        _field("created", "timestamp"),
        _field("type", "string"),
        _field("data", "json"),
        retention_days=30,
        **_listed("/v1/events"),
    ),
    _resource(
        "tax_rate",
        _field("percentage", "float"),
        _field("exact", "decimal"),
        **_listed("/v1/tax_rates"),
    ),
    _resource(
        "line_item",
        _field("amount", "integer"),
        _field("quantity_decimal", "decimal"),
        _field("tax_rates", "references", **_to("tax_rate")),
        _field("discounts", "references", **_to("discount")),
        routes=(
            Route(
                "/v1/invoices/{invoice}/lines", parent="invoice", parent_params={"invoice": "id"}
            ),
        ),
    ),
    _resource(
        "invoice",
        _field("number", "string"),
        _field("total", "integer"),
        _field("customer", "reference", **_to("customer")),
        _field("application_fee", "reference", owner="platform", **_to("coupon")),
        _field("parent", "json"),
        _field(
            "subscription",
            "reference",
            path=("parent", "details", "subscription"),
            column="subscription_id",
            derived=True,
            **_to("sub"),
        ),
        _field(
            "lines", "sublist", unset="never", url="/v1/invoices/{id}/lines", **_to("line_item")
        ),
        **_listed("/v1/invoices"),
    ),
    _resource(
        "quote",
        _field("computed", "json"),
        _field(
            "computed.upfront.lines",
            "sublist",
            path=("computed", "upfront", "lines"),
            url="/v1/q/{id}/up",
            **_to("line_item"),
        ),
        _field("line_items", "sublist", url="/v1/q/{id}/items", **_to("line_item")),
        _field("client_secret", "string"),
        secrets=(("client_secret",),),
        **_listed("/v1/quotes"),
    ),
    _resource(
        "v2.thing",
        _field("created", "timestamp", wire="rfc3339"),
        _field("size", "integer", wire="int64_string"),
        api="v2",
        **_listed("/v2/things"),
    ),
)

CATALOG = Catalog("16.1.0", "2026-10-28.endive", RESOURCES)


def flat(
    name: str,
    *objects: Mapping[str, Any],
    observed_at: datetime = NOON,
    owner: Owner = OWNER,
    **more: Any,
) -> Batch:
    """Flattens objects; `object` is added where it is left out."""
    items = [{"object": name, **obj} for obj in objects]
    return flatten(
        more.pop("catalog", CATALOG),
        name,
        items,
        owner,
        observed_at,
        api_version="2026-10-28.endive",
        **more,
    )


def write(mirror: Mirror, name: str, *objects: Mapping[str, Any], **more: Any) -> WriteCounts:
    return mirror.write([flat(name, *objects, **more)])


def lines(*ids: str, has_more: bool = False) -> dict[str, Any]:
    """A sublist of invoice lines with these ids."""
    return {
        "object": "list",
        "data": [{"id": id, "object": "line_item"} for id in ids],
        "has_more": has_more,
        "url": "/v1/x",
    }


def data_ids(obj: Mapping[str, Any] | None, field: str = "lines") -> Sequence[str]:
    assert obj is not None
    return [item["id"] for item in obj[field]["data"]]


def extended(name: str, *fields: Field) -> Catalog:
    """The catalog after a release that knows more fields of a resource."""
    resources = [
        replace(resource, fields=(*resource.fields, *fields)) if resource.name == name else resource
        for resource in RESOURCES
    ]
    return Catalog("16.2.0", "2027-01-01.next", resources)


new_field = _field
