from __future__ import annotations

import copy
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

import stripe_assets
from stripe_assets.stripe_api import (
    AuthenticationFailed,
    Failure,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    StripeApi,
    StripeError,
    Unreachable,
    redact,
)
from stripe_assets_tests.stripe_api.conftest import BODY, KEY, Say, Script

Api = Callable[..., StripeApi]
PACKAGE = Path(stripe_assets.__file__).parent


def refused(stripe: Script, api: Api, answer: Say, **options: object) -> StripeError:
    stripe.says(answer)
    with pytest.raises(StripeError) as caught:
        api(**{"max_retries": 0} | options).get(
            "/v1/invoices", {"customer": "cus_1"}, stripe_account="acct_9"
        )
    return caught.value


def v1(status: int, message: str, type: str = "invalid_request_error", **fields: str) -> Say:
    return Say(
        status, {"error": {"type": type, "message": message, **fields}}, {"Request-Id": "req_7"}
    )


def test_an_error_says_what_was_asked_with_which_key_and_what_stripe_said(
    stripe: Script, api: Api
) -> None:
    error = refused(
        stripe, api, v1(400, "Received unknown\nparameter: x", code="parameter_unknown", param="x")
    )
    assert str(error) == (
        "GET /v1/invoices (key 'acme', account acct_9): "
        "400 invalid_request_error/parameter_unknown param x: "
        "Received unknown parameter: x [req_7]"
    )
    assert (error.alias, error.path, error.account, error.status) == (
        "acme",
        "/v1/invoices",
        "acct_9",
        400,
    )
    assert (error.type, error.code, error.param, error.request_id) == (
        "invalid_request_error",
        "parameter_unknown",
        "x",
        "req_7",
    )
    assert error.reason == "400 parameter_unknown: Received unknown parameter: x (req_7)"


def test_an_error_of_the_v2_api_is_understood(stripe: Script, api: Api) -> None:
    body = {
        "error": {
            "code": "not_found",
            "message": "Not there.",
            "type": "invalid_request_error",
            "user_message": "x",
        }
    }
    error = refused(stripe, api, Say(404, body))
    assert (
        isinstance(error, NotFound)
        and error.is_stripes
        and error.code == "not_found"
        and error.message == "Not there."
    )


@pytest.mark.parametrize(
    ("answer", "kind", "unavailable"),
    [
        (v1(401, "Invalid API Key provided: sk_test_****7dc"), AuthenticationFailed, False),
        (
            v1(403, "The provided key does not have the required permissions", "permission_error"),
            PermissionDenied,
            True,
        ),
        (v1(403, "no access to account", code="account_invalid"), PermissionDenied, True),
        (v1(404, "Unrecognized request URL (GET: /v1/x)."), NotFound, True),
        (
            v1(404, "No such customer: 'cus_1'", code="resource_missing", param="customer"),
            NotFound,
            False,
        ),
        (v1(400, "Your account is not set up to use Issuing."), InvalidRequest, True),
        (
            v1(400, "Received unknown parameter: x", code="parameter_unknown", param="x"),
            InvalidRequest,
            False,
        ),
        (
            v1(400, "Received unknown parameter: x", code="parameter_unknown"),
            InvalidRequest,
            False,
        ),
        (
            v1(400, "No such object", code="resource_missing", param="starting_after"),
            InvalidRequest,
            False,
        ),
        (v1(402, "no"), InvalidRequest, False),
        (v1(429, "slow down"), RateLimited, False),
        (v1(500, "oops", "api_error"), ServerError, False),
        (Say(404, b"404: Not Found", {"Content-Type": "text/plain"}), NotFound, False),
        (Say(404, {"error": "No such host"}), NotFound, False),
        (Say(404, {"error": {"code": "no_such_thing"}}), NotFound, True),
        (
            Say(405, b"405: Method Not Allowed", {"Content-Type": "text/plain"}),
            InvalidRequest,
            False,
        ),
        (
            v1(405, "Method Not Allowed"),
            InvalidRequest,
            False,
        ),
        (
            Say(403, b"<html>Blocked by proxy</html>", {"Content-Type": "text/html"}),
            PermissionDenied,
            False,
        ),
        (
            Say(400, b"<html>Bad Request</html>", {"Content-Type": "text/html"}),
            InvalidRequest,
            False,
        ),
    ],
    ids=lambda value: (
        value.__name__
        if isinstance(value, type)
        else f"{value.status}-{value.body!r:.60}"
        if isinstance(value, Say)
        else None
    ),
)
def test_each_answer_raises_its_kind_of_error(
    stripe: Script, api: Api, answer: Say, kind: type[StripeError], unavailable: bool
) -> None:
    error = refused(stripe, api, answer)
    assert type(error) is kind
    assert error.unavailable is unavailable
    assert "\n" not in str(error) and "'acme'" in str(error) and str(answer.status) in error.reason


