"""Creates, changes and deletes any object, and writes the event of each change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.sandbox.behaviour import older
from stripe_assets.sandbox.behaviour.deliveries import mark_delivery
from stripe_assets.sandbox.behaviour.world import World
from stripe_assets.sandbox.objects.complete import complete, rfc3339
from stripe_assets.sandbox.objects.events import ACCOUNT_IN, add_event, snapshot, type_of
from stripe_assets.sandbox.objects.ids import new_id
from stripe_assets.sandbox.objects.relations import SUBLISTS
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Body, Record, Space, Table

STUBS = frozenset({"customer"})
"""Resources that Stripe still returns after their deletion, as a stub. Others give a 404."""

Event = bool | str
"""Which event a change writes. False: none. True: of the type that Stripe sends. Text: of this
type."""


class Changes:
    """Changes to one account's data.

    `request` and `idempotency_key` are those of the call. The events of its changes name them.
    """

    def __init__(
        self,
        world: World,
        space: Space,
        request: str | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        self.world, self.space = world, space
        self.request, self.idempotency_key = request, idempotency_key

    def snapshot(self, record: Record) -> Body:
        return snapshot(self.world.store, self.space, record)

    def existing(self, resource: str, id: str) -> Record:
        """Raises ValueError where there is no such object, or where it is deleted."""
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
        """Creates an object. Fields that `given` leaves out get null or the least allowed value.

        Raises ValueError for an unknown resource, and for an id that is already in use.
        """
        if resource not in schemas():
            raise ValueError(f"there is no resource {resource!r}")
        table = self.space.table(resource)
        id = str(given.get("id") or self._id(resource))
        if id in table.by_id and not table.by_id[id].deleted:
            raise ValueError(f"the {resource} {id} already exists")
        if id in table.by_id:
            table.remove(id)
        now = self.world.clock.now()
        created = given.get("created", now)
        at = created if isinstance(created, int) else now
        body = self._body(resource, id, given, created, now)
        record = Record(resource, id, body, at, parent, dict(links or {}))
        table.put(record, listed)
        self._delay_listing(table, record)
        if other := self._other_side(record):
            other.table(resource).put(record)
        self._count_change()
        self.emit_change(record, "created", event)
        return record

    def _id(self, resource: str) -> str:
        space, seed = self.space, self.world.settings.seed
        number = self.world.store.version
        id = new_id(resource, seed, space.account, space.livemode, "made", number)
        return id.replace("_test_", "_live_", 1) if space.livemode else id

    def _body(
        self, resource: str, id: str, given: Mapping[str, Any], created: Any, now: int
    ) -> Body:
        schema = schemas()[resource]
        known = {
            "id": id,
            "object": resource,
            "livemode": self.space.livemode,
            "created": created if schema.version == "v1" else rfc3339(now),
        }
        known = {name: value for name, value in known.items() if name in schema.fields}
        body = complete(resource, {**known, **given}, now)
        for owner, path in SUBLISTS:
            if owner == resource:
                body.pop(path, None)
        return body

    def _delay_listing(self, table: Table, record: Record) -> None:
        delay = self.world.conditions.list_delay
        if delay and delay.covers(record.resource) and record.id not in table.unlisted:
            table.late.add(record.id)
            due = self.world.clock.now() + delay.seconds
            self.world.agenda.add(due, lambda: table.list_now(record))

    def _account_of(self, record: Record) -> str | None:
        return record.body.get(ACCOUNT_IN.get(record.resource, ""))

    def _other_side(self, record: Record) -> Space | None:
        """The other data that has the same record, if there is any.

        A connected account's person, capability or bank account is in the account's own data and
        in its platform's.
        """
        store, account = self.world.store, self._account_of(record)
        if account is None:
            return None
        if account == self.space.account:
            return store.platform_of(self.space)
        return store.spaces.get((account, self.space.livemode))

    def change(
        self,
        record: Record,
        changes: Mapping[str, Any],
        *,
        event: Event = True,
        action: str = "updated",
    ) -> None:
        """Sets top-level fields. The event has the values that they had before."""
        before = self.snapshot(record)
        record.body = {**record.body, **changes}
        self.space.table(record.resource).changes += 1
        if other := self._other_side(record):
            other.table(record.resource).changes += 1
        self._count_change()
        after = self.snapshot(record)
        previous = {
            name: before.get(name)
            for name in {**before, **after}
            if before.get(name) != after.get(name)
        }
        if previous or isinstance(event, str):
            self.emit_change(record, action, event, previous=previous)

    def delete(self, record: Record, *, event: Event = True) -> Body:
        """Removes an object, or keeps it as a stub (`STUBS`). Returns the answer to the call."""
        table = self.space.table(record.resource)
        last = self.snapshot(record)
        if record.resource in STUBS:
            record.deleted = True
            table.unlisted.add(record.id)
            table.changes += 1
        else:
            table.remove(record.id)
            other = self._other_side(record)
            if other and other.table(record.resource).by_id.get(record.id) is record:
                other.table(record.resource).remove(record.id)
        self._count_change()
        self.emit_change(record, "deleted", event, last=last)
        id = record.body.get("id", record.id)
        return {"id": id, "object": record.resource, "deleted": True}

    def emit_change(
        self,
        record: Record,
        action: str,
        event: Event = True,
        *,
        previous: Mapping[str, Any] | None = None,
        last: Body | None = None,
    ) -> None:
        """Writes the event of a change, if it has one.

        `action` is what happened: `created`, `updated`, `deleted`. `previous` has the former
        values of the changed fields. `last` is the object before its deletion.
        """
        type = event if isinstance(event, str) else type_of(record, action)
        if event is False or type is None:
            return
        # A change of a connected account's object is an event of that account, also where its
        # platform made the change.
        owner = (self._account_of(record) or self.space.account, self.space.livemode)
        data, version = last or self.snapshot(record), self.world.conditions.event_version
        if version:
            data = older.rendered(self.space, data, version)
        space = self.world.store.spaces.get(owner, self.space)
        self.emit(type, data, space=space, previous=previous)

    def emit(
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
        """Writes an event of any type and with any payload. A present outage covers it too."""
        world, space, now = self.world, space or self.space, self.world.clock.now()
        outage = world.conditions.deliveries.outage(world.store, space, type)
        event = add_event(
            world.store,
            space,
            type,
            data,
            now if created is None else created,
            world.settings.seed,
            account=account,
            api_version=api_version or world.conditions.event_version,
            previous=previous,
            request=self.request,
            idempotency_key=self.idempotency_key,
            pending_webhooks=1 if outage else 0,
        )
        if outage and outage.delay is not None:
            world.agenda.add(now + outage.delay, lambda: mark_delivery(event, delivered=True))
        self._delay_listing(space.table("event"), event)
        self._count_change()
        return event

    def _count_change(self) -> None:
        self.world.store.version += 1
