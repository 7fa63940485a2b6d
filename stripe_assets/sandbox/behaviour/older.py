"""Objects in the shape of older API versions. Events that were rendered at that time keep it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_assets.sandbox.objects.store import Body, Space

Source = tuple[str | int, ...] | Callable[[Space, Body], Any]
"""The path of a field's value in today's shape, or a function that finds the value."""


@dataclass(frozen=True, slots=True)
class FormerShape:
    until: str
    """The date of the first version without this shape."""
    resource: str
    had: Mapping[str, Source] = field(default_factory=dict)
    """Fields that only the older shape has."""
    lacked: tuple[str, ...] = ()
    """Fields that only the newer shape has."""


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        if isinstance(part, int):
            body = body[part] if isinstance(body, list) and len(body) > part else None
        else:
            body = body.get(part) if isinstance(body, dict) else None
    return body


def _intent_of_invoice(space: Space, invoice: Body) -> str | None:
    table = space.table("invoice_payment")
    for _, id in table.index("invoice").get(invoice["id"], ()):
        if intent := table.by_id[id].body["payment"]["payment_intent"]:
            return intent
    return None


def _charge_of_invoice(space: Space, invoice: Body) -> str | None:
    intent = space.find(_intent_of_invoice(space, invoice), ["payment_intent"])
    return intent.body["latest_charge"] if intent else None


def _is_paid(space: Space, invoice: Body) -> bool:
    return invoice["status"] == "paid"


def _invoice_of_charge(space: Space, charge: Body) -> str | None:
    intent = charge["payment_intent"]
    for payment in space.listed("invoice_payment") if intent else ():
        if payment.body["payment"]["payment_intent"] == intent:
            return payment.body["invoice"]
    return None


FORMER_SHAPES: tuple[FormerShape, ...] = (
    FormerShape(
        "2025-03-31",
        "invoice",
        {
            "subscription": ("parent", "subscription_details", "subscription"),
            "payment_intent": _intent_of_invoice,
            "charge": _charge_of_invoice,
            "paid": _is_paid,
        },
        ("parent",),
    ),
    FormerShape(
        "2025-03-31",
        "line_item",
        {
            "price": ("pricing", "price_details", "price"),
            "subscription": ("parent", "subscription_item_details", "subscription"),
            "invoice_item": ("parent", "invoice_item_details", "invoice_item"),
        },
        ("parent", "pricing", "taxes"),
    ),
    FormerShape(
        "2025-03-31",
        "subscription",
        {
            name: ("items", "data", 0, name)
            for name in ("current_period_start", "current_period_end")
        },
    ),
    FormerShape("2025-03-31", "charge", {"invoice": _invoice_of_charge}),
    FormerShape("2025-09-30", "discount", {"coupon": ("source", "coupon")}, ("source",)),
    FormerShape(
        "2025-09-30", "promotion_code", {"coupon": ("promotion", "coupon")}, ("promotion",)
    ),
)


def rendered(space: Space, data: Any, version: str) -> Any:
    """An object, and the objects in it, in the shape of this version."""
    if isinstance(data, list):
        return [rendered(space, item, version) for item in data]
    if not isinstance(data, dict):
        return data
    out = {name: rendered(space, value, version) for name, value in data.items()}
    for former in FORMER_SHAPES:
        if data.get("object") == former.resource and version[:10] < former.until:
            for name, source in former.had.items():
                out[name] = source(space, data) if callable(source) else _at(data, source)
            for name in former.lacked:
                out.pop(name, None)
    return out
