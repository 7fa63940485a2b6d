from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from stripe_assets.stripe_api import (
    ApiKey,
    AuthenticationFailed,
    Budget,
    InvalidRequest,
    InvalidSetting,
    Limits,
    RateLimited,
    ServerError,
    Stopped,
    StripeApi,
    StripeError,
    Unreachable,
    parse_api_key,
    route_path,
)
from stripe_assets_tests.stripe_api.conftest import KEY, Say, Script

Api = Callable[..., StripeApi]
LIST = {
    "object": "list",
    "data": [{"id": "in_1", "amount": 9_007_199_254_740_993}],
    "has_more": False,
}


def test_an_answer_is_stripes_json_with_its_time_and_request_id(stripe: Script, api: Api) -> None:
    stripe.says(Say(body=LIST, headers={"Request-Id": "req_42"}))
    before = datetime.now(UTC)
    answer = api().get("/v1/invoices", {"limit": 100})
    assert answer.body == LIST
    assert (answer.request_id, answer.bytes) == ("req_42", len(orjson.dumps(LIST)))
    assert before - timedelta(seconds=2) <= answer.observed_at <= datetime.now(UTC)


def test_a_request_is_a_get_with_the_pinned_version_and_our_name(stripe: Script, api: Api) -> None:
    api().get("/v1/invoices", stripe_account="acct_1")
    api().get("/v2/core/accounts?page=x", {"limit": 20})
    first, second = stripe.asked
    assert first.method == second.method == "GET"
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert (
        first.headers["stripe-version"] == second.headers["stripe-version"] == "2026-10-28.endive"
    )
    assert first.headers["stripe-account"] == "acct_1" and "stripe-account" not in second.headers
    assert first.headers["user-agent"].startswith("stripe_assets/0.")
    assert not [name for name in first.headers if "telemetry" in name]
    assert second.target == "/v2/core/accounts?page=x&limit=20"


def test_parameters_are_written_as_stripe_reads_them(stripe: Script, api: Api) -> None:
    api().get(
        "/v1/prices",
        {
            "active": True,
            "created": {"gte": datetime(2026, 1, 1, tzinfo=UTC), "lt": 5},
            "expand": ["data.tiers", "data.product"],
            "recurring": {"meter": None},
            "items": [{"a": False}],
            "lookup_keys": ("a&b=c", "é [x]"),
            "none": None,
        },
    )
    # urllib3 writes the brackets as %5B and %5D, also for Stripe's SDK.
    assert stripe.asked[0].target.replace("%5B", "[").replace("%5D", "]") == (
        "/v1/prices?active=true&created[gte]=1767225600&created[lt]=5&expand[0]=data.tiers&expand[1]=data.product"
        "&items[0][a]=false&lookup_keys[0]=a%26b%3Dc&lookup_keys[1]=%C3%A9%20[x]"
    )


def test_ids_of_any_characters_fit_into_a_path(stripe: Script, api: Api) -> None:
    api().get(route_path("/v1/coupons/{id}", {"id": "25% off/../€?#é%41"}))
    assert unquote(stripe.asked[0].target.removeprefix("/v1/coupons/")) == "25% off/../€?#é%41"
    assert stripe.asked[0].target.count("/") == 3
    for bad in ("", ".."):
        with pytest.raises(ValueError, match="customer"):
            route_path("/v1/customers/{customer}/tax_ids", {"customer": bad})


