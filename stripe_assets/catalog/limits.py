"""Stripe's limits. The rates are in requests a second: https://docs.stripe.com/rate-limits

They are constants and not part of the data file, so that `stripe_api` has them without loading the
catalog.
"""

from __future__ import annotations

LIVE_RATE = 100.0
TEST_RATE = 25.0
"""For all requests of one account in live mode, and in test mode."""

ENDPOINT_RATE = 25.0
"""For one endpoint of an account: a list and a retrieve of one resource are two endpoints."""
FILES_AND_SEARCH_RATE = 20.0
"""For an endpoint of files or a search."""

LARGEST_PAGE = 100
"""How many objects a page of a list may have at most: https://docs.stripe.com/api/pagination"""

_FILES = "/v1/files"
_SEARCH = "/search"


def account_rate(livemode: bool) -> float:
    """How many requests a second Stripe allows an account."""
    return LIVE_RATE if livemode else TEST_RATE


def endpoint_rate(endpoint: str) -> float:
    """How many requests a second Stripe allows an account for one endpoint, as
    `/v1/invoices/{id}`."""
    if endpoint == _FILES or endpoint.startswith(f"{_FILES}/") or endpoint.endswith(_SEARCH):
        return FILES_AND_SEARCH_RATE
    return ENDPOINT_RATE
