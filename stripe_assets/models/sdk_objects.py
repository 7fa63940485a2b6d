"""Checks the object that a program passes, and returns it as the JSON that Stripe sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from stripe import StripeObject

from stripe_assets.catalog import Resource, catalog
from stripe_assets.catalog.odd_json import exact_loads, finite
from stripe_assets.catalog.roles import EVENT
from stripe_assets.mirror import decimal_text
from stripe_assets.sync import Observed

UNDER_WAY = timedelta(seconds=80)
"""The longest time from a request to the date of its answer: the timeout of the SDK."""
SECOND = timedelta(seconds=1)


def plain(value: Any) -> Any:
    """An object as JSON has it, from what the SDK or a program made of that JSON."""
    if isinstance(value, StripeObject):
        response = value.last_response
        if response is not None:
            body = exact_loads(response.body)
            if isinstance(body, dict) and all(
                body.get(name) == getattr(value, name, None) for name in ("id", "object")
            ):
                return body
        value = value.to_dict(recursive=False)
    if isinstance(value, Mapping):
        return dict(zip(value, map(plain, value.values()), strict=True))
    if isinstance(value, list | tuple):
        return list(map(plain, value))
    if type(value) is float:
        return finite(value)
    return decimal_text(value) if isinstance(value, Decimal) else value


def on_the_wire(resource: Resource, obj: dict[str, Any]) -> dict[str, Any]:
    """The object with v2's 64-bit integers as Stripe sends them: strings, which the SDK parses."""
    strings = {field.path[0] for field in resource.fields if field.wire == "int64_string"}
    return {
        name: str(value) if name in strings and type(value) is int else value
        for name, value in obj.items()
    }


def check_object(resource: Resource, obj: Any) -> None:
    """Raises TypeError and ValueError for what is not an object of this resource with an id."""
    if not isinstance(obj, dict):
        raise TypeError(
            f"pass an object of Stripe's: a StripeObject or a dictionary, not {type(obj).__name__}"
        )
    name, id = obj.get("object"), obj.get("id")
    sync = f"{resource.class_name}.sync_from_stripe_data"
    if name == "list":
        raise ValueError(f"this is a list: pass each of its items to {sync}")
    if name == EVENT and resource.name != EVENT:
        raise ValueError(
            f"this is an event ({id}), and the object in it may be old: "
            f'{resource.class_name}.sync(event["data"]["object"]["id"]) reads the present state'
        )
    if not name:
        raise ValueError(f"this is not a {resource.name}: it has no `object`")
    if name != resource.name:
        other = catalog().by_object(obj)
        hint = f": use {other.class_name}.sync_from_stripe_data" if other else ""
        raise ValueError(f"this is a {name}{f' {id}' if id else ''}, not a {resource.name}{hint}")
    if not resource.singleton and not (isinstance(id, str) and id):
        raise ValueError(f"this {resource.name} has no id")


def observed(sent: StripeObject | None, at: datetime | None) -> Observed:
    """When the object was in this state, by Stripe's clock.

    The caller knows it (`at`), or the answer that contained the object has a date. Otherwise
    nothing is known.
    """
    response = sent.last_response if sent is not None else None
    headers = (
        {name.lower(): value for name, value in response.headers.items()}
        if response is not None
        else {}
    )
    version = headers.get("stripe-version") or (sent.stripe_version if sent is not None else None)
    if at is not None:
        return Observed(at, at, at, version)
    try:
        date = parsedate_to_datetime(headers["date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return Observed(api_version=version)
    return Observed(date, date - UNDER_WAY, date + SECOND, version)
