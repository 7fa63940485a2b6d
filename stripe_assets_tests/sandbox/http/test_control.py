"""The log, faults, limits, latency, known URLs and the process itself."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

import pytest
import stripe

from stripe_assets.sandbox import Sandbox
from stripe_assets_tests.sandbox.conftest import client_of, get


def test_the_log_has_every_request(changeable: Sandbox) -> None:
    client = client_of(changeable)
    before = len(changeable.log())
    get(client, "/v1/charges", limit=3, expand=["data.customer"])
    with pytest.raises(stripe.InvalidRequestError):
        get(client, "/v1/charges/ch_none")
    entries = changeable.log()[before:]
    assert [(e["method"], e["path"], e["route"], e["status"]) for e in entries] == [
        ("GET", "/v1/charges", "/v1/charges", 200),
        ("GET", "/v1/charges/ch_none", "/v1/charges/{charge}", 404),
    ]
    assert "limit=3" in entries[0]["query"] and entries[0]["account"] and entries[0]["bytes"] > 100


def test_a_fault_strikes_so_often_and_after_so_many(changeable: Sandbox) -> None:
    client = client_of(changeable)
    changeable.control("faults", path="/v1/charges*", status=503, times=2, skip=1)
    outcomes = []
    for _ in range(4):
        try:
            get(client, "/v1/charges", limit=1)
            outcomes.append(200)
        except stripe.StripeError as error:
            outcomes.append(error.http_status)
    assert outcomes == [200, 503, 503, 200]


@pytest.mark.parametrize("kind", ["drop", "truncate"])
def test_a_connection_can_break(changeable: Sandbox, kind: str) -> None:
    client = client_of(changeable)
    changeable.control("faults", path="/v1/charges", kind=kind)
    with pytest.raises(Exception, match=r"(?i)connection|incomplete|invalid|unexpected") as broken:
        get(client, "/v1/charges")
    assert not isinstance(broken.value, stripe.InvalidRequestError)
    assert get(client, "/v1/charges")["data"]


def test_a_request_can_hang(changeable: Sandbox) -> None:
    changeable.control("faults", path="/v1/charges", kind="hang", seconds=0.4)
    started = time.monotonic()
    get(client_of(changeable), "/v1/charges")
    assert time.monotonic() - started >= 0.4


def test_rate_limits_say_which(changeable: Sandbox) -> None:
    client = client_of(changeable)
    changeable.control("limits", per_account=1000, per_endpoint=2)
    with pytest.raises(stripe.RateLimitError) as limited:
        for _ in range(4):
            get(client, "/v1/charges", limit=1)
    assert (
        limited.value.headers
        and {k.lower(): v for k, v in limited.value.headers.items()}["stripe-rate-limited-reason"]
        == "endpoint-rate"
    )
    assert get(client, "/v1/refunds", limit=1)["data"]
    changeable.control("limits", per_account=2)
    with pytest.raises(stripe.RateLimitError) as limited:
        for path in ("/v1/charges", "/v1/refunds", "/v1/payouts", "/v1/prices"):
            get(client, path, limit=1)
    assert {k.lower(): v for k, v in (limited.value.headers or {}).items()}[
        "stripe-rate-limited-reason"
    ] == "global-rate"


def test_it_can_know_only_some_urls(changeable: Sandbox) -> None:
    client = client_of(changeable)
    changeable.control("only", prefixes=["/v1/charges", "/v1/account"])
    assert get(client, "/v1/charges")["data"] and get(client, "/v1/account")["id"]
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        get(client, "/v1/invoices")


def test_latency_is_added(changeable: Sandbox) -> None:
    changeable.control("latency", seconds=0.2)
    started = time.monotonic()
    get(client_of(changeable), "/v1/charges", limit=1)
    assert time.monotonic() - started >= 0.2


def test_a_wrong_control_call_is_refused(changeable: Sandbox) -> None:
    with pytest.raises(ValueError, match="no resource 'unicorn'"):
        changeable.control("objects", resource="unicorn")
    with pytest.raises(ValueError, match="no control call"):
        changeable.control("dance")


def test_it_listens_on_loopback_only(sandbox: Sandbox) -> None:
    assert urlsplit(sandbox.base).hostname == "127.0.0.1"


def test_a_taken_port_is_one_clear_line(sandbox: Sandbox) -> None:
    port = str(urlsplit(sandbox.base).port)
    done = subprocess.run(
        [sys.executable, "-m", "stripe_assets.sandbox", "--port", port],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert (
        done.returncode == 1
        and "cannot listen on port" in done.stderr
        and len(done.stderr.splitlines()) == 1
    )


def test_it_starts_quickly_and_stops_at_once() -> None:
    started = time.monotonic()
    with Sandbox(seed=3) as running:
        up = time.monotonic() - started
        port = urlsplit(running.base).port
    assert up < 3
    assert time.monotonic() - started - up < 2
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port or 0)) != 0


def test_it_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os; from stripe_assets.sandbox import Sandbox; "
        "print(Sandbox().start().base, flush=True); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
    port = urlsplit(done.stdout.strip()).port
    assert port
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    raise AssertionError("the sandbox outlived its starter")


def test_dagster_is_not_imported() -> None:
    code = "import sys, stripe_assets.sandbox.http.running; sys.exit('dagster' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=20).returncode == 0
