"""The filters of lists: which records a list has with these parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from operator import ge, gt, le, lt
from typing import Any

from stripe_assets.sandbox.behaviour.deliveries import is_undelivered
from stripe_assets.sandbox.behaviour.omissions import OMISSIONS, values_at
from stripe_assets.sandbox.calls.errors import invalid
from stripe_assets.sandbox.calls.parameters import RANGE, Params
from stripe_assets.sandbox.objects.store import Record, Space

Accepts = Callable[[Record], bool]

PAGING = frozenset(
    {"limit", "starting_after", "ending_before", "expand", "page", "include", "order_by"}
)
"""Parameters of a list that filter nothing."""

EVERY_STATUS = ("status", "all")

ANYTHING = "*"
"""The value of a record's link that every value of the parameter accepts."""

EXCLUSIVE: dict[str, tuple[str, ...]] = {"/v1/events": ("type", "types")}
"""List → parameters of which a call may have only one."""

MOST_VALUES: dict[tuple[str, str], int] = {("/v1/events", "types"): 20}
"""(list, parameter) → how many values it may have."""

PATHS: dict[str, dict[str, str]] = {
    "/v1/invoices": {"subscription": "parent.subscription_details.subscription"},
    "/v1/balance_transactions": {"payout": "$"},
    "/v1/products": {"ids": "id"},
    "/v1/prices": {"lookup_keys": "lookup_key"},
    "/v1/promotion_codes": {"coupon": "promotion.coupon"},
    "/v1/events": {"types": "type"},
    "/v1/radar/value_lists": {"contains": "$"},
    "/v1/product_catalog/trial_offers": {"prices": "price"},
    "/v2/core/events": {"types": "type", "object_id": "related_object.id"},
    "/v2/money_management/financial_accounts": {"statuses": "status"},
}
"""List → parameter → the field that it filters by, where the field has another name.

`$`: no field has the value, only a link of the record.
"""

BOUNDS: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


def check_combination(path: str, params: Params) -> None:
    """Raises ApiError (400) for parameters that exclude each other, and for too many values."""
    both = [name for name in EXCLUSIVE.get(path, ()) if name in params]
    if len(both) > 1:
        raise invalid(f"You may only specify one of these parameters: {', '.join(both)}.", both[0])
    for name, value in params.items():
        most = MOST_VALUES.get((path, name))
        if most and isinstance(value, list) and len(value) > most:
            raise invalid(f"Array {name} exceeded maximum {most} allowed elements.", name)


def accepts(path: str, params: Params, space: Space) -> Accepts:
    """A function that says whether the list has a record, with these parameters.

    It does not look at `created`: see `created_bounds`.
    """
    tests: list[Accepts] = [
        omission.accepts
        for omission in OMISSIONS.get(path, ())
        if not any(name in params for name in omission.unless)
    ]
    for name, value in params.items():
        if name not in PAGING and name != "created":
            tests.append(_test(path, name, value, space))
    if not tests:
        return _everything
    if len(tests) == 1:
        return tests[0]
    return lambda record: all(test(record) for test in tests)


def _everything(record: Record) -> bool:
    return True


def _test(path: str, name: str, wanted: Any, space: Space) -> Accepts:
    if (name, wanted) == EVERY_STATUS:
        return _everything
    if special := SPECIAL.get((path, name)):
        return lambda record: special(record, wanted, space)
    bound = BOUNDS.get(name.removeprefix("created_")) if name.startswith("created_") else None
    if path.startswith("/v2/") and bound:
        return lambda record: bound(record.body.get("created", ""), wanted)
    field = PATHS.get(path, {}).get(name, name)

    def test(record: Record) -> bool:
        if name in record.links:
            return record.links[name] in (wanted, ANYTHING)
        if field.split(".")[0] not in record.body:
            return field != "$"
        return any(matches(value, wanted) for value in values_at(record.body, field))

    return test