@pytest.mark.parametrize(
    "path",
    [
        "",
        "v1/x",
        "@evil.example/v1/x",
        ".evil.example/v1/x",
        "//evil.example/v1/x",
        "/v1/a b",
        "/v1/a\r\nX: y",
        "/v3/x",
    ],
)
def test_a_path_cannot_lead_to_another_server(stripe: Script, api: Api, path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        api().get(path)
    assert stripe.asked == []


@pytest.mark.parametrize("account", ["", "acct_1\r\nX: y", "cus_1"])
def test_an_invalid_account_id_is_not_sent(stripe: Script, api: Api, account: str) -> None:
    with pytest.raises(ValueError, match="account"):
        api().get("/v1/x", stripe_account=account)
    assert stripe.asked == []


PASSING = [
    Say(500),
    Say(503, b"<html>busy</html>", {"Content-Type": "text/html"}),
    Say(409, {"error": {"type": "invalid_request_error", "code": "lock_timeout"}}),
    Say(429, {"error": {"type": "invalid_request_error", "code": "rate_limit"}}),
    Say(400, {"error": {"type": "invalid_request_error"}}, {"Stripe-Should-Retry": "true"}),
    Say(drop=True),
    Say(body=LIST, cut=20),
    Say(body=b'{"data": [{"id": "in'),
    Say(body=b"<html>log in</html>", headers={"Content-Type": "text/html"}),
    Say(body=b""),
    Say(body=b"[]"),
    Say(delay=0.4),
]


@pytest.mark.parametrize(
    "fault",
    PASSING,
    ids=lambda say: f"{say.status}-{say.body!r:.20}-{say.drop or say.cut or say.delay}",
)
def test_a_temporary_fault_costs_only_retries(stripe: Script, api: Api, fault: Say) -> None:
    stripe.says(fault, fault, Say(body=LIST))
    client = api(timeout=0.2)
    assert client.get("/v1/invoices", endpoint="/v1/invoices").body == LIST
    assert (client.requests, client.counts.by_endpoint) == (3, {"/v1/invoices": 3})


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Say(500, {"error": {"type": "api_error", "message": "no"}}), ServerError),
        (Say(429, {"error": {"message": "no"}}), RateLimited),
        (Say(409, {"error": {"message": "no"}}), InvalidRequest),
        (Say(200, b"<html>no</html>"), ServerError),
        (Say(drop=True), Unreachable),
        (Say(delay=0.3), Unreachable),
    ],
    ids=["500", "429", "409", "html", "drop", "timeout"],
)
def test_a_lasting_fault_is_an_error_and_says_nothing_about_availability(
    stripe: Script, api: Api, answer: Say, error: type[StripeError]
) -> None:
    stripe.says(answer)
    with pytest.raises(error) as caught:
        api(max_retries=2, timeout=0.1).get("/v1/invoices")
    assert len(stripe.asked) == 3 and "after 3 attempts" in str(caught.value)
    assert not caught.value.unavailable


STRIPES = {"error": {"type": "invalid_request_error", "message": "No."}}


@pytest.mark.parametrize("status", [400, 403, 404, 405])
@pytest.mark.parametrize(
    "body",
    [{"error": "No such host"}, {"error": {"message": "No."}}, {}, b"", b"<html>404</html>"],
    ids=str,
)
def test_an_error_of_a_gateway_is_asked_for_again_and_says_nothing_about_availability(
    stripe: Script, api: Api, status: int, body: Any
) -> None:
    stripe.says(Say(status, body), Say(body=LIST))
    assert api().get("/v1/invoices").body == LIST and len(stripe.asked) == 2
    stripe.says(Say(status, body))
    with pytest.raises(StripeError) as caught:
        api(max_retries=2).get("/v1/invoices")
    assert len(stripe.asked) == 2 + 3
    error = caught.value
    assert (error.is_stripes, error.refused, error.unavailable) == (False, False, False)


def test_a_request_that_only_tries_something_is_sent_again_once(stripe: Script, api: Api) -> None:
    stripe.says(Say(500))
    with pytest.raises(ServerError):
        api(max_retries=5).get("/v1/invoices", patient=False)
    assert len(stripe.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [
        Say(400, STRIPES),
        Say(402, STRIPES),
        Say(403, STRIPES),
        Say(404, STRIPES),
        Say(404, {"error": {"code": "not_found"}}),
        Say(500, headers={"Stripe-Should-Retry": "false"}),
        Say(429, headers={"Stripe-Should-Retry": "false"}),
        Say(401, headers={"Stripe-Should-Retry": "true", "Retry-After": "30"}),
    ],
    ids=lambda say: f"{say.status}-{say.body!r:.20}",
)
def test_a_request_that_a_retry_cannot_help_is_sent_once(
    stripe: Script, api: Api, answer: Say
) -> None:
    stripe.says(answer)
    with pytest.raises(StripeError) as caught:
        api().get("/v1/invoices")
    assert caught.value.status == answer.status and len(stripe.asked) == 1


def test_a_refused_key_raises_authentication_failed(stripe: Script, api: Api) -> None:
    stripe.says(
        Say(
            401,
            {
                "error": {
                    "type": "invalid_request_error",
                    "message": f"Invalid API Key provided: {KEY}",
                }
            },
        )
    )
    with pytest.raises(AuthenticationFailed):
        api().get("/v1/account")


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_the_client_waits_for_the_time_in_retry_after(stripe: Script, api: Api, form: str) -> None:
    client = api()
    client.get("/v1/account")
    text = (
        "1"
        if form == "seconds"
        else format_datetime(client.now() + timedelta(seconds=2), usegmt=True)
    )
    stripe.says(Say(429, headers={"Retry-After": text}), Say())
    client.get("/v1/account")
    waited = stripe.asked[2].at - stripe.asked[1].at
    assert 0.9 <= waited <= 3.2


