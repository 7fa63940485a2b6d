"""Refused calls, as the SDK's exceptions show them."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets.sandbox.keys import CONNECTED_JP, CONNECTED_US, PLATFORM, SECOND
from stripe_assets_tests.sandbox.conftest import client_of, get

INVALID = stripe.InvalidRequestError


@pytest.mark.parametrize(
    ("path", "params", "code", "param"),
    [
        ("/v1/customers", {"limit": 0}, "parameter_invalid_integer", "limit"),
        ("/v1/customers", {"limit": 101}, "parameter_invalid_integer", "limit"),
        ("/v1/customers", {"limit": "ten"}, "parameter_invalid_integer", "limit"),
        ("/v1/customers", {"colour": "red"}, "parameter_unknown", "colour"),
        ("/v1/customers", {"created": {"after": 1}}, "parameter_unknown", "created[after]"),
        ("/v1/customers", {"starting_after": "cus_none"}, "resource_missing", "starting_after"),
        ("/v1/customers", {"ending_before": "cus_none"}, "resource_missing", "ending_before"),
        (
            "/v1/customers",
            {"starting_after": "cus_a", "ending_before": "cus_b"},
            None,
            "ending_before",
        ),
        ("/v1/subscription_items", {}, "parameter_missing", "subscription"),
        ("/v1/charges", {"expand": ["data.nothing"]}, None, "expand"),
        ("/v1/charges", {"expand": ["data.amount"]}, None, "expand"),
        ("/v1/charges", {"expand": ["customer"]}, None, "expand"),
        ("/v1/subscriptions", {"expand": ["data.items.data.price.product"]}, None, "expand"),
        ("/v1/invoices", {"status": "overdue"}, None, "status"),
    ],
)
def test_a_bad_parameter_is_refused_with_its_name(
    client: stripe.StripeClient, path: str, params: dict[str, Any], code: str | None, param: str
) -> None:
    with pytest.raises(INVALID) as refused:
        get(client, path, **params)
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (
        400,
        code,
        param,
    )
    assert refused.value.request_id


def test_a_cursor_that_the_filter_excludes_is_refused(client: stripe.StripeClient) -> None:
    archived = get(client, "/v1/prices", active=False)["data"][0]["id"]
    on_clock = get(
        client,
        "/v1/customers",
        test_clock=get(client, "/v1/test_helpers/test_clocks")["data"][0]["id"],
    )["data"][0]["id"]
    newest = get(client, "/v1/charges", limit=1)["data"][0]
    for path, params in (
        ("/v1/prices", {"active": True, "starting_after": archived}),
        ("/v1/customers", {"starting_after": on_clock}),
        ("/v1/charges", {"created": {"lt": newest["created"]}, "starting_after": newest["id"]}),
    ):
        with pytest.raises(INVALID) as refused:
            get(client, path, **params)
        assert (refused.value.code, refused.value.param) == ("resource_missing", "starting_after")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers/cus_none",
        "/v1/invoices/in_none",
        "/v1/customers/cus_none/tax_ids",
        "/v1/coupons/友達",
    ],
)
def test_an_unknown_id_is_404(client: stripe.StripeClient, path: str) -> None:
    with pytest.raises(INVALID) as refused:
        get(client, path)
    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")


def test_an_unknown_url_is_404_and_named(client: stripe.StripeClient) -> None:
    with pytest.raises(INVALID, match=r"Unrecognized request URL \(GET: /v1/unicorns\)") as refused:
        get(client, "/v1/unicorns")
    assert refused.value.http_status == 404 and refused.value.code is None


def test_a_v2_error_has_v2s_shape(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.StripeError) as refused:
        get(client, "/v2/core/accounts/acct_none")
    assert refused.value.http_status == 404
    assert set(refused.value.json_body["error"]) == {"type", "code", "message"}  # type: ignore[index]


def test_unknown_keys_are_401_and_not_repeated(sandbox: Sandbox) -> None:
    with pytest.raises(
        stripe.AuthenticationError, match="Invalid API Key provided: sk_test_\\*\\*\\*9876"
    ) as refused:
        get(client_of(sandbox, "sk_test_abcdefgh9876"), "/v1/charges")
    assert refused.value.http_status == 401 and "abcdefgh" not in str(refused.value)


def test_a_publishable_key_reads_nothing(sandbox: Sandbox) -> None:
    with pytest.raises(stripe.PermissionError) as refused:
        get(client_of(sandbox, "pk_test_sandbox"), "/v1/charges")
    assert refused.value.json_body["error"]["code"] == "secret_key_required"  # type: ignore[index]


@pytest.mark.parametrize("path", ["/v1/account", "/v1/radar/value_lists", "/v1/reviews"])
def test_a_restricted_key_is_refused_with_the_accounts_name(sandbox: Sandbox, path: str) -> None:
    restricted = client_of(sandbox, "rk_test_sandbox")
    assert get(restricted, "/v1/charges")["data"]
    with pytest.raises(stripe.PermissionError, match=f"on account '{PLATFORM}'") as refused:
        get(restricted, path)
    assert refused.value.http_status == 403


def test_an_account_without_a_product_is_told_so(sandbox: Sandbox) -> None:
    second = client_of(sandbox, "sk_test_second")
    assert get(second, "/v1/account")["id"] == SECOND
    assert get(second, "/v1/accounts")["data"] == []
    with pytest.raises(INVALID, match="not set up to use Issuing") as refused:
        get(second, "/v1/issuing/cards")
    assert refused.value.http_status == 400


def test_connected_accounts_have_data_of_their_own(
    sandbox: Sandbox, client: stripe.StripeClient
) -> None:
    own = {charge["id"] for charge in get(client, "/v1/charges", limit=100)["data"]}
    for account in (CONNECTED_US, CONNECTED_JP):
        theirs = get(client, "/v1/charges", limit=100, stripe_account=account)["data"]
        assert theirs and not own & {charge["id"] for charge in theirs}
        assert get(client, "/v1/account", stripe_account=account)["id"] == account
        assert get(client, "/v1/balance_transactions", stripe_account=account)["data"]
        assert get(client, "/v1/payouts", stripe_account=account)["data"]
        assert get(client, f"/v1/accounts/{account}/persons")["data"]
        assert get(client, f"/v1/accounts/{account}/capabilities")["data"][0]["account"] == account
        assert get(client, f"/v1/accounts/{account}/external_accounts")["data"]


@pytest.mark.parametrize(
    ("key", "account"),
    [
        ("sk_test_sandbox", SECOND),
        ("sk_test_second", CONNECTED_US),
        ("rk_test_sandbox", CONNECTED_US),
    ],
)
def test_another_account_is_403(sandbox: Sandbox, key: str, account: str) -> None:
    with pytest.raises(stripe.PermissionError) as refused:
        get(client_of(sandbox, key), "/v1/charges", stripe_account=account)
    assert refused.value.json_body["error"]["code"] == "account_invalid"  # type: ignore[index]


def test_live_mode_has_other_data(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    live = client_of(sandbox, "sk_live_sandbox")
    customers = get(live, "/v1/customers", limit=100)["data"]
    assert 10 < len(customers) < 100 and all(customer["livemode"] for customer in customers)
    assert not {c["id"] for c in customers} & {
        c["id"] for c in get(client, "/v1/customers", limit=100)["data"]
    }
    assert (
        get(live, "/v1/products/prod_starter")["livemode"]
        and not get(client, "/v1/products/prod_starter")["livemode"]
    )


@pytest.mark.parametrize("version", ["2030-01-01", "latest", "2026-10-28.unknown"])
def test_an_unknown_version_is_refused(sandbox: Sandbox, version: str) -> None:
    with pytest.raises(INVALID, match="Invalid Stripe API version"):
        get(client_of(sandbox, stripe_version=version), "/v1/charges")


def test_answers_carry_request_id_date_and_version(client: stripe.StripeClient) -> None:
    answer = client.raw_request("get", "/v1/charges", limit=1)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["request-id"].startswith("req_")
    assert headers["stripe-version"] == stripe.api_version
    assert headers["date"].endswith("GMT")