MISSING = {"code": "resource_missing"}


@pytest.mark.parametrize(
    ("answer", "denied"),
    [
        (v1(404, "No such invoice: 'in_1'", **MISSING, param="id"), True),
        (v1(404, "No such invoice: 'in_1'", **MISSING, param="invoice"), True),
        (v1(404, "No such invoice.", **MISSING, param="id"), True),
        (v1(404, "Object in_1 not found.", code="not_found"), True),
        (v1(404, "No such invoice: 'in_2'", **MISSING, param="invoice"), False),
        (v1(404, "No such invoice.", **MISSING), False),
        (v1(404, "in_1: unrecognized request URL"), False),
        (v1(400, "No such invoice: 'in_1'", **MISSING, param="id"), False),
        (v1(403, "You may not read in_1", "permission_error"), False),
        (Say(404, {"error": "No such host: in_1"}), False),
        (Say(404, b"<html>in_1</html>"), False),
        (v1(500, "in_1", "api_error", **MISSING), False),
    ],
    ids=lambda value: f"{value.status}-{value.body!r:.60}" if isinstance(value, Say) else None,
)
def test_only_stripes_own_word_about_this_object_says_that_it_does_not_exist(
    stripe: Script, api: Api, answer: Say, denied: bool
) -> None:
    assert refused(stripe, api, answer).denies("in_1") is denied


def test_a_listed_code_says_that_an_object_does_not_exist_where_it_names_it(
    stripe: Script, api: Api
) -> None:
    error = refused(stripe, api, v1(400, "The account acct_1 is gone", code="account_closed"))
    assert error.denies("acct_1", ["account_closed"])
    assert not error.denies("acct_1") and not error.denies("acct_2", ["account_closed"])


@pytest.mark.parametrize(
    ("answer", "its"),
    [
        (v1(404, "No."), (True, True)),
        (v1(400, "No."), (True, True)),
        (v1(402, "No."), (True, False)),
        (v1(500, "No.", "api_error"), (True, False)),
        (Say(400, {"error": {"code": "testmode_only"}}), (True, True)),
        (Say(404, {"error": {"message": "No."}}), (False, False)),
        (Say(403, b"<html>No.</html>"), (False, False)),
    ],
    ids=lambda value: f"{value.status}-{value.body!r:.40}" if isinstance(value, Say) else None,
)
def test_stripes_refusal_is_distinguished_from_its_failure_and_from_a_gateways_error(
    stripe: Script, api: Api, answer: Say, its: tuple[bool, bool]
) -> None:
    error = refused(stripe, api, answer)
    assert (error.is_stripes, error.refused) == its


@pytest.mark.parametrize(
    ("answer", "about_size"),
    [
        (Say(500), True),
        (Say(504, b"<html>timeout</html>"), True),
        (Say(body={"data": ["x" * 100]}, cut=20), True),
        (Say(drop=True), True),
        (Say(429), False),
        (v1(403, "No."), False),
        (Say(404, {"error": "No such host"}), False),
    ],
    ids=lambda value: f"{value.status}-{value.body!r:.20}" if isinstance(value, Say) else None,
)
def test_a_smaller_page_may_help_where_the_server_fails_and_not_where_it_refuses(
    stripe: Script, api: Api, answer: Say, about_size: bool
) -> None:
    assert refused(stripe, api, answer).can_be_about_size is about_size


