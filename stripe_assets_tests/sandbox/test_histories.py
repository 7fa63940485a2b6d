"""The random histories that the properties of other rooms use.

Each of their actions happens, and each change has its event.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_US, PLATFORM
from stripe_assets_tests.sandbox.conftest import client_of, get
from stripe_assets_tests.sync.histories import ACTIONS, Step, apply, events_of, some_history

UNTOLD = {"balance_transaction", "line_item", "subscription_item", "event"}
"""Resources without events of their own. Their parents may have events."""

SILENT = {"settle", "wait"}
"""Actions without an event."""


@pytest.fixture(scope="module")
def accounts_only() -> Iterator[Sandbox]:
    with Sandbox(empty=True) as running:
        yield running


@pytest.fixture
def fresh(accounts_only: Sandbox) -> Sandbox:
    accounts_only.control("start-over")
    accounts_only.reset()
    return accounts_only


def everything(sandbox: Sandbox) -> dict[tuple[str, str, str], dict[str, Any]]:
    """All objects by account, resource and id."""
    found = {}
    for place, resources in sandbox.control("state", "GET")["objects"].items():
        account, mode = place.split("/")
        for resource in resources if mode == "test" else ():
            for body in sandbox.control(
                f"objects?resource={resource}&account={account}&fields=*", "GET"
            ):
                found[account, resource, str(body.get("id"))] = body
    return found


def test_every_action_happens_and_nothing_is_refused(fresh: Sandbox) -> None:
    happened, count = set(), len(events_of(fresh))
    for step in some_history(3, 700):
        apply(fresh, step)
        before, count = count, len(events_of(fresh))
        happened |= {step.action} if count > before else set()
    assert set(ACTIONS) - happened == SILENT
    assert {entry["status"] for entry in fresh.log()} == {200}


def test_events_tell_of_every_change(fresh: Sandbox) -> None:
    before = everything(fresh)
    for step in some_history(4, 90):
        apply(fresh, step)
        after = everything(fresh)
        told = json.dumps(
            [
                body["data"]["object"]
                for key, body in after.items()
                if key[1] == "event" and key not in before
            ]
        )
        for _, resource, id in {
            key for key in before.keys() | after.keys() if before.get(key) != after.get(key)
        }:
            assert resource in UNTOLD or f'"{id}"' in told, (step, resource, id)
        before = after


def test_a_step_with_nothing_to_act_on_does_nothing(fresh: Sandbox) -> None:
    before = everything(fresh)
    for action in set(ACTIONS) - {"change account"}:
        if action.split()[0] in (
            "change",
            "delete",
            "detach",
            "cancel",
            "withdraw",
            "void",
            "pay",
            "finalize",
            "remove",
            "archive",
        ):
            apply(fresh, Step(action, which=3, value=2))
    assert everything(fresh) == before


def test_a_chosen_id_comes_back_and_a_connected_account_has_its_own(fresh: Sandbox) -> None:
    for action in ("create coupon", "delete coupon", "create coupon"):
        apply(fresh, Step(action, connected=True))
    types = [
        get(client_of(fresh), f"/v1/events/{id}", stripe_account=account)["type"]
        for account, id in events_of(fresh)
    ]
    assert types == ["coupon.created", "coupon.deleted", "coupon.created"]
    assert get(client_of(fresh), "/v1/coupons/COUPON0", stripe_account=CONNECTED_US)["valid"]
    with pytest.raises(stripe.InvalidRequestError):
        get(client_of(fresh), "/v1/coupons/COUPON0")


def test_starting_over_forgets_all(fresh: Sandbox) -> None:
    apply(fresh, Step("create customer"))
    assert {account for account, _ in events_of(fresh)} == {PLATFORM}
    fresh.control("start-over")
    assert events_of(fresh) == [] and get(client_of(fresh), "/v1/customers")["data"] == []
