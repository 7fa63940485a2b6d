"""More objects than anybody writes by hand, for benchmarks. They are made when they are read."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.copies import Copy, Template
from stripe_assets.sandbox.ids import PREFIXES
from stripe_assets.sandbox.settings import Settings
from stripe_assets.sandbox.store import Record, Space

SPACING = 30
"""Seconds between two of them."""


def enlarge(make: Builder, settings: Settings) -> None:
    """So many more objects, older than what is written by hand. Invoices are over all customers and have one line each.

    Raises ValueError for a resource that the account has none of.
    """
    space, start = make.space, make.ago(330)
    if settings.customers:
        template = Template(make.some("customer")[-1])
        for n in reversed(range(settings.customers)):
            _copy(space, template, n, start, {"email": f"many+{n}@example.com", "name": f"Zahl {n} 番"})
    if settings.invoices:
        owners = [record.id for record in make.some("customer")]
        template = Template(next(r for r in reversed(make.some("invoice")) if r.body["status"] == "paid"))
        line = Template(next(r for r in make.some("line_item") if r.body["invoice"] == template.record.id))
        for n in reversed(range(settings.invoices)):
            made = _copy(space, template, n, start, {"customer": owners[n % len(owners)], "number": f"MANY-{n:07d}"})
            _copy(space, line, n, start, {"invoice": made.id})
    for wish in settings.more:
        resource, _, many = wish.partition("=")
        found = make.some(resource)
        if not found:
            raise ValueError(f"--more {wish}: there is no {resource!r} to copy")
        template = Template(found[-1])
        for n in reversed(range(int(many))):
            _copy(space, template, n, start, {})


def _copy(space: Space, template: Template, n: int, start: int, changes: dict[str, Any]) -> Record:
    resource = template.record.resource
    return space.table(resource).put(Copy(template, copy_id(resource, n), start - SPACING * n, changes))


def copy_id(resource: str, n: int) -> str:
    """The n-th, from 0 on; lists have them in this order."""
    return f"{PREFIXES[resource]}_1Many{n:019d}"
