"""Webhooks: which events an endpoint wants, and which of them do not arrive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from stripe_assets.sandbox.objects.store import Record, Space, Store


def wanted(store: Store, space: Space, type: str) -> bool:
    """Whether an enabled endpoint takes this type: one of the account's, or of its platform when that was made for Connect."""
    platforms = [store.space(platform, space.livemode) for platform, connected in store.platforms.items() if space.account in connected]
    endpoints = [endpoint for endpoint in space.some("webhook_endpoint") if not endpoint.body.get("application")]
    endpoints += [one for platform in platforms for one in platform.some("webhook_endpoint") if one.body.get("application")]
    return any(one.body["status"] == "enabled" and _takes(one.body["enabled_events"], type) for one in endpoints)


def _takes(patterns: Iterable[str], type: str) -> bool:
    return any(fnmatchcase(type, pattern) for pattern in patterns)


@dataclass(frozen=True, slots=True)
class Outage:
    """While it lasts, the events that it covers do not arrive. Where it names an account or types, no endpoint need want them."""

    account: str | None = None
    types: tuple[str, ...] = ()
    delay: int | None = None
    """Seconds after which they arrive all the same; None is never."""

    def covers(self, store: Store, space: Space, type: str) -> bool:
        if self.account not in (None, space.account) or (self.types and not _takes(self.types, type)):
            return False
        return bool(self.account or self.types) or wanted(store, space, type)


@dataclass(slots=True)
class Deliveries:
    outages: list[Outage] = field(default_factory=list)

    def outage(self, store: Store, space: Space, type: str) -> Outage | None:
        """What keeps a new event from arriving: the latest that was said."""
        return next((one for one in reversed(self.outages) if one.covers(store, space, type)), None)

    def recover(self, account: str | None) -> None:
        """Ends all outages, or an account's."""
        self.outages = [one for one in self.outages if account not in (None, one.account)]


def mark(event: Record, delivered: bool) -> None:
    """An attempt succeeded, or all of them failed."""
    event.body = {**event.body, "pending_webhooks": 0 if delivered else 1}
    event.links["delivery"] = "success" if delivered else "failed"


def undelivered(event: Record) -> bool:
    return event.links.get("delivery", "success") != "success"
