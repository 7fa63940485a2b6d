"""Connected accounts begin and end, and changes of their objects are their own events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_JP, CONNECTED_US, PLATFORM
from stripe_assets_tests.sandbox.conftest import client_of, get


@pytest.fixture
def sdk(changeable: Sandbox) -> stripe.StripeClient:
    changeable.control("clock", advance=60)
    return client_of(changeable)


def listed(sdk: stripe.StripeClient) -> list[str]:
    return [account["id"] for account in get(sdk, "/v1/accounts", limit=100)["data"]]


def opened(sdk: stripe.StripeClient) -> str:
    account = sdk.v1.accounts.create({"type": "standard", "country": "FR"})
    sdk.v1.customers.create({"name": "Theirs"}, {"stripe_account": account.id})
    return account.id


def test_a_new_account_is_listed_and_has_data_of_its_own(sdk: stripe.StripeClient) -> None:
    id = opened(sdk)
    assert id in listed(sdk)
    assert [c["name"] for c in get(sdk, "/v1/customers", stripe_account=id)["data"]] == ["Theirs"]
    events = get(sdk, "/v1/events", stripe_account=id)["data"]
    assert {(event["type"], event["account"]) for event in events} == {
        ("account.application.authorized", id),
        ("customer.created", id),
    }
    assert get(sdk, "/v1/balance", stripe_account=id)["object"] == "balance"


@pytest.mark.parametrize("by", ["http", "control"])
def test_a_closed_account_is_out_of_reach(
    sdk: stripe.StripeClient, changeable: Sandbox, by: str
) -> None:
    id = opened(sdk)
    if by == "http":
        assert sdk.v1.accounts.delete(id).deleted
    else:
        changeable.control("objects/delete", resource="account", id=id)
    assert id not in listed(sdk)
    attempts: list[Callable[[], Any]] = [
        lambda: get(sdk, f"/v1/accounts/{id}"),
        lambda: get(sdk, "/v1/customers", stripe_account=id),
        lambda: get(sdk, f"/v1/accounts/{id}/persons"),
    ]
    for attempt in attempts:
        with pytest.raises(stripe.PermissionError) as refused:
            attempt()
        assert (refused.value.http_body or "").count('"account_invalid"') == 1
    event = get(sdk, "/v1/events", limit=1, type="account.application.deauthorized")["data"][0]
    assert (event["account"], event["data"]["object"]["object"]) == (id, "application")


def test_a_closed_account_can_come_back(sdk: stripe.StripeClient, changeable: Sandbox) -> None:
    id = opened(sdk)
    changeable.control("objects/delete", resource="account", id=id, event=False)
    changeable.control("objects", resource="account", object={"id": id})
    assert id in listed(sdk) and get(sdk, "/v1/customers", stripe_account=id)["data"]


def test_one_mode_is_closed_without_the_other(changeable: Sandbox) -> None:
    live = client_of(changeable, "sk_live_sandbox")
    assert get(live, "/v1/customers", stripe_account=CONNECTED_US)["data"]
    changeable.control("objects/delete", resource="account", id=CONNECTED_US, livemode=True)
    with pytest.raises(stripe.PermissionError):
        get(live, "/v1/customers", stripe_account=CONNECTED_US)
    assert get(client_of(changeable), "/v1/customers", stripe_account=CONNECTED_US)["data"]


def test_the_platform_itself_is_not_closed(changeable: Sandbox) -> None:
    with pytest.raises(ValueError, match="not a connected account"):
        changeable.control("objects/delete", resource="account", id=PLATFORM)


def test_what_the_platform_changes_of_an_account_is_that_accounts_event(
    sdk: stripe.StripeClient,
) -> None:
    person = sdk.v1.accounts.persons.create(CONNECTED_JP, {"first_name": "Aoi"})
    assert person.id in [
        p["id"]
        for p in get(sdk, f"/v1/accounts/{CONNECTED_JP}/persons", stripe_account=CONNECTED_JP)[
            "data"
        ]
    ]
    sdk.v1.accounts.update(CONNECTED_JP, {"email": "neu@example.com"})
    sdk.v1.accounts.persons.delete(CONNECTED_JP, person.id)
    found = [
        (e["type"], e["account"])
        for e in get(sdk, "/v1/events", limit=3, stripe_account=CONNECTED_JP)["data"]
    ]
    assert sorted(found) == [
        (type, CONNECTED_JP) for type in ("account.updated", "person.created", "person.deleted")
    ]
    assert person.id not in [
        p["id"]
        for p in get(sdk, f"/v1/accounts/{CONNECTED_JP}/persons", stripe_account=CONNECTED_JP)[
            "data"
        ]
    ]
