"""More objects than anybody writes by hand, for benchmarks. They are made when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.copies import Copy, Template
from stripe_assets.sandbox.objects.ids import PREFIXES
from stripe_assets.sandbox.objects.store import Record, Space
from stripe_assets.sandbox.settings import Settings

SPACING = 30
"""Seconds between two of them."""
PARTICULAR = ("test_clock", "discount", "discounts")


def enlarge(make: Builder, settings: Settings) -> None:
    """So many more objects, like those that are written by hand in turn, and older. Invoices are over all customers and have one line each.

    Raises ValueError for a resource that the account has none of.
    """
    space, start = make.space, make.ago(330)
    if settings.customers:
        templates = _templates(make, "customer")
        for n in reversed(range(settings.customers)):
            _copy(
                space,
                templates,
                n,
                start,
                {"email": f"many+{n}@example.com", "name": f"Zahl {n} 番"},
            )
    if settings.invoices:
        owners = [record.id for record in make.listed("customer")]
        lines = [
            line
            for line in _templates(make, "line_item")
            if _is_all_of_a_paid_invoice(make, line.record)
        ]
        invoices = [
            Template(space.table("invoice").by_id[line.record.body["invoice"]]) for line in lines
        ]
        for n in reversed(range(settings.invoices)):
            made = _copy(
                space,
                invoices,
                n,
                start,
                {"customer": owners[n % len(owners)], "number": f"MANY-{n:07d}"},
            )
            _copy(space, lines, n, start, {"invoice": made.id})
    for wish in settings.more:
        resource, _, many = wish.partition("=")
        templates = _templates(make, resource)
        if not templates:
            raise ValueError(f"--more {wish}: there is no {resource!r} to copy")
        for n in reversed(range(int(many))):
            _copy(space, templates, n, start, {})


def _templates(make: Builder, resource: str) -> list[Template]:
    """Not on a test clock, where lists leave them out, and without discounts, which belong to one object alone."""
    return [
        Template(record)
        for record in make.listed(resource)
        if not any(record.body.get(name) for name in PARTICULAR)
    ]


def _is_all_of_a_paid_invoice(make: Builder, line: Record) -> bool:
    id = line.body["invoice"]
    invoice = make.space.table("invoice").by_id[id].body
    alone = len(make.space.table("line_item").index("invoice")[id]) == 1
    return (
        alone and invoice["status"] == "paid" and not any(invoice.get(name) for name in PARTICULAR)
    )


def _copy(
    space: Space, templates: Sequence[Template], n: int, start: int, changes: dict[str, Any]
) -> Record:
    template = templates[n % len(templates)]
    resource = template.record.resource
    return space.table(resource).put(
        Copy(template, copy_id(resource, n), start - SPACING * n, changes)
    )


def copy_id(resource: str, n: int) -> str:
    """The n-th, from 0 on; lists have them in this order."""
    return f"{PREFIXES[resource]}_1Many{n:019d}"
