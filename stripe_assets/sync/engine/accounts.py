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
    MalformedPage,
    StripeApi,
    StripeError,
)


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """The accounts of one answer."""

    path: str
    accounts: list[dict[str, Any]]
    answer: Answer
    asked: frozenset[str] | None
    """As in a `Page`."""


class Accounts:
    """Asks Stripe for the key's own account, and for those that the user chose."""

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
            answer = self._get(OWN_ACCOUNT, OWN_ACCOUNT)
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
        return account_id, AccountsPage(OWN_ACCOUNT, [answer.body], answer, self._asked)

    def chosen(self) -> Iterator[AccountsPage]:
        """Yields each connected account that the user chose for the key.

        Raises InvalidApiKey for one that cannot be read, and StripeError when Stripe cannot be
        asked.
        """
        if self._key.connected not in ("all", "none"):
            for account_id in self._key.connected:
                yield self._chosen(account_id)

    @property
    def are_listed(self) -> bool:
        """Whether the key covers all connected accounts. `AccountList` reads them."""
        return self._key.connected == "all"

    def _chosen(self, account_id: str) -> AccountsPage:
        endpoint = f"{self._route.path}/{{id}}"
        try:
            answer = self._get(f"{self._route.path}/{account_id}", endpoint)
        except StripeError as refusal:
            if not refusal.unavailable:
                raise
            raise InvalidApiKey(
                f"{self._key.alias}: the connected account {account_id} cannot be read:"
                f" {refusal.reason}"
            ) from None
        return AccountsPage(endpoint, [answer.body], answer, self._asked)

    @property
    def _asked(self) -> frozenset[str]:
        return frozenset(self._expand)

    def _get(self, path: str, endpoint: str) -> Answer:
        """Asks again without expansions where Stripe refuses the request: to know the accounts
        matters more."""
        try:
            expand = {"expand": self._expand} if self._expand else None
            return self._api.get(path, expand, endpoint=endpoint)
        except StripeError as error:
            if not self._expand or not (error.refused or error.can_be_about_size):
                raise
        self._expand = []
        return self._api.get(path, endpoint=endpoint)


def account_id_of(account: dict[str, Any], path: str) -> str:
    """Raises MalformedPage for an account without an id: its rows would have no owner."""
    account_id = account.get("id")
    if not isinstance(account_id, str) or not account_id:
        raise MalformedPage(Failure(path=path, message="an account without an id"))
    return account_id


def _account_named_in(refusal: StripeError) -> str | None:
    named = re.search(r"\bacct_\w+", refusal.message or "")
    return named.group() if named else None
