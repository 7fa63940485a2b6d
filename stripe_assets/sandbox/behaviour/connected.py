"""A connected account comes and goes: its platform's access to it, and the events that say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.behaviour.changes import Changes, Event
from stripe_assets.sandbox.business import payments
from stripe_assets.sandbox.business.builder import Builder
from stripe_assets.sandbox.business.filler import fill
from stripe_assets.sandbox.objects.events import ACCOUNT_IN
from stripe_assets.sandbox.objects.store import Body, Record


def open(changes: Changes, given: Mapping[str, Any], event: Event = True) -> Record:
    """A new connected account, empty, in its platform's list; or a closed one that gives access again."""
    store, platform = changes.world.store, changes.space
    account = changes.create("account", {"type": "standard", "charges_enabled": True, "details_submitted": True, **given}, event=False)
    own = store.space(account.id, platform.livemode)
    own.table("account").put(account, listed=False)
    seed, now = changes.world.settings.seed, changes.world.clock.now()
    if not own.table("balance").by_id:
        payments.balance(Builder(store, own, seed, now))
    fill(own, seed, now, 0)
    store.platforms[platform.account] = tuple(dict.fromkeys((*store.platforms.get(platform.account, ()), account.id)))
    store.closed.discard((account.id, platform.livemode))
    if event is not False:
        changes.announce("account.application.authorized" if event is True else event, _application(changes), space=own)
    return account


def close(changes: Changes, account: Record, event: Event = True) -> Event:
    """The platform has no access from now on, and nothing of the account. Raises ValueError for one that is not connected.

    The account's own events can no longer be read: the platform's have this one, as an event of that account.
    """
    store, platform = changes.world.store, changes.space
    if account.id not in store.platforms.get(platform.account, ()):
        raise ValueError(f"{account.id} is not a connected account of {platform.account}")
    store.closed.add((account.id, platform.livemode))
    for resource, field in ACCOUNT_IN.items():
        table = platform.table(resource)
        for record in [one for one in table.by_id.values() if one.body.get(field) == account.id and one is not account]:
            table.remove(record.id)
    if event is not False:
        changes.announce("account.application.deauthorized" if event is True else event, _application(changes), account=account.id)
    return False


def _application(changes: Changes) -> Body:
    """The platform's, as an event carries it."""
    application = next(iter(changes.space.some("application")), None)
    return changes.shown(application) if application else {"id": None, "object": "application", "name": None}
