from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from stripe_assets.stripe_api import (
    ApiKey,
    InvalidApiKey,
    Secret,
    environment_key,
    environment_variables,
    parse_api_key,
)
from stripe_assets_tests.stripe_api.conftest import BODY, KEY

LIVE = "sk_live_" + BODY


def environment_keys(environ: dict[str, str]) -> dict[str, ApiKey]:
    return {
        alias: environment_key(environ, alias, variable)
        for alias, variable in environment_variables(environ).items()
    }


@pytest.mark.parametrize(
    ("text", "livemode", "kind"),
    [
        (KEY, False, "secret"),
        (LIVE, True, "secret"),
        ("rk_test_" + BODY, False, "restricted"),
        ("rk_live_" + BODY, True, "restricted"),
    ],
)
def test_the_mode_and_the_kind_of_a_key_are_recognized(
    text: str, livemode: bool, kind: str
) -> None:
    key = parse_api_key("acme", text)
    assert (key.livemode, key.kind, key.last4) == (livemode, kind, "p7dc")
    assert key.secret.reveal() == text


def test_whitespace_around_a_pasted_key_is_removed() -> None:
    assert parse_api_key("acme", f" \t{KEY}\r\n").secret.reveal() == KEY


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty"),
        ("pk_test_" + BODY, "publishable"),
        ("pk_live_" + BODY, "publishable"),
        ("sk_org_live_" + BODY, "organisation"),
        ("whsec_" + BODY, "webhook"),
        ("sk_test_", "cut short"),
        ("sk_test_" + BODY + "!", "damaged"),
        ("sk_test_" + "*" * 20 + "p7dc", "masked"),
        ("sk_test_" + BODY[:8] + "\n" + BODY[8:], "line breaks"),
        ("sk_test_" + BODY[:8] + "\x00" + BODY[8:], "control"),
        ("sk_prod_" + BODY, "not a Stripe key"),
        (BODY, "not a Stripe key"),
        ("sk_test_" + BODY + "é", "damaged"),
    ],
)
def test_an_invalid_key_is_refused_in_one_line_that_does_not_show_it(
    text: str, expected: str
) -> None:
    with pytest.raises(InvalidApiKey) as caught:
        parse_api_key("acme", text)
    line = str(caught.value)
    assert expected in line and "'acme'" in line and "\n" not in line
    assert not text or text not in line
    assert BODY[:8] not in line and BODY[-5:] not in line


@pytest.mark.parametrize("alias", ["", "Acme", "a.b", "ä", "a b", "a\n"])
def test_an_alias_that_could_not_be_a_partition_key_is_refused(alias: str) -> None:
    with pytest.raises(InvalidApiKey, match="lower-case"):
        parse_api_key(alias, KEY)


def test_a_key_given_as_the_alias_is_not_shown() -> None:
    with pytest.raises(InvalidApiKey) as caught:
        parse_api_key(KEY, "acme")
    assert BODY not in str(caught.value)


@pytest.mark.parametrize(
    "options",
    [{"account_id": "4711"}, {"connected": ("acct_1", "cus_1")}, {"account_id": "acct_1\r\nX: y"}],
)
def test_an_invalid_account_id_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidApiKey, match="account id"):
        parse_api_key("acme", KEY, **options)  # type: ignore[arg-type]


def test_the_environment_gives_keys_by_alias() -> None:
    environ = {
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_TEST_SECRET_KEY": KEY,
        "STRIPE_LIVE_SECRET_KEY": LIVE,
        "STRIPE_API_KEY__ACME_EU": KEY,
        "STRIPE_API_KEY__EMPTY": "",
        "STRIPE_API_BASE": "https://api.stripe.com",
        "HOME": "/",
    }
    keys = environment_keys(environ)
    assert sorted(keys) == ["acme_eu", "default", "live", "test"]
    assert keys["live"].livemode and keys["live"].source == "environment"
    assert environment_variables(environ)["acme_eu"] == "STRIPE_API_KEY__ACME_EU"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"STRIPE_TEST_SECRET_KEY": LIVE}, "STRIPE_TEST_SECRET_KEY holds a live mode key"),
        ({"STRIPE_LIVE_SECRET_KEY": KEY}, "STRIPE_LIVE_SECRET_KEY holds a test mode key"),
        ({"STRIPE_API_KEY__ACME": "pk_test_" + BODY}, "STRIPE_API_KEY__ACME"),
        ({"STRIPE_API_KEY__A.B": KEY}, "STRIPE_API_KEY__A.B"),
        ({"STRIPE_API_KEY__": KEY}, "STRIPE_API_KEY__"),
        ({"STRIPE_API_KEY__TEST": KEY, "STRIPE_TEST_SECRET_KEY": KEY}, "unset one"),
        ({"STRIPE_API_KEY__ACME": KEY, "STRIPE_API_KEY__acme": KEY}, "unset one"),
    ],
)
def test_an_environment_that_contradicts_itself_is_refused(
    environ: dict[str, str], expected: str
) -> None:
    with pytest.raises(InvalidApiKey) as caught:
        environment_keys(environ)
    assert expected in str(caught.value) and BODY not in str(caught.value)


def test_a_secret_is_never_shown() -> None:
    key = parse_api_key("acme", KEY)
    shown = [
        repr(key),
        str(key),
        f"{key}",
        f"{key.secret}",
        f"{key.secret:>40}",
        repr(key.secret),
        "%s" % key.secret,  # noqa: UP031
    ]
    shown += [repr(dataclasses.asdict(key)), repr(vars(key)), repr(copy.deepcopy(key)), repr([key])]
    assert not [text for text in shown if BODY in text]
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        with pytest.raises(TypeError, match="cannot be pickled"):
            pickle.dumps(key, protocol)


def test_secrets_compare_by_their_text() -> None:
    assert Secret("a") == Secret("a") != Secret("b") and len({Secret("a"), Secret("a")}) == 1
    assert copy.deepcopy(parse_api_key("acme", KEY)) == parse_api_key("acme", KEY)
