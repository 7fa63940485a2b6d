"""The API keys that the sandbox knows. They are invented and fixed, and no other server takes them.

| key | account | mode | may read and change |
| --- | --- | --- | --- |
| `sk_test_sandbox` | the platform | test | everything; connected accounts by `Stripe-Account` |
| `sk_live_sandbox` | the platform | live | the same in live mode |
| `rk_test_sandbox` | the platform | test | all but `RESTRICTED_FROM`; no connected account's data |
| `sk_test_second` | `SECOND` | test | its own data |
| `sk_test_51SandboxSecond00AsLongAsStripes` | `SECOND` | test | the same |
| `pk_test_sandbox` | the platform | test | nothing: it is a publishable key |

`SECOND` is another business, without Connect, Issuing and Treasury. The long key is as long as
Stripe's: some programs refuse a shorter one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PLATFORM = "acct_1SandboxPlatform"
SECOND = "acct_1SandboxSecond00"
CONNECTED_US = "acct_1SandboxAtelier0"
CONNECTED_JP = "acct_1SandboxKissaten"

RESTRICTED_FROM = (
    "account",
    "radar.",
    "identity.",
    "reporting.",
    "scheduled_query_run",
    "topup",
    "review",
)
"""Resources that the restricted key may not read. A name that ends with a dot is a whole area."""

NOT_SET_UP = ("issuing.", "treasury.", "climate.", "v2.money_management.")
"""Areas that the second account has not signed up for. Stripe answers their calls with 400."""


@dataclass(frozen=True, slots=True)
class Key:
    text: str
    account: str
    livemode: bool
    kind: Literal["secret", "restricted", "publishable"] = "secret"
    denied: tuple[str, ...] = ()
    """Resources and areas that the key has no permission for (403)."""
    missing: tuple[str, ...] = ()
    """Resources and areas that the account has not set up (400)."""
    connect: bool = True
    """Whether the key reads connected accounts."""

    @property
    def shown(self) -> str:
        return masked(self.text)


def covers(areas: tuple[str, ...], resource: str) -> bool:
    """Whether one of these resources or areas has the resource."""
    return any(
        resource == area or (area.endswith(".") and resource.startswith(area)) for area in areas
    )


def masked(key: str) -> str:
    """The key as Stripe's messages show it: its kind and its last four characters."""
    head, _, tail = key.rpartition("_")
    return f"{head}_***{tail[-4:]}" if head else "***"


KEYS: dict[str, Key] = {
    key.text: key
    for key in (
        Key("sk_test_sandbox", PLATFORM, False),
        Key("sk_live_sandbox", PLATFORM, True),
        Key(
            "rk_test_sandbox",
            PLATFORM,
            False,
            "restricted",
            denied=RESTRICTED_FROM,
            connect=False,
        ),
        Key("sk_test_second", SECOND, False, missing=NOT_SET_UP, connect=False),
        Key(
            "sk_test_51SandboxSecond00AsLongAsStripes",
            SECOND,
            False,
            missing=NOT_SET_UP,
            connect=False,
        ),
        Key("pk_test_sandbox", PLATFORM, False, "publishable"),
    )
}