def matches(value: Any, wanted: Any) -> bool:
    """Whether a field's value fits a parameter: a text, a list, a range, or an object of these."""
    if isinstance(wanted, Mapping):
        if set(wanted) <= RANGE:
            return isinstance(value, int) and all(
                BOUNDS[bound](value, int(limit)) for bound, limit in wanted.items()
            )
        return isinstance(value, Mapping) and all(
            matches(value.get(key), item) for key, item in wanted.items()
        )
    if isinstance(wanted, list):
        return any(matches(value, item) for item in wanted)
    if isinstance(value, list):
        return any(matches(item, wanted) for item in value)
    if isinstance(value, bool):
        return value == (wanted in (True, "true"))
    if isinstance(value, Mapping):
        return value.get("id") == wanted
    return value is not None and str(value) == str(wanted)


def created_bounds(value: Any) -> tuple[int, int]:
    """The first and the last second of a `created` parameter. Both are within it."""
    if not isinstance(value, Mapping):
        return (int(value), int(value))
    first = max([0, *(int(value[k]) + (k == "gt") for k in ("gt", "gte") if k in value)])
    last = min([2**53, *(int(value[k]) - (k == "lt") for k in ("lt", "lte") if k in value)])
    return (first, last)


def _status_of_subscription(record: Record, wanted: Any, space: Space) -> bool:
    status = record.body["status"]
    return status == wanted or (wanted == "ended" and status in ("canceled", "incomplete_expired"))


def _item_of_subscription(name: str) -> Callable[[Record, Any, Space], bool]:
    def has_item(record: Record, wanted: Any, space: Space) -> bool:
        table = space.table("subscription_item")
        items = (table.by_id[id] for _, id in table.index("subscription").get(record.id, ()))
        return any(matches(item.body[name], wanted) for item in items)

    return has_item


def _pending_item(record: Record, wanted: Any, space: Space) -> bool:
    return (record.body["invoice"] is None) == (wanted == "true")


def _type_of_event(record: Record, wanted: Any, space: Space) -> bool:
    return fnmatchcase(record.body["type"], str(wanted))


def _delivered(record: Record, wanted: Any, space: Space) -> bool:
    return (not is_undelivered(record)) == (wanted == "true")


def _expired(record: Record, wanted: Any, space: Space) -> bool:
    return record.body["expired"] == (wanted == "true")


def _scheduled(record: Record, wanted: Any, space: Space) -> bool:
    return (record.body["status"] == "not_started") == (wanted == "true")


def _created_after(record: Record, wanted: Any, space: Space) -> bool:
    return record.created > int(wanted)


def _created_before(record: Record, wanted: Any, space: Space) -> bool:
    return record.created < int(wanted)


def _kind_of_source(record: Record, wanted: Any, space: Space) -> bool:
    return record.resource == wanted


def _any_status(record: Record, wanted: Any, space: Space) -> bool:
    return wanted == "all" or matches(record.body["status"], wanted)


SPECIAL: dict[tuple[str, str], Callable[[Record, Any, Space], bool]] = {
    ("/v1/subscriptions", "status"): _status_of_subscription,
    **{
        ("/v1/subscriptions", name): _item_of_subscription(name)
        for name in ("price", "plan", "current_period_end", "current_period_start")
    },
    ("/v1/tax/registrations", "status"): _any_status,
    ("/v1/invoiceitems", "pending"): _pending_item,
    ("/v1/events", "type"): _type_of_event,
    ("/v1/events", "delivery_success"): _delivered,
    ("/v1/file_links", "expired"): _expired,
    ("/v1/subscription_schedules", "scheduled"): _scheduled,
    ("/v1/payment_records", "created_after"): _created_after,
    ("/v1/payment_records", "created_before"): _created_before,
    ("/v1/customers/{customer}/sources", "object"): _kind_of_source,
    ("/v1/accounts/{account}/external_accounts", "object"): _kind_of_source,
}
"""(list, parameter) → the filter that is no comparison with a field of that name."""