@pytest.mark.parametrize(
    "text", ["soon", "-5", "nan", "Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 99 Foo 1970"]
)
def test_the_client_does_not_wait_for_an_invalid_retry_after(
    stripe: Script, api: Api, text: str
) -> None:
    stripe.says(Say(503, headers={"Retry-After": text}), Say())
    api().get("/v1/account")
    assert stripe.asked[1].at - stripe.asked[0].at < 0.5


def test_429s_are_counted_by_the_limiter_that_stripe_names(stripe: Script, api: Api) -> None:
    stripe.says(Say(429, headers={"Stripe-Rate-Limited-Reason": "endpoint-rate"}), Say(429), Say())
    client = api()
    client.get("/v1/account")
    assert client.counts.rate_limited == {"endpoint-rate": 1, "unnamed": 1}
    stripe.says(Say(429, headers={"Stripe-Rate-Limited-Reason": "global-rate"}))
    with pytest.raises(RateLimited, match="global-rate"):
        client.get("/v1/account")


@pytest.mark.parametrize("wait", ["retry-after", "budget", "before"])
def test_the_stop_event_ends_a_wait_at_once(stripe: Script, api: Api, wait: str) -> None:
    stop, options = threading.Event(), {}
    if wait == "retry-after":
        stripe.says(Say(503, headers={"Retry-After": "3600"}))
    if wait == "budget":
        options["budget"] = Budget(Limits(account=0.01))
        api(**options).get("/v1/account")
    if wait == "before":
        stop.set()
    start = time.monotonic()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(Stopped) as caught:
        api(stop=stop, **options).get("/v1/account")
    assert time.monotonic() - start < 0.3
    assert "/v1/account" in str(caught.value) and not caught.value.unavailable
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_a_redirect_does_not_send_the_key_elsewhere(stripe: Script, api: Api) -> None:
    stripe.says(Say(302, headers={"Location": f"{stripe.base}/v1/elsewhere"}), Say(body=LIST))
    with pytest.raises(StripeError, match="redirect"):
        api().get("/v1/invoices")
    assert [asked.target for asked in stripe.asked] == ["/v1/invoices"]


