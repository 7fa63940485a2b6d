"""Events: the type of a change, and the record of an event."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from stripe_assets.catalog import catalog
from stripe_assets.sandbox.objects.ids import new_id
from stripe_assets.sandbox.objects.render import as_bytes
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Space, Store

FAMILY: dict[str, str] = {
    "subscription": "customer.subscription",
    "tax_id": "customer.tax_id",
    "discount": "customer.discount",
    "card": "customer.source",
    "bank_account": "customer.source",
    "dispute": "charge.dispute",
    "issuing.authorization": "issuing_authorization",
    "issuing.card": "issuing_card",
    "issuing.cardholder": "issuing_cardholder",
    "issuing.dispute": "issuing_dispute",
    "issuing.personalization_design": "issuing_personalization_design",
    "issuing.token": "issuing_token",
    "issuing.transaction": "issuing_transaction",
}
"""The first part of a resource's event types, where it is not the resource's name."""

ANY = object()
"""Any value but null."""

NAMED: dict[tuple[str, str], tuple[tuple[str, Any, str], ...]] = {
    ("charge", "created"): (
        ("status", "failed", "charge.failed"),
        ("status", ANY, "charge.succeeded"),
    ),
    ("payment_method", "created"): (("customer", ANY, "payment_method.attached"),),
    ("review", "created"): (("open", ANY, "review.opened"),),
    ("checkout.session", "created"): (
        ("status", "complete", "checkout.session.completed"),
        ("status", "expired", "checkout.session.expired"),
    ),
    ("subscription", "canceled"): (("status", ANY, "customer.subscription.deleted"),),
    ("financial_connections.account", "deleted"): (
        ("id", ANY, "financial_connections.account.deactivated"),
    ),
}
"""(resource, action) → (field, value, type), where the type is not the family and the action.

The first entry whose field has the value is the type. Without one there is no event.
"""

ACCOUNT_OWNED = frozenset({"card", "bank_account"})
"""Resources of a customer or of an account. The account's have other event types."""

ACCOUNT_IN: dict[str, str] = {
    "account": "id",
    "person": "account",
    "capability": "account",
    "card": "account",
    "bank_account": "account",
}
"""Resource → the field that names the account, for what the account and its platform both have."""


@cache
def types() -> frozenset[str]:
    """Every type that the SDK knows."""
    return frozenset(schemas()["event"].fields["type"]["enum"])


def type_of(record: Record, action: str) -> str | None:
    """The type of the event of a change. None where Stripe sends no event.

    `action` is what happened: `created`, `updated`, `deleted`, `canceled`.
    """
    family = FAMILY.get(record.resource, record.resource)
    if record.resource in ACCOUNT_OWNED and record.body.get("account"):
        family = "account.external_account"
    name: str | None = f"{family}.{action}"
    if choices := NAMED.get((record.resource, action)):
        fits = (
            type
            for field, wanted, type in choices
            if (value := record.body.get(field)) is not None and wanted in (ANY, value)
        )
        name = next(fits, None)
    return name if name in types() else None


def snapshot(store: Store, space: Space, record: Record) -> dict[str, Any]:
    """The object as an event has it: in its present state, with nothing expanded."""
    return orjson.loads(as_bytes(store, space, record))


def add_event(
    store: Store,
    space: Space,
    type: str,
    data: Any,
    created: int,
    seed: int,
    *,
    account: str | None = None,
    api_version: str | None = None,
    previous: Mapping[str, Any] | None = None,
    request: str | None = None,
    idempotency_key: str | None = None,
    pending_webhooks: int = 0,
) -> Record:
    """Adds an event to an account's list.

    `data` is the object's snapshot. `previous` has the former values of the changed fields.
    `account` is the event's `account`. None: the account of this list, if it is a connected one.
    """
    table = space.table("event")
    id = new_id("event", seed, space.account, space.livemode, len(table.by_id), created)
    body: dict[str, Any] = {
        "id": id,
        "object": "event",
        "api_version": api_version or catalog().api_version,
        "created": created,
        "data": {"object": data},
        "livemode": space.livemode,
        "pending_webhooks": pending_webhooks,
        "request": {"id": request, "idempotency_key": idempotency_key},
        "type": type,
    }
    if previous is not None:
        body["data"]["previous_attributes"] = previous
    if account is None and space.account not in store.platforms and store.platform_of(space):
        account = space.account
    if account is not None:
        body["account"] = account
    record = Record("event", id, body, created)
    if pending_webhooks:
        record.links["delivery"] = "failed"
    return table.put(record)
