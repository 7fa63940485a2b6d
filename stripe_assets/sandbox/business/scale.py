"""More customers and invoices than anybody writes by hand, for benchmarks."""

from __future__ import annotations

import orjson

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.store import Record

SPACING = 30
"""Seconds between two of them."""


def enlarge(make: Builder, customers: int, invoices: int) -> None:
    """Copies the newest customer and paid one-line invoices, with new ids, evenly back in time."""
    if customers:
        _copy(make, make.some("customer")[-1], customers)
    if invoices:
        template = next(r for r in reversed(make.some("invoice")) if r.body["status"] == "paid")
        _copy(make, template, invoices)


def _copy(make: Builder, template: Record, many: int) -> None:
    table = make.space.table(template.resource)
    source = orjson.dumps(template.body)
    for n in range(many):
        body = orjson.loads(source)
        created = make.now - SPACING * (n + 1)
        body.update(id=make.new_id(template.resource), created=created)
        if "email" in body:
            body["email"] = f"many+{n}@example.com"
        table.put(Record(template.resource, body["id"], body, created))
