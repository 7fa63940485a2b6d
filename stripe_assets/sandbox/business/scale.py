"""Many more objects, for benchmarks: copies of the others, rendered when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.objects.copies import Copy, Template
from stripe_assets.sandbox.objects.ids import PREFIXES
from stripe_assets.sandbox.objects.store import Record, Space
from stripe_assets.sandbox.settings import Settings

SPACING = 30
"""Seconds between the creation of two copies."""
PARTICULAR = ("test_clock", "discount", "discounts")
"""Fields that a template does not have.

Lists leave out what is on a test clock, and a discount belongs to one object alone.
"""


def add_copies(make: Builder, settings: Settings) -> None:
    """Adds as many copies as the settings say, older than all other objects.

    Each template is copied in turn. Raises ValueError for a resource without an object to copy.
    """
    space, start = make.space, make.ago(330)
    if settings.customers:
        templates = _templates(make, "customer")
        for n in reversed(range(settings.customers)):
            changes = {"email": f"many+{n}@example.com", "name": f"Zahl {n} 番"}
            _copy(space, templates, n, start, changes)
    if settings.invoices:
        _copy_invoices(make, settings.invoices, start)
    for option in settings.more:
        resource, _, many = option.partition("=")
        templates = _templates(make, resource)
        if not templates:
            raise ValueError(f"--more {option}: there is no {resource!r} to copy")
        for n in reversed(range(int(many))):
            _copy(space, templates, n, start, {})


def _copy_invoices(make: Builder, many: int, start: int) -> None:
    """Adds invoices with one line each, to all customers in turn."""
    space = make.space
    owners = [record.id for record in make.listed("customer")]
    templates = _templates(make, "line_item")
    lines = [line for line in templates if _is_all_of_a_paid_invoice(make, line.record)]
    of_lines = (line.record.body["invoice"] for line in lines)
    invoices = [Template(space.table("invoice").by_id[id]) for id in of_lines]
    for n in reversed(range(many)):
        changes = {"customer": owners[n % len(owners)], "number": f"MANY-{n:07d}"}
        made = _copy(space, invoices, n, start, changes)
        _copy(space, lines, n, start, {"invoice": made.id})


def _templates(make: Builder, resource: str) -> list[Template]:
    return [
        Template(record)
        for record in make.listed(resource)
        if not any(record.body.get(name) for name in PARTICULAR)
    ]


def _is_all_of_a_paid_invoice(make: Builder, line: Record) -> bool:
    id = line.body["invoice"]
    invoice = make.space.table("invoice").by_id[id].body
    if invoice["status"] != "paid" or any(invoice.get(name) for name in PARTICULAR):
        return False
    return len(make.space.table("line_item").index("invoice")[id]) == 1


def _copy(
    space: Space, templates: Sequence[Template], n: int, start: int, changes: dict[str, Any]
) -> Record:
    template = templates[n % len(templates)]
    resource = template.record.resource
    return space.table(resource).put(
        Copy(template, copy_id(resource, n), start - SPACING * n, changes)
    )


def copy_id(resource: str, n: int) -> str:
    """The id of the n-th copy, from 0. Lists have the copies in this order."""
    return f"{PREFIXES[resource]}_1Many{n:019d}"
