"""The whole state of a running sandbox: its data, its clock, its log and its conditions."""

from __future__ import annotations

from dataclasses import dataclass, field

from stripe_assets.sandbox.behaviour.agenda import Agenda
from stripe_assets.sandbox.behaviour.clock import Clock
from stripe_assets.sandbox.behaviour.conditions import Conditions
from stripe_assets.sandbox.business.seeding import seed
from stripe_assets.sandbox.calls.call import Reply
from stripe_assets.sandbox.calls.errors import ApiError
from stripe_assets.sandbox.calls.limits import Limits
from stripe_assets.sandbox.calls.log import Log
from stripe_assets.sandbox.keys import Key
from stripe_assets.sandbox.objects.store import Space, Store
from stripe_assets.sandbox.settings import Settings, today


@dataclass(slots=True)
class World:
    settings: Settings
    store: Store
    clock: Clock
    conditions: Conditions
    log: Log = field(default_factory=Log)
    replies: dict[str, Reply] = field(default_factory=dict)
    """Account and idempotency key → the reply to the first call with that key."""
    agenda: Agenda = field(default_factory=Agenda)

    @classmethod
    def of(cls, settings: Settings) -> World:
        now = today() if settings.now is None else settings.now
        store = Store()
        seed(store, settings, now)
        conditions = Conditions(
            limits=Limits(settings.rate_limits),
            latency=settings.latency,
            only=settings.only,
        )
        return cls(settings, store, Clock(now), conditions)

    def start_over(self) -> None:
        """Replaces all data by that of a new sandbox, which starts at the clock's present time."""
        self.store, self.agenda = Store(), Agenda()
        self.replies.clear()
        seed(self.store, self.settings, self.clock.now())

    def catch_up(self) -> None:
        """Runs the actions of the agenda whose time the clock has reached."""
        if self.agenda.catch_up(self.clock.now()):
            self.store.version += 1

    def space_of(self, key: Key, account: str | None) -> Space:
        """The data that a call is about: that of the key's own account, or of a connected one.

        Raises ApiError (403) for an account that the key has no access to.
        """
        if account is None or account == key.account:
            return self.store.space(key.account, key.livemode)
        connected = self.store.platforms.get(key.account, ())
        place = (account, key.livemode)
        is_open = place in self.store.spaces and place not in self.store.closed
        if not (key.connect and account in connected and is_open):
            message = (
                f"The provided key '{key.shown}' does not have access to account '{account}' "
                "(or that account does not exist). Application access may have been revoked."
            )
            raise ApiError(403, message, code="account_invalid")
        return self.store.space(account, key.livemode)
