"""The delivery of events to webhook endpoints: who takes an event, and whether it fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from stripe_assets.sandbox.objects.store import Record, Space, Store


def is_taken(store: Store, space: Space, type: str) -> bool:
    """Whether an enabled endpoint takes the account's events of this type.

    That is an endpoint of the account, or one that its platform made for Connect.
    """
    platforms = [
        store.space(platform, space.livemode)
        for platform, connected in store.platforms.items()
        if space.account in connected
    ]
    endpoints = [one for one in space.listed("webhook_endpoint") if not one.body.get("application")]
    for platform in platforms:
        found = platform.listed("webhook_endpoint")
        endpoints += [one for one in found if one.body.get("application")]
    return any(
        one.body["status"] == "enabled" and _fits(one.body["enabled_events"], type)
        for one in endpoints
    )


def _fits(patterns: Iterable[str], type: str) -> bool:
    return any(fnmatchcase(type, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which deliveries fail.

    It covers the events that an endpoint takes. Where it names an account or types, it covers
    their events also without an endpoint.
    """

    account: str | None = None
    types: tuple[str, ...] = ()
    """Patterns with `*`."""
    delay: int | None = None
    """Seconds after which the delivery succeeds. None: it never does."""

    def covers(self, store: Store, space: Space, type: str) -> bool:
        if self.account not in (None, space.account):
            return False
        if self.types and not _fits(self.types, type):
            return False
        return bool(self.account or self.types) or is_taken(store, space, type)


@dataclass(slots=True)
class Deliveries:
    outages: list[Outage] = field(default_factory=list)

    def outage(self, store: Store, space: Space, type: str) -> Outage | None:
        """The outage that covers a new event: the latest of several. None: it is delivered."""
        covering = (one for one in reversed(self.outages) if one.covers(store, space, type))
        return next(covering, None)

    def recover(self, account: str | None) -> None:
        """Ends the outages of one account, or all of them."""
        self.outages = [one for one in self.outages if account not in (None, one.account)]


def mark_delivery(event: Record, delivered: bool) -> None:
    """Records that an attempt succeeded, or that all of them failed."""
    event.body = {**event.body, "pending_webhooks": 0 if delivered else 1}
    event.links["delivery"] = "success" if delivered else "failed"


def is_undelivered(event: Record) -> bool:
    return event.links.get("delivery", "success") != "success"
