"""Makes the records of one account and mode, complete and with ids that follow from the seed."""

from __future__ import annotations

from typing import Any

from stripe_assets.sandbox.objects.complete import complete
from stripe_assets.sandbox.objects.ids import new_id
from stripe_assets.sandbox.objects.schema import schemas
from stripe_assets.sandbox.objects.store import Record, Space, Store
from stripe_assets.sandbox.settings import DAY


class Builder:
    """`now` is the time of the whole business, in Unix seconds: nothing is newer."""

    def __init__(self, store: Store, space: Space, seed: int, now: int) -> None:
        self.store, self.space, self.seed, self.now = store, space, seed, now
        self._made: dict[str, int] = {}

    def ago(self, days: float) -> int:
        """A time in Unix seconds."""
        return self.now - int(days * DAY)

    def new_id(self, resource: str) -> str:
        n = self._made[resource] = self._made.get(resource, 0) + 1
        id = new_id(resource, self.seed, self.space.account, self.space.livemode, "written", n)
        return id.replace("_test_", "_live_", 1) if self.space.livemode else id

    def add(
        self,
        resource: str,
        created: int,
        *,
        id: str | None = None,
        parent: tuple[str, str] | None = None,
        listed: bool = True,
        links: dict[str, str] | None = None,
        **fields: Any,
    ) -> Record:
        """A new record. Fields that `fields` leaves out are null, empty, false or 0.

        `parent` and `links` are those of `Record`. `listed`: whether lists have it.
        """
        id = self.new_id(resource) if id is None else id
        schema = schemas()[resource]
        known: dict[str, Any] = {"id": id, "object": resource, "livemode": self.space.livemode}
        if schema.version == "v1":
            known["created"] = created
        given = {
            **{name: value for name, value in known.items() if name in schema.fields},
            **fields,
        }
        body = complete(
            resource, {name.rstrip("_"): value for name, value in given.items()}, created
        )
        record = Record(resource, id, body, created, parent, links or {})
        return self.space.table(resource).put(record, listed)

    def listed(self, resource: str) -> list[Record]:
        return self.space.listed(resource)
