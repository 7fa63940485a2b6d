"""One client per API key: a GET, its retries, and Stripe's answer as it was sent."""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from importlib import metadata
from typing import Any

import stripe

from stripe_assets.catalog import catalog
from stripe_assets.stripe_api import transport
from stripe_assets.stripe_api.answer import Answer, is_clean, json_object, unexpected
from stripe_assets.stripe_api.attempts import Attempt, retrying
from stripe_assets.stripe_api.budget import Budget, shared_budget
from stripe_assets.stripe_api.clock import StripeClock
from stripe_assets.stripe_api.errors import Failure, Stopped, error_fields, error_for
from stripe_assets.stripe_api.keys import ApiKey, is_account_id
from stripe_assets.stripe_api.latency import Latency, useful_at_once
from stripe_assets.stripe_api.query import checked_path, with_query
from stripe_assets.stripe_api.request_counts import RequestCounts
from stripe_assets.stripe_api.retries import pause, rate_limiter, worth_repeating
from stripe_assets.stripe_api.settings import BASE_VARIABLE, checked_base


class StripeApi:
    """The client of one key in one run. Thread-safe. It sends GET requests and nothing else.

    Parameters: stop: when it is set, every wait ends and no further request is sent. base: the
    API's address; by default STRIPE_API_BASE, else Stripe's own. budget: by default the one that
    the clients of this process share. timeout: seconds, for each wait for the server. max_retries:
    how often a request is sent again. api_version: by default the catalog's. backoff: the longest
    wait before the first retry, in seconds; it doubles with each retry. clock: by default the one
    that all clients of this address share.

    Raises InvalidSetting for an address that would send the key over the network in clear, and for
    a rate in the environment that is not a number.
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
        self.api_version = api_version or catalog().api_version
        self.budget = budget or shared_budget()
        self.counts = RequestCounts()
        self._clock = clock or _clock(self.base)
        self._timeout = timeout
        self._latency = Latency()
        self._attempts = retrying(max_retries, backoff, self.stop)
        self._few_attempts = retrying(min(max_retries, 1), backoff, self.stop)

    def get(
        self,
        path: str,
        params: Mapping[str, object] | None = None,
        *,
        stripe_account: str | None = None,
        endpoint: str | None = None,
        patient: bool = True,
    ) -> Answer:
        """Stripe's answer to GET `path`.

        Parameters: path: may already have a query, as v2's `next_page_url` does. stripe_account:
        the connected account to ask as. endpoint: the route's template, as `/v1/invoices/{id}`, by
        which the rate budget and the counts tell requests apart; to be given for every path with an
        id in it. patient: False for a request that only tries something: it is sent again once.
        Raises StripeError's subclasses, and ValueError for a path that is not one of
        Stripe's API or an account that is not an account id.
        """
        target = with_query(checked_path(path), params)
        if stripe_account is not None and not is_account_id(stripe_account):
            raise ValueError(
                f"{stripe_account[:40]!r} is not an account id: such an id starts with acct_"
            )
        route = endpoint or path.partition("?")[0]
        attempts = self._attempts if patient else self._few_attempts
        last: Attempt = attempts(self._attempt, target, route, stripe_account)
        if last.answer is not None:
            return last.answer
        failure = last.failure or Failure(message="no answer")
        # Raised here, outside of any handler, where no local variable and no context holds the key.
        sent = attempts.statistics.get("attempt_number", 1)
        raise error_for(
            replace(failure, alias=self.key.alias, path=path, account=stripe_account, attempts=sent)
        )

    @property
    def requests(self) -> int:
        """Requests sent, retries included."""
        return self.counts.requests

    @property
    def knows_the_time(self) -> bool:
        """Whether `now` is Stripe's time: this process has received an answer of this server."""
        return self._clock.is_set

    def now(self) -> datetime:
        """Stripe's time (UTC). It may be a little early, and is never late."""
        return self._clock.now()

    def useful_at_once(self, endpoint: str, stripe_account: str | None = None) -> int:
        """How many lists of an endpoint are worth reading at once, by its rate and its latency."""
        account, livemode = self._account(stripe_account), self.key.livemode
        rates = [self.budget.rate(account, livemode, limited) for limited in (None, endpoint)]
        return useful_at_once(self._latency.of(endpoint), rates)

    def useful_threads(self) -> int | None:
        """How many threads that read full pages are worth having where no rate limits them.

        More threads would slow each other down. None: there is no such number.
        """
        return self._latency.useful_threads() if self.budget.lifted else None

    def _account(self, stripe_account: str | None) -> str:
        return stripe_account or self.key.account_id or f"key {self.key.alias}"

    def _attempt(self, target: str, route: str, stripe_account: str | None) -> Attempt:
        account = self._account(stripe_account)
        before = time.monotonic()
        if not self.budget.acquire(account, self.key.livemode, route, self.stop):
            raise Stopped(Failure(alias=self.key.alias, path=target))
        self.counts.count_request(route, stripe_account)
        waited = time.monotonic() - before
        sent = self._clock.sending()
        reply = self._send(target, route, stripe_account, account)
        body = json_object(reply.body) if reply.status is not None else None
        if body is not None:
            self._clock.received(sent, reply.headers)
        request_id = reply.headers.get("request-id")
        if reply.status is None or not 200 <= reply.status < 300 or body is None:
            return self._failed(reply, body, request_id)
        observed_at = self._clock.stamp(sent)
        raw, version = reply.body, self.api_version
        clean = is_clean(raw)
        return Attempt(Answer(body, observed_at, request_id, len(raw), version, waited, clean, raw))

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
            self.budget.finished(
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
    ) -> Attempt:
        fields = error_fields(body)
        limiter = reply.headers.get("stripe-rate-limited-reason")
        if reply.status == 429:
            self.counts.count_rate_limited(limiter)
        failure = Failure(
            status=reply.status,
            type=fields["type"],
            code=fields["code"],
            param=fields["param"],
            message=fields["message"] or reply.problem or unexpected(reply, self.key.secret),
            request_id=request_id,
            rate_limited_reason=limiter,
        ).redacted(self.key.secret.reveal())
        return Attempt(
            failure=failure,
            repeat=worth_repeating(reply, body),
            retry_after=pause(reply.headers, self.now()),
        )


@functools.cache
def _clock(base: str) -> StripeClock:
    """One for each server: a new client must not stamp earlier times than the client before it."""
    return StripeClock()


@functools.cache
def _user_agent() -> str:
    return f"stripe_assets/{metadata.version('stripe_assets')} stripe-python/{stripe.VERSION}"