def test_a_refused_cursor_is_distinguished_from_other_bad_requests(
    stripe: Script, api: Api
) -> None:
    assert refused(
        stripe, api, v1(400, "No such invoice", code="resource_missing", param="starting_after")
    ).refused_cursor
    assert not refused(
        stripe, api, v1(400, "No such customer", code="resource_missing", param="customer")
    ).refused_cursor
    assert not refused(
        stripe, api, v1(400, "?", code="parameter_unknown", param="starting_after")
    ).refused_cursor


@pytest.mark.parametrize(
    "answer",
    [
        v1(401, f"Invalid API Key provided: {KEY}"),
        v1(403, f"The key '{KEY}' may not", code=KEY, param=KEY),
        v1(400, "pi_1_secret_" + BODY),
        v1(429, f"Bearer {KEY}"),
        Say(500, f"<html>Authorization: Bearer {KEY}</html>".encode()),
        Say(200, f"{'x' * 70}{KEY}".encode()),
        Say(200, b"{", {"Content-Type": f"text/{KEY}"}),
        Say(
            404, {"error": {"message": "?"}}, {"Request-Id": KEY, "Stripe-Rate-Limited-Reason": KEY}
        ),
        Say(drop=True),
        Say(body={"a": "b" * 100}, cut=10),
        Say(delay=0.3),
        Say(302, headers={"Location": f"http://127.0.0.1:9/{KEY}"}),
    ],
    ids=str,
)
def test_no_error_shows_the_key_anywhere(stripe: Script, api: Api, answer: Say) -> None:
    error = refused(stripe, api, answer, timeout=0.15, max_retries=1)
    assert error.__cause__ is None and error.__context__ is None
    with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in with_locals.stack if Path(frame.filename).is_relative_to(PACKAGE)]
    shown = [
        str(error),
        repr(error),
        error.reason,
        repr(vars(error)),
        repr(error.args),
        "".join(traceback.format_exception(error)),
        "".join(f"{frame.locals}" for frame in ours),
    ]
    pickles = [pickle.dumps(error, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)]
    assert ours
    assert not [text for text in shown if BODY[:8] in text]
    assert not [raw for raw in pickles if BODY[:8].encode() in raw]


def test_an_error_survives_pickling_and_copying(stripe: Script, api: Api) -> None:
    error = refused(stripe, api, v1(403, "no", "permission_error"))
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is PermissionDenied and str(again) == str(error) and again.unavailable


@pytest.mark.parametrize(
    "text",
    [
        "sk_test_" + BODY,
        "rk_live_" + "abc123",
        "pk_test_" + BODY,
        "whsec_" + BODY,
        "x=sk_test_" + BODY + "&y",
        "glued" + KEY,
        "sk_test_****7dcZ",
        "sk_test_...7dcZ",
        "ek_live_" + BODY[:6],
        "a_secret_" + BODY,
        "sk_org_" + BODY,
        f"Bearer {KEY}",
        "Basic " + BODY,
    ],
)
def test_text_that_looks_like_a_credential_is_redacted(text: str) -> None:
    assert (
        BODY[:6] not in redact(text) and "abc123" not in redact(text) and "7dcZ" not in redact(text)
    )


@pytest.mark.parametrize(
    "text",
    [
        "task_test: a risk_live thing",
        "The basic plan",
        "client_secret is left out",
        "Unrecognized request URL (GET: /v1/x)",
    ],
)
def test_plain_words_are_not_redacted(text: str) -> None:
    assert redact(text).replace("[key]", "") == text


def test_a_page_of_html_becomes_one_short_line() -> None:
    error = ServerError(Failure(message="<p>\r\n\x1b[31m" * 500))
    assert len(str(error)) < 600 and str(error).isprintable()


def test_a_plain_message_makes_an_error_too() -> None:
    assert str(Unreachable("no network")).startswith("no network. Check")
