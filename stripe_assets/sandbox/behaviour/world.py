"""All of a running sandbox: its data, its clock, and what it was told to do wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_assets.sandbox.behaviour.agenda import Agenda
from stripe_assets.sandbox.behaviour.clock import Clock
from stripe_assets.sandbox.behaviour.deliveries import Deliveries
from stripe_assets.sandbox.behaviour.faults import Faults
from stripe_assets.sandbox.business.founding import found_everything
from stripe_assets.sandbox.calls.call import Reply
from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.limits import Limits
from stripe_assets.sandbox.calls.log import Log
from stripe_assets.sandbox.keys import Key
from stripe_assets.sandbox.objects.store import Space, Store
from stripe_assets.sandbox.settings import Settings, today


@dataclass(frozen=True, slots=True)
class Eventual:
    """New objects are in lists only so many seconds after they were made."""

    seconds: int
    resources: tuple[str, ...] = ()
    """Empty: all, events too."""

    def covers(self, resource: str) -> bool:
        return not self.resources or resource in self.resources


@dataclass(slots=True)
class World:
    settings: Settings
    store: Store
    clock: Clock
    log: Log = field(default_factory=Log)
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    latency: float = 0.0
    only: tuple[str, ...] = ()
    replies: dict[str, Reply] = field(default_factory=dict)
    """By idempotency key."""
    deliveries: Deliveries = field(default_factory=Deliveries)
    eventual: Eventual | None = None
    rendering: str | None = None
    """The API version of new events, where it is not the newest."""
    agenda: Agenda = field(default_factory=Agenda)

    @classmethod
    def of(cls, settings: Settings) -> World:
        now = today() if settings.now is None else settings.now
        store = Store()
        found_everything(store, settings, now)
        return cls(
            settings,
            store,
            Clock(now),
            limits=Limits(settings.rate_limits),
            latency=settings.latency,
            only=settings.only,
        )

    def start_over(self) -> None:
        """All data is again what it was at the start, as of the clock's time now."""
        self.store, self.agenda = Store(), Agenda()
        self.replies.clear()
        found_everything(self.store, self.settings, self.clock.now())

    def catch_up(self) -> None:
        """Lets happen what the clock has reached."""
        if self.agenda.catch_up(self.clock.now()):
            self.store.version += 1

    def space_of(self, key: Key, account: str | None) -> Space:
        """The data that a key asks for, its own or a connected account's. Raises ApiError (403)."""
        if account is None or account == key.account:
            return self.store.space(key.account, key.livemode)
        known = self.store.platforms.get(key.account, ())
        place = (account, key.livemode)
        if not key.connect or account not in known or place not in self.store.spaces or place in self.store.closed:
            message = (
                f"The provided key '{key.shown}' does not have access to account '{account}' "
                "(or that account does not exist). Application access may have been revoked."
            )
            raise ApiError(403, message, code="account_invalid")
        return self.store.space(account, key.livemode)
