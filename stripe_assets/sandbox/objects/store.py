"""What exists: records in tables, a table per resource, a space of tables per account and mode."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Sort = tuple[int, str]
Body = dict[str, Any]


def scoped(parent: str, id: str) -> str:
    """The key of an object whose id is only its own below its parent (a capability's)."""
    return f"{parent}/{id}"


@dataclass(slots=True, eq=False)
class Record:
    """One object. In `body` a reference and an embedded object are an id, and a sublist is absent: both are rendered."""

    resource: str
    id: str
    body: Body
    created: int
    parent: tuple[str, str] | None = None
    """(id, last part of the route) of what owns it, where no field of it says so."""
    links: dict[str, str] = field(default_factory=dict)
    """What a list may filter by although no field carries it (`balance_transaction` by `payout`)."""
    deleted: bool = False
    """A customer whose retrieve still gives a stub."""
    rendered: dict[tuple[str, ...], tuple[int, bytes]] = field(default_factory=dict)

    @property
    def sort(self) -> Sort:
        return (self.created, self.id)


@dataclass(slots=True)
class Table:
    by_id: dict[str, Record] = field(default_factory=dict)
    order: list[Sort] = field(default_factory=list)
    """Ascending; lists are read from its end."""
    unlisted: set[str] = field(default_factory=set)
    """Retrievable, in no list: inline prices, one's own account, the deleted."""
    late: set[str] = field(default_factory=set)
    """New, and not yet in lists: they are only eventually consistent."""
    changes: int = 0
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

    def appear(self, record: Record) -> None:
        """From now on lists have it, if it is still there."""
        if self.by_id.get(record.id) is record:
            self.late.discard(record.id)

    def index(self, name: str) -> dict[Any, list[Sort]]:
        """Sort keys (ascending) by a top-level field's value, or by `parent`. Made when first asked for."""
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
        for resource in targets:
            table = self.tables.get(resource)
            if table and (record := table.by_id.get(str(id))):
                return record
        return None

    def some(self, resource: str) -> list[Record]:
        """Its listed records, oldest first."""
        table = self.table(resource)
        return [table.by_id[id] for _, id in table.order if id not in table.unlisted]


@dataclass(slots=True)
class Store:
    spaces: dict[tuple[str, bool], Space] = field(default_factory=dict)
    platforms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Platform → its connected accounts."""
    closed: set[tuple[str, bool]] = field(default_factory=set)
    """Connected accounts whose platform has no access any more."""
    version: int = 0
    """Counts changes: what was rendered before one is rendered again."""

    def space(self, account: str, livemode: bool) -> Space:
        key = (account, livemode)
        if key not in self.spaces:
            self.spaces[key] = Space(account, livemode)
        return self.spaces[key]

    def platform_of(self, space: Space) -> Space | None:
        """The platform's data, for a connected account."""
        for platform, connected in self.platforms.items():
            if space.account in connected:
                return self.spaces.get((platform, space.livemode))
        return None

    def elsewhere(self, space: Space, id: object, targets: tuple[str, ...] | list[str]) -> Record | None:
        """A record of another account in this mode: a transfer's destination, an application fee's charge."""
        for (_, livemode), other in self.spaces.items():
            if livemode == space.livemode and other is not space and (record := other.find(id, targets)):
                return record
        return None
