"""No body is too odd to be read, and none holds a thread or the memory."""

from __future__ import annotations

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from stripe_assets.catalog.odd_json import OddNumber
from stripe_assets.stripe_api import ServerError, StripeApi, Unreachable, bodies
from stripe_assets_tests.stripe_api.conftest import Say, Script

Api = Callable[..., StripeApi]
HUGE = 123_456_789_012_345_678_901_234_567_890


def customer(text: bytes) -> bytes:
    return b'{"object": "list", "data": [{"id": "cus_1", "x": %s}], "has_more": false}' % text


def nested(levels: int) -> bytes:
    return b'{"a":' * levels + b"1" + b"}" * levels


def read(api: Api, stripe: Script, text: bytes) -> Any:
    stripe.says(Say(body=customer(text)))
    return api(max_retries=0).get("/v1/customers").body["data"][0]["x"]


@pytest.mark.parametrize(
    "text, value",
    [
        (b'"Order \\ud83d"', "Order \ud83d"),
        (b'"\xed\xa0\xbd"', "\ud83d"),
        (b'"\\ud83d\\ude00 \\ude00"', "\U0001f600 \ude00"),
        (b'{"\\ud83d": 18446744073709551616}', {"\ud83d": 2**64}),
        (b'["\\ud83d", %d, -%d]' % (HUGE, HUGE), ["\ud83d", HUGE, -HUGE]),
        (b'{"a": 1, "b": 2, "a": 3}', {"a": 3, "b": 2}),
        (b'"line\nbreak"', "line\nbreak"),
        (nested(490), None),
    ],
)
def test_an_odd_body_is_read(api: Api, stripe: Script, text: bytes, value: Any) -> None:
    found = read(api, stripe, text)
    assert value is None or found == value


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e400", "9" * 5000])
def test_a_number_that_python_does_not_have_keeps_its_text(
    api: Api, stripe: Script, text: str
) -> None:
    found = read(api, stripe, text.encode())
    assert isinstance(found, OddNumber) and found.text == text


def test_an_answer_has_every_integer_exactly(api: Api, stripe: Script) -> None:
    stripe.says(Say(body=customer(b"%d" % HUGE)), Say(body=b'{"id": "cus_1", "x": %d}' % HUGE))
    client = api(max_retries=0)
    for items_of in (lambda body: body["data"], lambda body: [body]):
        answer = client.get("/v1/customers")
        (item,) = items = items_of(answer.body)
        assert isinstance(item["x"], float)
        assert answer.exact_items(items) == [{"id": "cus_1", "x": HUGE}]


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_an_odd_body_that_is_cut_off_is_no_answer(api: Api, stripe: Script, cut: int) -> None:
    whole = customer(b'["\\ud83d", NaN]')
    stripe.says(Say(body=whole[:-cut]))
    with pytest.raises(ServerError, match="not Stripe's JSON"):
        api(max_retries=0).get("/v1/customers")


@pytest.mark.parametrize("levels", [501, 1100, 100_000])
@pytest.mark.parametrize("start", [b'{"a":', b"["])
def test_a_body_that_is_too_deep_is_an_error_that_says_so(
    api: Api, stripe: Script, levels: int, start: bytes
) -> None:
    end = b"}" if start[:1] == b"{" else b"]"
    # With the half pair, the standard library reads it: orjson itself allows 1,024 levels.
    deep = start * levels + b'"\\ud83d"' + end * levels
    stripe.says(Say(body=b'{"data": %s}' % deep))
    with pytest.raises(ServerError, match="nested more than 500 levels"):
        api(max_retries=0).get("/v1/customers")


@pytest.mark.parametrize("encoding, wbits", [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_body_that_inflates_without_end_is_given_up(
    api: Api, stripe: Script, monkeypatch: pytest.MonkeyPatch, encoding: str, wbits: int
) -> None:
    monkeypatch.setattr(bodies, "LARGEST_BODY", 10_000_000)
    pack = zlib.compressobj(9, zlib.DEFLATED, wbits)
    bomb = pack.compress(b'{"a": "') + pack.compress(b"x" * 400_000_000) + pack.flush()
    stripe.says(Say(body=bomb, headers={"Content-Encoding": encoding}))
    tracemalloc.start()
    try:
        with pytest.raises(ServerError, match="the answer has more than 10 MB"):
            api(max_retries=0).get("/v1/customers")
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_body_of_200_mb_is_the_largest(
    api: Api, stripe: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bodies.LARGEST_BODY == 200_000_000
    monkeypatch.setattr(bodies, "LARGEST_BODY", 5_000_000)
    body = b'{"a": "%s"}'
    room = bodies.LARGEST_BODY - len(body % b"")
    stripe.says(Say(body=body % (b"x" * room)), Say(body=body % (b"x" * (room + 1))))
    client = api(max_retries=0)
    assert client.get("/v1/customers").bytes == bodies.LARGEST_BODY
    with pytest.raises(ServerError, match="more than 5 MB"):
        client.get("/v1/customers")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_that_is_cut_off_or_is_something_else_is_no_answer(
    api: Api, stripe: Script, encoding: str
) -> None:
    packed = gzip.compress(customer(b"1"))
    headers = {"Content-Encoding": encoding}
    plain = customer(b"1")
    stripe.says(Say(body=packed[:-12], headers=headers), Say(body=plain, headers=headers))
    client = api(max_retries=0)
    with pytest.raises(ServerError, match="its compressed content has no end"):
        client.get("/v1/customers")
    with pytest.raises(ServerError, match="cannot be decompressed"):
        client.get("/v1/customers")


def test_several_parts_of_gzip_are_one_body(api: Api, stripe: Script) -> None:
    whole = customer(b"1")
    packed = gzip.compress(whole[:20]) + gzip.compress(whole[20:]) + b"\0\0"
    stripe.says(Say(body=packed, headers={"Content-Encoding": "gzip"}))
    assert api(max_retries=0).get("/v1/customers").bytes == len(whole)


def test_a_body_that_drips_is_given_up_in_time_and_the_next_request_has_a_new_connection(
    api: Api, stripe: Script
) -> None:
    stripe.says(Say(body=customer(b"1" * 500), drip=0.05), Say(body=customer(b"2")))
    client = api(max_retries=0, timeout=0.3)
    began = time.monotonic()
    with pytest.raises(Unreachable, match=r"no whole answer within 0\.6 s"):
        client.get("/v1/customers")
    assert time.monotonic() - began < 2
    assert client.get("/v1/customers").body["data"][0]["x"] == 2


def test_a_slow_body_that_arrives_in_time_is_read(api: Api, stripe: Script) -> None:
    stripe.says(Say(body=customer(b"1"), drip=0.004))
    assert api(max_retries=0, timeout=0.3).get("/v1/customers").body["has_more"] is False


def test_many_bodies_use_one_connection(api: Api, stripe: Script) -> None:
    stripe.says(Say(body=customer(b"1" * 300_000)))
    client = api()
    ports = set()
    for _ in range(5):
        client.get("/v1/customers")
        ports.add(stripe.asked[-1].port)
    assert len(ports) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["https://elsewhere.example/v1/customers", "/v1/invoices"])
def test_a_redirect_is_an_error(api: Api, stripe: Script, status: int, to: str) -> None:
    stripe.says(Say(status=status, headers={"Location": to}))
    with pytest.raises(Unreachable, match="no redirect is followed"):
        api(max_retries=0).get("/v1/customers")
    assert [one.target for one in stripe.asked] == ["/v1/customers"]