def test_netrc_cookies_and_a_proxy_are_not_used_for_a_local_server(
    stripe: Script, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    stripe.says(Say(headers={"Set-Cookie": "a=b; Path=/"}))
    client = api(max_retries=0)
    client.get("/v1/account")
    client.get("/v1/account")
    assert stripe.asked[1].headers["authorization"] == f"Bearer {KEY}"
    assert "cookie" not in stripe.asked[1].headers


@pytest.mark.parametrize(
    "base",
    [
        "http://api.stripe.com",
        "http://10.0.0.1:80",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "ftp://localhost",
        "localhost:1",
        "https://",
        "https://a:b@c",
        "http://[::1",
        "https://x:port",
    ],
)
def test_a_base_that_would_show_the_key_to_the_network_is_refused(
    key: ApiKey, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidSetting, match="STRIPE_API_BASE") as caught:
        StripeApi(key, base=base, api_version="x")
    assert "a:b" not in str(caught.value)
    monkeypatch.setenv("STRIPE_API_BASE", base)
    with pytest.raises(InvalidSetting):
        StripeApi(key, api_version="x")


@pytest.mark.parametrize(
    "base",
    [
        "https://api.stripe.com/",
        "http://localhost:8420",
        "http://[::1]:1",
        "http://127.0.0.2",
        "https://proxy.example/stripe/",
    ],
)
def test_a_safe_base_is_accepted(key: ApiKey, base: str) -> None:
    assert StripeApi(key, base=base, api_version="x").base == base.rstrip("/")


def test_the_base_comes_from_the_environment(
    stripe: Script, key: ApiKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", stripe.base + "/")
    StripeApi(key, api_version="x").get("/v1/account")
    assert stripe.asked[0].target == "/v1/account"
    monkeypatch.delenv("STRIPE_API_BASE")
    assert StripeApi(key, api_version="x").base == "https://api.stripe.com"


def test_a_server_that_is_not_there_is_unreachable(api: Api) -> None:
    with pytest.raises(Unreachable, match="Connection refused") as caught:
        api(base="http://127.0.0.1:9", max_retries=1).get("/v1/account")
    assert caught.value.status is None and "STRIPE_API_BASE" in str(caught.value)


def test_threads_share_connections_and_counts(stripe: Script, api: Api) -> None:
    client, errors = api(), []

    def work() -> None:
        try:
            for _ in range(10):
                client.get("/v1/invoices", endpoint="/v1/invoices")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (
        errors == [] and client.requests == 80 and client.counts.by_endpoint == {"/v1/invoices": 80}
    )


def test_a_connection_that_ends_between_requests_costs_only_a_retry(
    stripe: Script, api: Api
) -> None:
    client = api()
    stripe.says(Say(headers={"Connection": "close"}), Say(body=LIST))
    client.get("/v1/account")
    time.sleep(0.05)
    assert client.get("/v1/invoices").body == LIST


def test_observations_are_stamped_by_stripes_clock(stripe: Script, api: Api) -> None:
    stripe.says(Say(headers=_date(timedelta(minutes=5))))
    answer = api().get("/v1/account")
    ahead = answer.observed_at - datetime.now(UTC)
    assert timedelta(minutes=4.9) < ahead <= timedelta(minutes=5)


@pytest.mark.parametrize("headers", [{"Date": "yesterday"}, {"Date": ""}])
@pytest.mark.parametrize("days", [-400, -1, 1, 400])
def test_no_date_makes_an_observation_later_than_it_is(
    stripe: Script, api: Api, days: int, headers: dict[str, str]
) -> None:
    wrong = _date(timedelta(days=days))
    stripe.says(Say(headers=wrong), Say(headers=headers), Say(), Say(headers=wrong), Say())
    client = api()
    for n in range(5):
        at, known = client.get("/v1/account").observed_at, client.now()
        now = datetime.now(UTC)
        assert at <= known <= now
        assert n < 3 or at > now - timedelta(seconds=3)  # right again, after the first right one


def _date(ahead: timedelta) -> dict[str, str]:
    return {"Date": format_datetime(datetime.now(UTC) + ahead, usegmt=True)}


def test_a_proxys_page_does_not_set_the_clock(stripe: Script, api: Api) -> None:
    stripe.says(Say(502, b"<html>", {"Date": "Tue, 01 Jan 2086 00:00:00 GMT"}), Say())
    assert api().get("/v1/account").observed_at <= datetime.now(UTC)


@pytest.fixture
def untrusted(tmp_path: Path) -> Iterator[str]:
    """The address of a TLS server whose certificate no authority has signed."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = x509.CertificateBuilder(
        name, name, private.public_key(), 1, now, now + timedelta(days=1)
    ).sign(private, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    chain = tmp_path / "chain.pem"
    chain.write_bytes(
        certificate.public_bytes(pem)
        + private.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
    )
    thread.start()
    yield f"https://localhost:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_request_is_not_repeated_after_an_untrusted_certificate(api: Api, untrusted: str) -> None:
    client = api(base=untrusted)
    with pytest.raises(Unreachable, match=r"TLS failed: .+CERTIFICATE_VERIFY_FAILED"):
        client.get("/v1/account")
    assert client.requests == 1


def test_a_proxy_that_refuses_is_named_without_its_password(
    api: Api, stripe: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(variable, stripe.base.replace("http://", "http://user:hush@"))
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(variable, raising=False)
    with pytest.raises(
        Unreachable, match="proxy did not let the request through: Tunnel connection failed: 501"
    ) as caught:
        api(base="https://api.stripe.example", max_retries=0).get("/v1/account")
    assert "hush" not in str(caught.value) and stripe.asked == []


def test_a_request_for_a_connected_account_uses_that_accounts_budget(
    stripe: Script, api: Api
) -> None:
    asked: list[tuple[str, bool, str]] = []

    class Noting(Budget):
        def acquire(
            self, account: str, livemode: bool, endpoint: str, stop: threading.Event
        ) -> bool:
            asked.append((account, livemode, endpoint))
            return True

    client = api(key=parse_api_key("acme", KEY, account_id="acct_1"), budget=Noting())
    client.get("/v1/invoices/in_1", endpoint="/v1/invoices/{id}")
    client.get("/v1/invoices?limit=1", stripe_account="acct_2")
    assert asked == [("acct_1", False, "/v1/invoices/{id}"), ("acct_2", False, "/v1/invoices")]
