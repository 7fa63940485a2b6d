"""The values that Stripe gives to fields of a new object where the call does not say them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DRAFT: Mapping[str, Any] = {
    "status": "draft",
    "billing_reason": "manual",
    "auto_advance": False,
    "metadata": {},
    "issuer": {"type": "self"},
    "total_discount_amounts": [],
    "total_taxes": [],
}

DEFAULTS: dict[str, Mapping[str, Any]] = {
    "customer": {
        "balance": 0,
        "delinquent": False,
        "invoice_settings": {},
        "invoice_prefix": "NEW00001",
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
        "metadata": {},
    },
    "product": {"active": True, "type": "service"},
    "coupon": {"valid": True, "metadata": {}},
    "promotion_code": {"active": True, "metadata": {}},
    "tax_rate": {"active": True, "metadata": {}},
    "shipping_rate": {"active": True, "type": "fixed_amount"},
    "webhook_endpoint": {"status": "enabled"},
    "tax_id": {"verification": {"status": "pending"}},
    "payment_intent": {
        "status": "requires_payment_method",
        "payment_method_types": ["card"],
        "metadata": {},
    },
    "setup_intent": {
        "status": "requires_payment_method",
        "payment_method_types": ["card"],
        "usage": "off_session",
    },
    "invoice": DRAFT,
}
