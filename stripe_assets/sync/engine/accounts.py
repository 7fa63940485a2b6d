"""The accounts that a key reaches: its own, and on Connect the connected ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stripe_assets.catalog.model import Resource
from stripe_assets.catalog.roles import OWN_ACCOUNT
from stripe_assets.stripe_api import (
    Answer,
    ApiKey,
    Failure,
    InvalidApiKey,
    InvalidRequest,
    MalformedPage,
    StripeApi,
    StripeError,
    items,
    next_cursor,
)


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """The accounts of one answer."""

    path: str
    accounts: list[dict[str, Any]]
    answer: Answer


class Accounts:
    """Asks Stripe for the accounts of a key, once for each page."""

    def __init__(self, api: StripeApi, key: ApiKey, resource: Resource) -> None:
        self._api = api
        self._key = key
        self._route = resource.routes[0]
        self._expand = list(resource.expand)
        self.refused: dict[str, str] = {}
        """What could not be read → Stripe's reason."""

    def own(self) -> tuple[str, AccountsPage | None]:
        """Returns the id of the key's account, and Stripe's answer where the key may read it.

        A restricted key may not read its account. Then Stripe's refusal names the account, or
        `keys add --account` did. Raises InvalidApiKey when neither did, or when the alias was
        added for another account.
        """
        key = self._key
        try:
            answer = self._get(OWN_ACCOUNT, OWN_ACCOUNT, "")
        except StripeError as refusal:
            if not refusal.unavailable:
                raise
            account_id = key.account_id or _account_named_in(refusal)
            if account_id is None:
                raise InvalidApiKey(
                    f"{key.alias}: Stripe does not say which account the key belongs to"
                    f" ({refusal.reason}); name the account with:"
                    f" stripe-assets keys add {key.alias} --account acct_…"
                ) from None
            self.refused[OWN_ACCOUNT] = refusal.reason
            return account_id, None
        account_id = account_id_of(answer.body, OWN_ACCOUNT)
        if key.account_id not in (None, account_id):
            raise InvalidApiKey(
                f"{key.alias}: this alias was added for {key.account_id}, but its key belongs to"
                f" {account_id}; use another alias for it"
            )
        return account_id, AccountsPage(OWN_ACCOUNT, [answer.body], answer)

    def connected(self) -> Iterator[AccountsPage]:
        """Yields the connected accounts that the key is to cover: the pages of Stripe's list, or
        each account that was chosen.

        Raises InvalidApiKey for a chosen account that cannot be read, and StripeError when Stripe
        cannot be asked.
        """
        if self._key.connected == "all":
            yield from self._listed()
        elif self._key.connected != "none":
            for account_id in self._key.connected:
                yield self._chosen(account_id)

    def _listed(self) -> Iterator[AccountsPage]:
        path = self._route.path
        cursor: str | None = None
        while True:
            page = {"limit": self._route.limit} | ({"starting_after": cursor} if cursor else {})
            try:
                answer = self._get(path, path, "data.", page)
            except StripeError as refusal:
                if not refusal.unavailable or cursor:
                    raise
                self.refused[path] = refusal.reason
                return
            yield AccountsPage(path, items(answer.body, path=path), answer)
            cursor = next_cursor(answer.body, self._route.paging, asked=cursor, path=path)
            if cursor is None:
                return

    def _chosen(self, account_id: str) -> AccountsPage:
        endpoint = f"{self._route.path}/{{id}}"
        try:
            answer = self._get(f"{self._route.path}/{account_id}", endpoint, "")
        except StripeError as refusal:
            if not refusal.unavailable:
                raise
            raise InvalidApiKey(
                f"{self._key.alias}: the connected account {account_id} cannot be read:"
                f" {refusal.reason}"
            ) from None
        return AccountsPage(endpoint, [answer.body], answer)

    def _get(
        self, path: str, endpoint: str, prefix: str, page: dict[str, Any] | None = None
    ) -> Answer:
        """Asks again without expansions where Stripe refuses these: to know the accounts matters
        more."""
        params = dict(page or {})
        try:
            expand = {"expand": [prefix + name for name in self._expand]}
            return self._api.get(path, params | expand, endpoint=endpoint)
        except InvalidRequest as refusal:
            about_expand = refusal.param == "expand" or "expand" in refusal.message
            if not self._expand or not about_expand:
                raise
            self._expand = []
            return self._api.get(path, params, endpoint=endpoint)


def account_id_of(account: dict[str, Any], path: str) -> str:
    """Raises MalformedPage for an account without an id: its rows would have no owner."""
    account_id = account.get("id")
    if not isinstance(account_id, str) or not account_id:
        raise MalformedPage(Failure(path=path, message="an account without an id"))
    return account_id


def _account_named_in(refusal: StripeError) -> str | None:
    named = re.search(r"\bacct_\w+", refusal.message or "")
    return named.group() if named else None
