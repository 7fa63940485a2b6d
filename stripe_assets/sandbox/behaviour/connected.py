"""The platform's access to a connected account: it begins, and it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes, Event
from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.filler import fill
from stripe_assets.sandbox.objects.events import ACCOUNT_IN
from stripe_assets.sandbox.objects.store import Body, Record

AUTHORIZED = "account.application.authorized"
DEAUTHORIZED = "account.application.deauthorized"


def open(changes: Changes, given: Mapping[str, Any], event: Event = True) -> Record:
    """Adds a new and empty connected account to the platform's list.

    A closed account with the `id` that is `given` gets its data back instead.
    """
    store, platform = changes.world.store, changes.space
    fields = {"type": "standard", "charges_enabled": True, "details_submitted": True, **given}
    account = changes.create("account", fields, event=False)
    own = store.space(account.id, platform.livemode)
    own.table("account").put(account, listed=False)
    seed, now = changes.world.settings.seed, changes.world.clock.now()
    if not own.table("balance").by_id:
        payments.balance(Builder(store, own, seed, now))
    fill(own, seed, now, 0)
    connected = (*store.platforms.get(platform.account, ()), account.id)
    store.platforms[platform.account] = tuple(dict.fromkeys(connected))
    store.closed.discard((account.id, platform.livemode))
    if event is not False:
        type = AUTHORIZED if event is True else event
        changes.emit(type, _application(changes), space=own)
    return account


def close(changes: Changes, account: Record, event: Event = True) -> Event:
    """Ends the platform's access, and removes the account's objects from the platform's data.

    The platform can no longer read the account's own events. The event of this is therefore among
    the platform's events, and names the account. Returns False: the deletion of the account
    itself writes no other event.
    Raises ValueError for an account that is not connected.
    """
    store, platform = changes.world.store, changes.space
    if account.id not in store.platforms.get(platform.account, ()):
        raise ValueError(f"{account.id} is not a connected account of {platform.account}")
    store.closed.add((account.id, platform.livemode))
    for resource, field in ACCOUNT_IN.items():
        table = platform.table(resource)
        for record in list(table.by_id.values()):
            if record.body.get(field) == account.id and record is not account:
                table.remove(record.id)
    if event is not False:
        type = DEAUTHORIZED if event is True else event
        changes.emit(type, _application(changes), account=account.id)
    return False


def _application(changes: Changes) -> Body:
    """The platform's application as an event carries it."""
    application = next(iter(changes.space.listed("application")), None)
    if application is None:
        return {"id": None, "object": "application", "name": None}
    return changes.snapshot(application)
