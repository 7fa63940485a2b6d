"""What Stripe's lists leave out by default, as data: canceled subscriptions, archived prices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stripe_assets.sandbox.objects.store import Record
from stripe_assets.sandbox.settings import DAY


@dataclass(frozen=True, slots=True)
class Omission:
    """A field by whose value a list omits records."""

    unless: tuple[str, ...]
    """With one of these parameters the list omits nothing by this field."""
    path: str
    """The field, with dots between the parts."""
    only: tuple[Any, ...] = ()
    """The list has only records with one of these values."""
    never: tuple[Any, ...] = ()
    """Or: the list has no records with one of these values."""

    def accepts(self, record: Record) -> bool:
        value = next(iter(values_at(record.body, self.path)), None)
        return value in self.only if self.only else value not in self.never


def values_at(body: Any, path: str) -> Iterable[Any]:
    """The values at a dotted path: of each item, where a list is on the way."""
    found = [body]
    for part in path.split("."):
        below: list[Any] = []
        for item in found:
            item = item.get(part) if isinstance(item, Mapping) else None
            below.extend(item) if isinstance(item, list) else below.append(item)
        found = below
    return found


def _on_test_clocks(*unless: str) -> Omission:
    """Objects on a test clock are in no list without the parameter `test_clock`."""
    return Omission(("test_clock", *unless), "test_clock", only=(None,))


OMISSIONS: dict[str, tuple[Omission, ...]] = {
    "/v1/subscriptions": (
        Omission(("status",), "status", never=("canceled",)),
        _on_test_clocks("customer"),
    ),
    "/v1/customers": (_on_test_clocks(),),
    "/v1/quotes": (_on_test_clocks("customer"),),
    "/v1/subscription_schedules": (_on_test_clocks("customer"),),
    "/v1/prices": (Omission(("active",), "active", only=(True,)),),
    "/v1/reviews": (Omission((), "open", only=(True,)),),
    "/v1/tax_ids": (Omission(("owner",), "owner.type", only=("self",)),),
    "/v1/payment_methods": (
        Omission(("customer",), "customer", only=(None,)),
        Omission(("type",), "type", never=("custom",)),
    ),
    "/v1/tax/registrations": (Omission(("status",), "status", never=("expired",)),),
    "/v2/money_management/financial_accounts": (
        Omission(("statuses",), "status", never=("closed",)),
    ),
    "/v2/core/accounts": (Omission(("closed",), "closed", never=(True,)),),
}
"""List → what it omits."""

RETAINED: dict[str, int] = {"/v1/events": 30 * DAY, "/v2/core/events": 30 * DAY}
"""List → for how many seconds Stripe keeps its objects."""
