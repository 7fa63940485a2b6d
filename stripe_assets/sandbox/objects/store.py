"""Records in tables: a table for each resource, a space of tables for each account and mode."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Sort = tuple[int, str]
"""The order of lists: (created, id)."""
Body = dict[str, Any]
"""An object's fields."""


def scoped(parent: str, id: str) -> str:
    """The table's key of an object whose id is unique only below its parent, as a capability's."""
    return f"{parent}/{id}"


@dataclass(slots=True, eq=False)
class Record:
    """One object.

    In `body`, a reference and an embedded object are an id, and a sublist is absent. `render`
    puts them in.
    """

    resource: str
    id: str
    body: Body
    created: int
    parent: tuple[str, str] | None = None
    """(the parent's id, last part of the nested route), where no field names the parent."""
    links: dict[str, str] = field(default_factory=dict)
    """Values that a list filters by although no field has them, as a transaction's `payout`."""
    deleted: bool = False
    """Whether it is deleted but still retrieved, as a stub. Only a customer is."""
    rendered: dict[tuple[str, ...], tuple[int, bytes]] = field(default_factory=dict)
    """Key of what is expanded → (the store's version, JSON)."""

    @property
    def sort(self) -> Sort:
        return (self.created, self.id)


@dataclass(slots=True)
class Table:
    by_id: dict[str, Record] = field(default_factory=dict)
    order: list[Sort] = field(default_factory=list)
    """Oldest first. Lists begin at its end."""
    unlisted: set[str] = field(default_factory=set)
    """Ids that are in no list: inline prices, the account itself, deleted customers."""
    late: set[str] = field(default_factory=set)
    """Ids of new objects that lists do not have yet: Stripe's lists are eventually consistent."""
    changes: int = 0
    """Counts the changes. An index of an earlier count is made anew."""
    indexes: dict[str, tuple[int, dict[Any, list[Sort]]]] = field(default_factory=dict)

    def put(self, record: Record, listed: bool = True) -> Record:
        if record.id not in self.by_id:
            insort(self.order, record.sort)
        self.by_id[record.id] = record
        self.changes += 1
        if not listed:
            self.unlisted.add(record.id)
        return record

    def remove(self, id: str) -> None:
        record = self.by_id.pop(id)
        del self.order[bisect_left(self.order, record.sort)]
        self.unlisted.discard(id)
        self.late.discard(id)
        self.changes += 1

    def list_now(self, record: Record) -> None:
        """From now on lists have the record, if it still exists."""
        if self.by_id.get(record.id) is record:
            self.late.discard(record.id)

    def index(self, name: str) -> dict[Any, list[Sort]]:
        """Value → sort keys, oldest first: of a top-level field, or of `Record.parent`."""
        found = self.indexes.get(name)
        if found and found[0] == self.changes:
            return found[1]
        made: dict[Any, list[Sort]] = {}
        for sort in self.order:
            record = self.by_id[sort[1]]
            value = record.parent if name == "parent" else record.body.get(name)
            if isinstance(value, str | tuple):
                made.setdefault(value, []).append(sort)
        self.indexes[name] = (self.changes, made)
        return made

    def newest_first(self) -> Iterator[Record]:
        """The records that lists have."""
        for _, id in reversed(self.order):
            if id not in self.unlisted:
                yield self.by_id[id]


@dataclass(slots=True)
class Space:
    """The data of one account in one mode."""

    account: str
    livemode: bool
    tables: dict[str, Table] = field(default_factory=dict)

    def table(self, resource: str) -> Table:
        found = self.tables.get(resource)
        if found is None:
            found = self.tables[resource] = Table()
        return found

    def find(self, id: object, targets: tuple[str, ...] | list[str]) -> Record | None:
        """The record of one of these resources with this id, listed or not."""
        for resource in targets:
            table = self.tables.get(resource)
            if table and (record := table.by_id.get(str(id))):
                return record
        return None

    def listed(self, resource: str) -> list[Record]:
        """The records that lists have, oldest first."""
        table = self.table(resource)
        return [table.by_id[id] for _, id in table.order if id not in table.unlisted]


@dataclass(slots=True)
class Store:
    spaces: dict[tuple[str, bool], Space] = field(default_factory=dict)
    platforms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Platform → its connected accounts, also closed ones."""
    closed: set[tuple[str, bool]] = field(default_factory=set)
    """(account, livemode) of connected accounts that their platform has no access to any more."""
    version: int = 0
    """Counts the changes. JSON of an earlier count is rendered anew."""

    def space(self, account: str, livemode: bool) -> Space:
        key = (account, livemode)
        if key not in self.spaces:
            self.spaces[key] = Space(account, livemode)
        return self.spaces[key]

    def platform_of(self, space: Space) -> Space | None:
        """The data of a connected account's platform. None for an account that is not connected."""
        for platform, connected in self.platforms.items():
            if space.account in connected:
                return self.spaces.get((platform, space.livemode))
        return None

    def elsewhere(
        self, space: Space, id: object, targets: tuple[str, ...] | list[str]
    ) -> Record | None:
        """A record of another account in the same mode.

        A transfer's destination and an application fee's charge are such references.
        """
        for (_, livemode), other in self.spaces.items():
            if livemode != space.livemode or other is space:
                continue
            if record := other.find(id, targets):
                return record
        return None
