"""The table of all effects: (method, route) → what the call does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stripe_assets.sandbox.behaviour import connected
from stripe_assets.sandbox.behaviour.changes import Changes
from stripe_assets.sandbox.behaviour.effects import (
    customers,
    invoice_lines,
    invoices,
    prices,
    refunds,
    subscriptions,
)
from stripe_assets.sandbox.behaviour.effects.defaults import DEFAULTS
from stripe_assets.sandbox.calls.call import Call
from stripe_assets.sandbox.calls.forms import fields_of
from stripe_assets.sandbox.calls.routes import Route
from stripe_assets.sandbox.objects.store import Record

Effect = Callable[[Changes, Call, Route], Record | dict[str, Any]]
"""Changes the data. Returns the answer: a record, or the JSON of a deletion."""


def _create_account(changes: Changes, call: Call, route: Route) -> Record:
    return connected.open(changes, fields_of("account", call.params))


def _create_webhook_endpoint(changes: Changes, call: Call, route: Route) -> Record:
    given = {**DEFAULTS["webhook_endpoint"], **fields_of("webhook_endpoint", call.params)}
    if call.params.get("connect") == "true":
        own = (one.id for one in changes.space.listed("application"))
        given["application"] = next(own, "ca_platform")
    return changes.create("webhook_endpoint", given)


EFFECTS: dict[tuple[str, str], Effect] = {
    ("POST", "/v1/accounts"): _create_account,
    ("POST", "/v1/webhook_endpoints"): _create_webhook_endpoint,
    **prices.EFFECTS,
    **customers.EFFECTS,
    **subscriptions.EFFECTS,
    **invoices.EFFECTS,
    **invoice_lines.EFFECTS,
    **refunds.EFFECTS,
}
