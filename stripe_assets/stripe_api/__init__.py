"""Talks to Stripe: API keys, one GET client per key, retries, the rate budget, errors, pages of a
list.

Of the other packages, it may import `catalog` only: constants (names of secrets, rate limits), the
kinds of paging and the API version. The catalog's data file is loaded only when a client is made
without an API version.
"""

from stripe_assets.stripe_api.answer import Answer
from stripe_assets.stripe_api.budget import Budget, Limits, shared_budget
from stripe_assets.stripe_api.client import StripeApi
from stripe_assets.stripe_api.clock import StripeClock
from stripe_assets.stripe_api.errors import (
    AuthenticationFailed,
    Failure,
    InvalidRequest,
    MalformedPage,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    Stopped,
    StripeError,
    Unreachable,
    redact,
)
from stripe_assets.stripe_api.keys import (
    ApiKey,
    Connected,
    InvalidApiKey,
    Secret,
    check_alias,
    environment_key,
    environment_variables,
    is_account_id,
    parse_api_key,
)
from stripe_assets.stripe_api.pages import is_usable, items, next_cursor
from stripe_assets.stripe_api.query import route_path
from stripe_assets.stripe_api.settings import InvalidSetting

__all__ = [
    "Answer",
    "ApiKey",
    "AuthenticationFailed",
    "Budget",
    "Connected",
    "Failure",
    "InvalidApiKey",
    "InvalidRequest",
    "InvalidSetting",
    "Limits",
    "MalformedPage",
    "NotFound",
    "PermissionDenied",
    "RateLimited",
    "Secret",
    "ServerError",
    "Stopped",
    "StripeApi",
    "StripeClock",
    "StripeError",
    "Unreachable",
    "check_alias",
    "environment_key",
    "environment_variables",
    "is_account_id",
    "is_usable",
    "items",
    "next_cursor",
    "parse_api_key",
    "redact",
    "route_path",
    "shared_budget",
]
