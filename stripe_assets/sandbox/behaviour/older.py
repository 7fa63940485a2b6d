"""Objects in the shape that older API versions gave them, as events of that time still have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_assets.sandbox.objects.store import Body, Space

Source = tuple[str | int, ...] | Callable[[Space, Body], Any]
"""Where a field's value stands today, or what finds it."""


@dataclass(frozen=True, slots=True)
class Former:
    until: str
    """The date of the first version without it."""
    resource: str
    had: Mapping[str, Source] = field(default_factory=dict)
    lacked: tuple[str, ...] = ()


def _at(body: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        if isinstance(part, int):
            body = body[part] if isinstance(body, list) and len(body) > part else None
        else:
            body = body.get(part) if isinstance(body, dict) else None
    return body


def _intent(space: Space, invoice: Body) -> str | None:
    table = space.table("invoice_payment")
    payments = [table.by_id[id].body for _, id in table.index("invoice").get(invoice["id"], ())]
    return next((intent for payment in payments if (intent := payment["payment"]["payment_intent"])), None)


def _charge(space: Space, invoice: Body) -> str | None:
    intent = space.find(_intent(space, invoice), ["payment_intent"])
    return intent.body["latest_charge"] if intent else None


def _paid(space: Space, invoice: Body) -> bool:
    return invoice["status"] == "paid"


def _invoice(space: Space, charge: Body) -> str | None:
    payments = space.some("invoice_payment") if charge["payment_intent"] else []
    return next((one.body["invoice"] for one in payments if one.body["payment"]["payment_intent"] == charge["payment_intent"]), None)


FORMER: tuple[Former, ...] = (
    Former(
        "2025-03-31",
        "invoice",
        {
            "subscription": ("parent", "subscription_details", "subscription"),
            "payment_intent": _intent,
            "charge": _charge,
            "paid": _paid,
        },
        ("parent",),
    ),
    Former(
        "2025-03-31",
        "line_item",
        {
            "price": ("pricing", "price_details", "price"),
            "subscription": ("parent", "subscription_item_details", "subscription"),
            "invoice_item": ("parent", "invoice_item_details", "invoice_item"),
        },
        ("parent", "pricing", "taxes"),
    ),
    Former(
        "2025-03-31",
        "subscription",
        {name: ("items", "data", 0, name) for name in ("current_period_start", "current_period_end")},
    ),
    Former("2025-03-31", "charge", {"invoice": _invoice}),
    Former("2025-09-30", "discount", {"coupon": ("source", "coupon")}, ("source",)),
    Former("2025-09-30", "promotion_code", {"coupon": ("promotion", "coupon")}, ("promotion",)),
)


def rendered(space: Space, data: Any, version: str) -> Any:
    """An object, and the objects in it, as this version had them."""
    if isinstance(data, list):
        return [rendered(space, item, version) for item in data]
    if not isinstance(data, dict):
        return data
    out = {name: rendered(space, value, version) for name, value in data.items()}
    for former in FORMER:
        if data.get("object") == former.resource and version[:10] < former.until:
            for name, source in former.had.items():
                out[name] = source(space, data) if callable(source) else _at(data, source)
            for name in former.lacked:
                out.pop(name, None)
    return out
