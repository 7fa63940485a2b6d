"""False answers of servers and gateways, and errors in Stripe's shape."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime

from stripe_assets.stripe_api.clock import SANDBOX_HEADER
from stripe_assets_tests.sync.holes.case import Case, Lie
from stripe_assets_tests.sync.holes.server import Answer

HTML = b"<html><head><title>Error</title></head><body><h1>Error</h1></body></html>"


def html(status: int) -> Lie:
    """A proxy's page."""

    def lie(case: Case) -> Answer:
        headers = {**case.true.headers, "content-type": "text/html"}
        return replace(case.true, status=status, headers=headers, body=HTML)

    return lie


def gateway(status: int) -> Lie:
    """A gateway's error in JSON."""
    return lambda case: case.true.saying({"error": "No such host"}, status)


def empty(status: int) -> Lie:
    return lambda case: case.true.saying(b"", status)


def cut_off(case: Case) -> Answer:
    """The connection ends in the middle of the body."""
    return replace(case.true, cut=True)


def half_of_the_json(case: Case) -> Answer:
    """A whole body in HTTP, but half of its JSON."""
    return case.true.saying(case.true.body[: len(case.true.body) // 2])


def closed(case: Case) -> Answer:
    return replace(case.true, dropped=True)


def too_many_requests(case: Case) -> Answer:
    error = {"type": "invalid_request_error", "code": "rate_limit", "message": "Too many."}
    return case.true.saying({"error": error}, 429)


def server_error(case: Case) -> Answer:
    return case.true.saying({"error": {"type": "api_error", "message": "Try again."}}, 500)


def shaped(status: int, **error: str | None) -> Lie:
    """An error in Stripe's shape. `ID` in a text becomes the id that the request names."""

    def lie(case: Case) -> Answer:
        said = {"type": "invalid_request_error", **error}
        filled = {name: _filled(case, text) for name, text in said.items() if text is not None}
        return case.true.saying({"error": filled}, status)

    return lie


def _filled(case: Case, text: str) -> str:
    return text.replace("ID", case.asked.named or "x_1")


def cursor_refused(code: str | None) -> Lie:
    """The object of the cursor cannot be used, whatever it is."""

    def lie(case: Case) -> Answer | None:
        if "starting_after" not in case.asked.params:
            return None
        error = {"type": "invalid_request_error", "param": "starting_after", "code": code}
        error["message"] = "This id cannot be used as a cursor."
        return case.true.saying({"error": {n: v for n, v in error.items() if v}}, 400)

    return lie


def fails_above(limit: int, how: Lie) -> Lie:
    """The server cannot send pages that large."""

    def lie(case: Case) -> Answer | None:
        asked = case.asked.params.get("limit")
        return how(case) if isinstance(asked, str) and int(asked) > limit else None

    return lie


def date_ahead(case: Case) -> Answer:
    true = parsedate_to_datetime(case.true.headers["date"])
    ahead = format_datetime(true + timedelta(days=1), usegmt=True)
    # A proxy does not say that the clock is a sandbox's.
    headers = {n: value for n, value in case.true.headers.items() if n != SANDBOX_HEADER}
    return replace(case.true, headers={**headers, "date": ahead})


def date_missing(case: Case) -> Answer:
    headers = {name: value for name, value in case.true.headers.items() if name != "date"}
    return replace(case.true, headers=headers)
