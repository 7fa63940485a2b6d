"""More objects than anybody writes by hand, for benchmarks. They are made when they are read."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.ids import PREFIXES
from stripe_assets.sandbox.settings import Settings
from stripe_assets.sandbox.store import Body, Record, Space

SPACING = 30
"""Seconds between two of them."""


class Copy(Record):
    """A record like another, with an id and a few fields of its own. Costs a tenth of a record until it is changed."""

    __slots__ = ("_changes", "_own", "_template")

    def __init__(self, template: Record, id: str, created: int, changes: dict[str, Any]) -> None:
        self._template, self._changes, self._own = template, changes, None
        self.resource, self.id, self.created = template.resource, id, created
        self.parent, self.deleted = None, False

    @property
    def body(self) -> Body:  # pyright: ignore[reportIncompatibleVariableOverride]
        if self._own is not None:
            return self._own
        shown = {**self._template.body, "id": self.id, **self._changes}
        if "created" in shown:
            shown["created"] = self.created
        return shown

    @body.setter
    def body(self, body: Body) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._own = body

    @property
    def links(self) -> dict[str, str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return {}

    @property
    def rendered(self) -> dict[tuple[str, ...], tuple[int, bytes]]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Nothing is kept: there may be a million."""
        return {}


def enlarge(make: Builder, settings: Settings) -> None:
    """So many more objects, older than what is written by hand. Invoices are over all customers and have one line each.

    Raises ValueError for a resource that the account has none of.
    """
    space, start = make.space, make.ago(330)
    if settings.customers:
        template = make.some("customer")[-1]
        for n in reversed(range(settings.customers)):
            _copy(space, template, n, start, {"email": f"many+{n}@example.com", "name": f"Zahl {n} 番"})
    if settings.invoices:
        owners = [record.id for record in make.some("customer")]
        template = next(r for r in reversed(make.some("invoice")) if r.body["status"] == "paid")
        line = next(r for r in make.some("line_item") if r.body["invoice"] == template.id)
        for n in reversed(range(settings.invoices)):
            made = _copy(space, template, n, start, {"customer": owners[n % len(owners)], "number": f"MANY-{n:07d}"})
            _copy(space, line, n, start, {"invoice": made.id})
    for wish in settings.more:
        resource, _, many = wish.partition("=")
        found = make.some(resource)
        if not found:
            raise ValueError(f"--more {wish}: there is no {resource!r} to copy")
        for n in reversed(range(int(many))):
            _copy(space, found[-1], n, start, {})


def _copy(space: Space, template: Record, n: int, start: int, changes: dict[str, Any]) -> Record:
    return space.table(template.resource).put(Copy(template, copy_id(template.resource, n), start - SPACING * n, changes))


def copy_id(resource: str, n: int) -> str:
    """The n-th, from 0 on; lists have them in this order."""
    return f"{PREFIXES[resource]}_1Many{n:019d}"
