"""One client per API key: a GET, its retries, and Stripe's answer as it was sent."""

from __future__ import annotations

import functools
import os
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import metadata
from typing import Any

import orjson
import stripe
import tenacity

from stripe_assets.catalog.model import SECRET_NAMES
from stripe_assets.stripe_api import transport
from stripe_assets.stripe_api.budget import Budget, shared_budget
from stripe_assets.stripe_api.clock import StripeClock
from stripe_assets.stripe_api.errors import Failure, Stopped, error_fields, error_for, redact
from stripe_assets.stripe_api.keys import ApiKey
from stripe_assets.stripe_api.latency import Latency, useful_at_once
from stripe_assets.stripe_api.query import checked_path, with_query
from stripe_assets.stripe_api.retries import pause, rate_limiter, worth_repeating
from stripe_assets.stripe_api.settings import BASE_VARIABLE, checked_base

_SECRET_NAMES = tuple(name.encode() for name in SECRET_NAMES)
_SECRET_ENDING = b"_secret" if all(name.endswith(b"_secret") for name in _SECRET_NAMES) else b""
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Answer:
    body: dict[str, Any]
    observed_at: datetime
    """When the request was sent, by Stripe's clock (UTC); never later than it was."""
    request_id: str | None
    bytes: int
    """Size of the JSON, uncompressed."""
    api_version: str
    """In which it was rendered."""
    waited: float = 0.0
    """Seconds that the request was kept back by the rate budget before it was sent."""
    clean: bool = False
    """No name of SECRET_NAMES occurs in it."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One attempt: an answer, or what was wrong and whether it is worth another."""

    answer: Answer | None = None
    failure: Failure | None = None
    repeat: bool = False
    retry_after: float | None = None


