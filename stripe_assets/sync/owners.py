"""Whose data a key reaches: its own account, and on Connect the accounts connected to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from stripe_assets.catalog.model import Resource
from stripe_assets.stripe_api import Answer, ApiKey, InvalidApiKey, StripeApi, StripeError, items, next_cursor
from stripe_assets.sync.task import list_params

ACCOUNT = "account"
OWN_ACCOUNT = "/v1/account"


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account of a key. `answer` is None where the key may not read it (`refusal` says why)."""

    id: str
    answer: Answer | None
    refusal: StripeError | None = None


def own_account(api: StripeApi, key: ApiKey) -> OwnAccount:
    """Asks Stripe whose key this is.

    A restricted key may not read its account; then the id is in the refusal's message, or was given with `keys add
    --account`. Raises InvalidApiKey when it is in neither, or when the key has come to be another account's.
    """
    try:
        answer = api.get(OWN_ACCOUNT, endpoint=OWN_ACCOUNT)
    except StripeError as refusal:
        if not refusal.unavailable:
            raise
        account_id = key.account_id or _account_named_in(refusal)
        if account_id is None:
            raise InvalidApiKey(
                f"{key.alias}: Stripe does not say whose key this is ({refusal.reason}); "
                f"name the account with: stripe-assets keys add {key.alias} --account acct_…"
            ) from None
        return OwnAccount(account_id, None, refusal)
    account_id = str(answer.body.get("id"))
    if key.account_id not in (None, account_id):
        raise InvalidApiKey(
            f"{key.alias}: this alias was added for {key.account_id}, but its key is {account_id}'s; use another alias for it"
        )
    return OwnAccount(account_id, answer)


def connected_accounts(api: StripeApi, key: ApiKey, resource: Resource) -> Iterator[Answer]:
    """The pages of the connected accounts that the key is to cover; each listed one is a request of its own.

    Raises StripeError, an availability answer among them.
    """
    if key.connected == "none":
        return
    route = resource.routes[0]
    if key.connected != "all":
        for account_id in key.connected:
            answer = api.get(f"{route.path}/{account_id}", {"expand": list(resource.expand)}, endpoint=f"{route.path}/{{id}}")
            yield Answer({"data": [answer.body], "has_more": False}, answer.observed_at, answer.request_id, answer.bytes)
        return
    params = list_params(resource, route, {})
    cursor: str | None = None
    while True:
        answer = api.get(route.path, params, endpoint=route.path)
        yield answer
        cursor = next_cursor(answer.body, route.paging, asked=cursor, path=route.path)
        if cursor is None:
            return
        params["starting_after"] = cursor


def ids(answer: Answer) -> list[str]:
    return [str(item["id"]) for item in items(answer.body)]


def _account_named_in(refusal: StripeError) -> str | None:
    named = re.search(r"\bacct_\w+", refusal.message or "")
    return named.group() if named else None
