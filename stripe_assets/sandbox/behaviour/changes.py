"""Creating, changing and deleting any object, each with its event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.behaviour import older
from stripe_assets.sandbox.behaviour.deliveries import mark
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.objects.events import ACCOUNT_IN, emit, snapshot, type_of
from stripe_assets.sandbox.objects.generate import complete, rfc3339
from stripe_assets.sandbox.objects.ids import new_id
from stripe_assets.sandbox.objects.relations import SUBLISTS
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Body, Record, Space, Table

STUBS = frozenset({"customer"})
"""Deleted ones of these are still retrieved, as a stub; others are gone."""

Event = bool | str
"""False for none, True for the type that Stripe would send, or a type."""


class Changes:
    """Changes to one account's data; `request` and `idempotency_key` are what the events say caused them."""

    def __init__(self, world: World, space: Space, request: str | None = None, idempotency_key: str | None = None) -> None:
        self.world, self.space = world, space
        self.request, self.idempotency_key = request, idempotency_key

    def shown(self, record: Record) -> Body:
        return snapshot(self.world.store, self.space, record)

    def existing(self, resource: str, id: str) -> Record:
        record = self.space.find(id, [resource])
        if record is None or record.deleted:
            raise ValueError(f"there is no {resource} {id}")
        return record

    def create(
        self,
        resource: str,
        given: Mapping[str, Any],
        *,
        parent: tuple[str, str] | None = None,
        links: Mapping[str, str] | None = None,
        listed: bool = True,
        event: Event = True,
    ) -> Record:
        """A new object, completed from the shapes. Raises ValueError for an unknown resource or an id that is taken."""
        if resource not in schemas():
            raise ValueError(f"there is no resource {resource!r}")
        schema = schemas()[resource]
        now = self.world.clock.now()
        table = self.space.table(resource)
        id = str(given.get("id") or self._id(resource))
        if id in table.by_id and not table.by_id[id].deleted:
            raise ValueError(f"the {resource} {id} already exists")
        if id in table.by_id:
            table.remove(id)
        created = given.get("created", now)
        known = {
            "id": id,
            "object": resource,
            "livemode": self.space.livemode,
            "created": created if schema.version == "v1" else rfc3339(now),
        }
        body = complete(resource, {**{name: value for name, value in known.items() if name in schema.fields}, **given}, now)
        for sublist_of, path in SUBLISTS:
            if sublist_of == resource:
                body.pop(path, None)
        record = Record(resource, id, body, created if isinstance(created, int) else now, parent, dict(links or {}))
        table.put(record, listed)
        self._delay(table, record)
        if other := self._other_side(record):
            other.table(resource).put(record)
        self._changed()
        self.tell(record, "created", event)
        return record

    def _delay(self, table: Table, record: Record) -> None:
        eventual = self.world.eventual
        if eventual and eventual.covers(record.resource) and record.id not in table.unlisted:
            table.late.add(record.id)
            self.world.agenda.add(self.world.clock.now() + eventual.seconds, lambda: table.appear(record))

    def _account_of(self, record: Record) -> str | None:
        return record.body.get(ACCOUNT_IN.get(record.resource, ""))

    def _other_side(self, record: Record) -> Space | None:
        """Where else a connected account's person, capability or bank account is: with its platform, or with itself."""
        store, account = self.world.store, self._account_of(record)
        if account is None:
            return None
        if account == self.space.account:
            return store.platform_of(self.space)
        return store.spaces.get((account, self.space.livemode))

    def _id(self, resource: str) -> str:
        id = new_id(resource, self.world.settings.seed, self.space.account, self.space.livemode, "made", self.world.store.version)
        return id.replace("_test_", "_live_", 1) if self.space.livemode else id

    def change(self, record: Record, changes: Mapping[str, Any], *, event: Event = True, action: str = "updated") -> None:
        """Sets top-level fields; the event carries what they were."""
        before = self.shown(record)
        record.body = {**record.body, **changes}
        self.space.table(record.resource).changes += 1
        if other := self._other_side(record):
            other.table(record.resource).changes += 1
        self._changed()
        after = self.shown(record)
        previous = {name: value for name, value in before.items() if name in after and after[name] != value}
        if previous or isinstance(event, str):
            self.tell(record, action, event, previous=previous)

    def delete(self, record: Record, *, event: Event = True) -> Body:
        """Removes an object; a customer stays as a stub."""
        table = self.space.table(record.resource)
        last = self.shown(record)
        if record.resource in STUBS:
            record.deleted = True
            table.unlisted.add(record.id)
            table.changes += 1
        else:
            table.remove(record.id)
            other = self._other_side(record)
            if other and other.table(record.resource).by_id.get(record.id) is record:
                other.table(record.resource).remove(record.id)
        self._changed()
        self.tell(record, "deleted", event, last=last)
        return {"id": record.body.get("id", record.id), "object": record.resource, "deleted": True}

    def tell(
        self, record: Record, action: str, event: Event = True, *, previous: Mapping[str, Any] | None = None, last: Body | None = None
    ) -> None:
        """Writes the event of a change, if there is one."""
        type = event if isinstance(event, str) else type_of(record, action)
        if event is not False and type is not None:
            # What a connected account owns is told in its own events, whoever changed it.
            own = self.world.store.spaces.get((self._account_of(record) or self.space.account, self.space.livemode), self.space)
            shown, version = last or self.shown(record), self.world.rendering
            self.announce(type, older.rendered(self.space, shown, version) if version else shown, space=own, previous=previous)

    def announce(
        self,
        type: str,
        data: Any,
        *,
        space: Space | None = None,
        account: str | None = None,
        created: int | None = None,
        api_version: str | None = None,
        previous: Mapping[str, Any] | None = None,
    ) -> Record:
        """An event, of any type and with any payload, delivered or not as the sandbox was told."""
        world, space, now = self.world, space or self.space, self.world.clock.now()
        outage = world.deliveries.outage(world.store, space, type)
        event = emit(
            world.store,
            space,
            type,
            data,
            now if created is None else created,
            world.settings.seed,
            account=account,
            api_version=api_version or world.rendering,
            previous=previous,
            request=self.request,
            idempotency_key=self.idempotency_key,
            pending_webhooks=1 if outage else 0,
        )
        if outage and outage.delay is not None:
            world.agenda.add(now + outage.delay, lambda: mark(event, delivered=True))
        self._delay(space.table("event"), event)
        self._changed()
        return event

    def _changed(self) -> None:
        self.world.store.version += 1