class StripeApi:
    """Thread-safe; one for a key and a run. Sends GET and nothing else.

    `timeout` is in seconds, for each wait for Stripe; `backoff` the seconds that the first retry waits at most, doubled
    for each further one. `base` defaults to STRIPE_API_BASE, else Stripe's own; `api_version` to the catalog's.
    Raises InvalidSetting for a base that would show the key to the network, or a bad rate in the environment.
    """

    def __init__(
        self,
        key: ApiKey,
        *,
        stop: threading.Event | None = None,
        base: str | None = None,
        budget: Budget | None = None,
        timeout: float = 80.0,
        max_retries: int = 5,
        api_version: str | None = None,
        backoff: float = 0.5,
        clock: StripeClock | None = None,
    ) -> None:
        self.key = key
        self.stop = stop or threading.Event()
        self.base = checked_base(
            base or os.environ.get(BASE_VARIABLE, "").strip() or stripe.DEFAULT_API_BASE
        )
        self.api_version = api_version or _catalog_version()
        self.budget = budget or shared_budget()
        self._clock = clock or _clock(self.base)
        self._timeout = timeout
        self._backoff = backoff
        self._lock = threading.Lock()
        self._latency = Latency()
        self._attempts = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(max_retries + 1),
            retry=tenacity.retry_if_result(lambda outcome: outcome.repeat),
            wait=self._wait,
            sleep=self._sleep,
            retry_error_callback=_last,
        )
        self.requests = 0
        """Requests sent, retries included: what Stripe counts."""
        self.retries = 0
        self.counts: Counter[str] = Counter()
        """Requests sent, by endpoint."""
        self._reads: Counter[str | None] = Counter()
        self.rate_limited: Counter[str] = Counter()
        """429 answers, by the limiter that Stripe names."""

    def get(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        stripe_account: str | None = None,
        endpoint: str | None = None,
    ) -> Answer:
        """Stripe's answer to GET `path`, which may have a query already (v2's `next_page_url`).

        `endpoint` is the route's template: what the rate budget and the counts go by. Give it for every path with an id
        in it. Raises StripeError's subclasses, and ValueError for a path or account that is none.
        """
        target = with_query(checked_path(path), params)
        if stripe_account is not None and not _ACCOUNT.fullmatch(stripe_account):
            raise ValueError(f"{stripe_account[:40]!r} is no account id")
        route = endpoint or path.partition("?")[0]
        outcome: _Outcome = self._attempts(self._attempt, target, route, stripe_account)
        if outcome.answer is not None:
            return outcome.answer
        failure = outcome.failure or Failure(message="no answer")
        # Raised here, outside of any handler, where no local variable and no context holds the key.
        sent = self._attempts.statistics.get("attempt_number", 1)
        raise error_for(
            replace(failure, alias=self.key.alias, path=path, account=stripe_account, attempts=sent)
        )

    @property
    def reads(self) -> dict[str | None, int]:
        """Requests sent, by the connected account that they were for; None is the key's own."""
        with self._lock:
            return dict(self._reads)

    @property
    def knows_the_time(self) -> bool:
        """Whether `now` is by Stripe's clock: an answer of this server has come to this process."""
        return self._clock.is_set

    def now(self) -> datetime:
        """Stripe's clock (UTC), rather too early than too late."""
        return self._clock.now()

    def useful_at_once(self, endpoint: str, stripe_account: str | None = None) -> int:
        """How many lists of an endpoint are worth reading at once, by the rate that it gets and by how long its answers take."""
        account, livemode = self._account(stripe_account), self.key.livemode
        rates = [self.budget.rate(account, livemode, limited) for limited in (None, endpoint)]
        return useful_at_once(self._latency.of(endpoint), rates)

    def useful_threads(self) -> int | None:
        """How many threads are of use that read full pages, where no rate is kept: more are in each other's way. None is no limit."""
        return self._latency.useful_threads() if self.budget.lifted else None

    def _account(self, stripe_account: str | None) -> str:
        return stripe_account or self.key.account_id or f"key {self.key.alias}"

    def _attempt(self, target: str, route: str, stripe_account: str | None) -> _Outcome:
        account = self._account(stripe_account)
        before = time.monotonic()
        if not self.budget.acquire(account, self.key.livemode, route, self.stop):
            raise Stopped(Failure(alias=self.key.alias, path=target))
        with self._lock:
            self.requests += 1
            self.counts[route] += 1
            self._reads[stripe_account] += 1
        waited = time.monotonic() - before
        sent = self._clock.sending()
        reply = self._send(target, route, stripe_account, account)
        body = _json_object(reply.body) if reply.status is not None else None
        if body is not None:
            self._clock.received(sent, reply.headers)
        request_id = reply.headers.get("request-id")
        if reply.status is not None and 200 <= reply.status < 300 and body is not None:
            observed_at = self._clock.stamp(sent)
            return _Outcome(
                Answer(
                    body,
                    observed_at,
                    request_id,
                    len(reply.body),
                    self.api_version,
                    waited,
                    _is_clean(reply.body),
                )
            )
        return self._failed(reply, body, request_id)

    def _send(
        self, target: str, route: str, stripe_account: str | None, account: str
    ) -> transport.Reply:
        reply, began = transport.Reply(), time.monotonic()
        try:
            reply = transport.send(self.base, target, self._headers(stripe_account), self._timeout)
            return reply
        finally:
            answered = reply.status is not None and reply.status < 500 and reply.status != 429
            if answered:
                self._latency.answered(route, time.monotonic() - began)
            self.budget.landed(
                account, self.key.livemode, route, ok=answered, limiter=rate_limiter(reply)
            )

    def _headers(self, stripe_account: str | None) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {self.key.secret.reveal()}",
            "Stripe-Version": self.api_version,
            "User-Agent": _user_agent(),
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
        }
        if stripe_account is not None:
            headers["Stripe-Account"] = stripe_account
        return headers

    def _failed(
        self, reply: transport.Reply, body: dict[str, Any] | None, request_id: str | None
    ) -> _Outcome:
        fields = error_fields(body)
        limiter = reply.headers.get("stripe-rate-limited-reason")
        if reply.status == 429:
            with self._lock:
                self.rate_limited[limiter or "unnamed"] += 1
        failure = Failure(
            status=reply.status,
            type=fields["type"],
            code=fields["code"],
            param=fields["param"],
            message=fields["message"] or reply.problem or _unexpected(reply, self.key),
            request_id=request_id,
            rate_limited_reason=limiter,
        ).redacted(self.key.secret.reveal())
        return _Outcome(
            failure=failure,
            repeat=worth_repeating(reply, body),
            retry_after=pause(reply.headers, self.now()),
        )

    def _wait(self, state: tenacity.RetryCallState) -> float:
        """Exponential back-off with full jitter, or what Stripe asks for when that is longer."""
        longest = min(30.0, self._backoff * 2.0 ** min(state.attempt_number - 1, 16))
        outcome: _Outcome | None = state.outcome.result() if state.outcome else None
        asked = outcome.retry_after if outcome else None
        jittered = random.uniform(0, longest)
        # Jitter on top: those whom the server told the same second would come back as one.
        return jittered if asked is None else asked + min(jittered, 1.0)

    def _sleep(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            return  # the attempt that follows says that it is stopped
        with self._lock:
            self.retries += 1


def _last(state: tenacity.RetryCallState) -> _Outcome:
    return state.outcome.result() if state.outcome else _Outcome()


def _json_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object that a body is; None for anything else, a page of HTML or a body that was cut off."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None


def _is_clean(raw: bytes) -> bool:
    """Whether none of the names occurs. One search for what they all end in settles nearly every page (from the end: thrice as quick)."""
    return raw.rfind(_SECRET_ENDING) < 0 or not any(name in raw for name in _SECRET_NAMES)


def _unexpected(reply: transport.Reply, key: ApiKey) -> str:
    if reply.status is not None and 300 <= reply.status < 400:
        return "the server answered with a redirect, which is not followed: STRIPE_API_BASE has to be the API's own address"
    start = redact(reply.body[:200].decode(errors="replace"), key.secret.reveal())[:80]
    kind = reply.headers.get("content-type", "no content type")[:60]
    return f"the answer is not Stripe's JSON but {kind}, {len(reply.body)} bytes: {start}"


@functools.cache
def _clock(base: str) -> StripeClock:
    """One for each server: a client that starts must not stamp earlier than the one before it."""
    return StripeClock()


@functools.cache
def _user_agent() -> str:
    return f"stripe_assets/{metadata.version('stripe_assets')} stripe-python/{stripe.VERSION}"


def _catalog_version() -> str:
    from stripe_assets.catalog import catalog  # noqa: PLC0415  (loaded only where no version is given)

    return catalog().api_version
