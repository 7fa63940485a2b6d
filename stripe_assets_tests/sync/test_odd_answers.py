"""Answers with odd values and with wrong dates, from a server to the rows."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from stripe_assets.mirror import Mirror, Owner
from stripe_assets.stripe_api import parse_api_key
from stripe_assets.stripe_api.client import _clock
from stripe_assets.sync import KeySync, ModelResult
from stripe_assets_tests.stored import stored_object
from stripe_assets_tests.sync.stage import run_id

OWNER = Owner("acct_1", False)
HUGE = 123_456_789_012_345_678_901_234_567_890


class Server:
    """Answers each path with the JSON text that a test sets, and with a `Date` that it sets."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {"/v1/account": '{"id": "acct_1", "object": "account"}'}
        self.wrong = timedelta(0)
        self.asked: list[str] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                server.asked.append(path)
                nothing = '{"object": "list", "data": [], "has_more": false}'
                body = server.texts.get(path, nothing).encode()
                self.send_response_only(200)
                date = format_datetime(datetime.now(UTC) + server.wrong, usegmt=True)
                for name, value in {"Date": date, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.http.server_address[1]}"

    def lists(self, *customers: str) -> None:
        """Sets the customers, as JSON texts without their braces."""
        data = ", ".join(
            f'{{"object": "customer", "livemode": false, "created": 1790000000, {customer}}}'
            for customer in customers
        )
        self.texts["/v1/customers"] = f'{{"object": "list", "data": [{data}], "has_more": false}}'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, no_rates: None) -> Iterator[Server]:
    one = Server()
    threading.Thread(target=one.http.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("STRIPE_API_BASE", one.base)
    yield one
    one.http.shutdown()
    one.http.server_close()


@pytest.fixture
def mirror(database_url: str) -> Iterator[Mirror]:
    with Mirror.open(database_url) as mirror:
        yield mirror


def sync(mirror: Mirror) -> ModelResult:
    """A run in a process of its own: it has yet to learn the time."""
    _clock.cache_clear()
    again = Mirror(mirror.engine, mirror.tables, mirror.dialect)
    key = parse_api_key("acme", "sk_test_MadeUpForTheseTests")
    with KeySync(key, again, ("customer",), run_id=run_id(), mode="full") as run:
        run.prepare()
        (result,) = run.run()
        return result


def customer(mirror: Mirror, id: str = "cus_1") -> dict[str, Any]:
    found = stored_object(mirror, "customer", OWNER, id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "field, text, value",
    [
        ("description", r'"Order \ud83d"', "Order \ud83d"),
        ("metadata", r'{"note": "x\ude00y", "other": "z"}', {"note": "x\ude00y", "other": "z"}),
        ("balance", str(HUGE), HUGE),
        ("balance", str(-HUGE), -HUGE),
        ("a_new_field", str(HUGE), HUGE),
        ("metadata", f'{{"n": {HUGE}, "x": "\\ud83d"}}', {"n": HUGE, "x": "\ud83d"}),
        ("balance", "NaN", None),
        ("metadata", '{"n": -Infinity}', None),
        ("metadata", '{"n": 1e400}', None),
        ("metadata", '{"k": 1, "l": 2, "k": 3}', {"k": 3, "l": 2}),
        ("metadata", '{"k":' * 400 + "1" + "}" * 400, None),
        ("default_source", '""', ""),
    ],
)
def test_an_odd_value_costs_no_page_and_comes_back(
    server: Server, mirror: Mirror, field: str, text: str, value: Any
) -> None:
    server.lists('"id": "cus_0"', f'"id": "cus_1", "{field}": {text}', '"id": "cus_2"')
    assert (sync(mirror).status, mirror.live_rows.count("customer")) == ("ok", 3)
    back = customer(mirror)[field]
    if value is None:
        assert json.dumps(back) == json.dumps(json.loads(text))
    else:
        assert back == value
    if text == '""':
        assert not [path for path in server.asked if path.startswith("/v1/customers/")]


@pytest.mark.parametrize("days", [1, 30, -1, -30])
def test_a_wrong_date_hides_no_later_state(server: Server, mirror: Mirror, days: int) -> None:
    for n, wrong in enumerate((days, 0, days)):
        time.sleep(1.1)  # two observations within a second have no order
        server.wrong = timedelta(days=wrong)
        server.lists(f'"id": "cus_1", "name": "state {n}"')
        sync(mirror)
        assert customer(mirror)["name"] == f"state {n}"
        table = mirror.tables["customer"]
        with mirror.engine.connect() as connection:
            assert connection.scalar(sa.select(table.c._observed_at)) <= datetime.now(UTC)


def test_a_mirror_from_a_wrong_clock_mends_itself(server: Server, mirror: Mirror) -> None:
    server.lists('"id": "cus_1", "name": "old"', '"id": "cus_2"')
    sync(mirror)
    table = mirror.tables["customer"]
    with mirror.transaction() as connection:
        connection.execute(table.update().values(_observed_at=datetime.now(UTC) + timedelta(1)))
    server.lists('"id": "cus_1", "name": "new"')
    server.texts["/v1/customers/cus_2"] = '{"id": "cus_2", "object": "customer", "deleted": true}'
    assert sync(mirror).status == "ok"
    assert customer(mirror)["name"] == "new" and customer(mirror, "cus_2")["deleted"] is True
    with mirror.engine.connect() as connection:
        observed = connection.scalars(sa.select(table.c._observed_at)).all()
    assert len(observed) == 2 and max(observed) <= datetime.now(UTC)
