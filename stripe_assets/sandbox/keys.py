"""The keys that the sandbox knows. They are made up, fixed, and open nothing anywhere else.

| key | account | mode | may |
| --- | --- | --- | --- |
| `sk_test_sandbox` | the platform | test | everything, and its connected accounts through `Stripe-Account` |
| `sk_live_sandbox` | the platform | live | the same in live mode |
| `rk_test_sandbox` | the platform | test | not the resources of `RESTRICTED_FROM`; no connected accounts' own data |
| `sk_test_second` | another business without Connect, Issuing and Treasury | test | its own data |
| `sk_test_51SandboxSecond00AsLongAsStripes` | the same business | test | the same; as long as Stripe's, which others insist on |
| `pk_test_sandbox` | the platform | test | nothing: a publishable key |
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PLATFORM = "acct_1SandboxPlatform"
SECOND = "acct_1SandboxSecond00"
CONNECTED_US = "acct_1SandboxAtelier0"
CONNECTED_JP = "acct_1SandboxKissaten"

RESTRICTED_FROM = ("account", "radar.", "identity.", "reporting.", "scheduled_query_run", "topup", "review")
"""Resources, or areas when they end with a dot, that the restricted key is refused."""

NOT_SET_UP = ("issuing.", "treasury.", "climate.", "v2.money_management.")
"""Areas that the second account has not signed up for: Stripe answers these with 400."""


@dataclass(frozen=True, slots=True)
class Key:
    text: str
    account: str
    livemode: bool
    kind: Literal["secret", "restricted", "publishable"] = "secret"
    denied: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    connect: bool = True

    @property
    def shown(self) -> str:
        return masked(self.text)


def covers(areas: tuple[str, ...], resource: str) -> bool:
    return any(resource == area or (area.endswith(".") and resource.startswith(area)) for area in areas)


def masked(key: str) -> str:
    """As Stripe's messages show a key: its kind and the last four characters."""
    head, _, tail = key.rpartition("_")
    return f"{head}_***{tail[-4:]}" if head else "***"


KEYS: dict[str, Key] = {
    key.text: key
    for key in (
        Key("sk_test_sandbox", PLATFORM, False),
        Key("sk_live_sandbox", PLATFORM, True),
        Key("rk_test_sandbox", PLATFORM, False, "restricted", denied=RESTRICTED_FROM, connect=False),
        Key("sk_test_second", SECOND, False, missing=NOT_SET_UP, connect=False),
        Key("sk_test_51SandboxSecond00AsLongAsStripes", SECOND, False, missing=NOT_SET_UP, connect=False),
        Key("pk_test_sandbox", PLATFORM, False, "publishable"),
    )
}
