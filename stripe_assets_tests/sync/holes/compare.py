"""The rows of the mirror beside the truth: each difference, with its model, account and id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from stripe_assets.catalog import Resource, catalog
from stripe_assets.mirror import Mirror, Owner
from stripe_assets_tests.generated import as_mirrored, at, sublists_as_lists
from stripe_assets_tests.sync.holes.asked import Asked
from stripe_assets_tests.sync.holes.server import FaultySandbox
from stripe_assets_tests.sync.walk import Found

What = Literal["missing", "extra", "called deleted", "called absent", "differs"]

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    what: What
    model: str
    account: str
    id: str
    field: str = ""
    """For `differs`: the field that has another value."""
    said: str = ""
    """What the two have, or what the mirror says."""

    def __str__(self) -> str:
        field = f".{self.field}" if self.field else ""
        said = f" ({self.said})" if self.said else ""
        return f"{self.what}: {self.model} {self.id}{field} of {self.account}{said}"


@dataclass(frozen=True, slots=True)
class Sides:
    mirror: Mirror
    sandbox: FaultySandbox
    truth: Found
    models: Sequence[str]
    accounts: Sequence[str]

    def differences(self) -> list[Difference]:
        found = [one for model in self.models for one in self._of_model(model)]
        return found + list(self._false_absences())

    def _of_model(self, model: str) -> Iterator[Difference]:
        wanted: dict[str, dict[str, Object]] = {account: {} for account in self.accounts}
        for (name, account, id_), obj in self.truth.items():
            if name == model:
                wanted[account][id_] = obj
        rows = self._rows(model)
        for account, objects in wanted.items():
            its = {id_: state for (owner, id_), state in rows.items() if owner == account}
            yield from self._of_rows(model, account, objects, its)
            there = [id_ for id_ in objects if its.get(id_) == "live"]
            stored = self.mirror.rows.read_many(model, Owner(account, False), there)
            for id_ in there:
                yield from _fields(catalog()[model], account, id_, objects[id_], stored[id_])

    def _of_rows(
        self, model: str, account: str, objects: Mapping[str, Object], rows: Mapping[str, str]
    ) -> Iterator[Difference]:
        for id_ in objects.keys() - rows.keys():
            yield Difference("missing", model, account, id_)
        for id_, state in rows.items():
            exists = id_ in objects or self._exists(model, account, id_)
            if state == "deleted" and exists:
                yield Difference("called deleted", model, account, id_)
            elif state == "embedded" and id_ in objects:
                yield Difference("missing", model, account, id_, said="it was only embedded")
            elif state == "live" and not exists:
                yield Difference("extra", model, account, id_)

    def _rows(self, model: str) -> dict[tuple[str, str], str]:
        """(Account, id) → whether the row is live, deleted, or only came embedded elsewhere."""
        table = self.mirror.tables[model].c
        query = sa.select(table._account_id, table.id, table._observed_at, table._deleted_at)
        with self.mirror.connection() as connection:
            return {
                (account, id_): "deleted" if deleted else "live" if observed else "embedded"
                for account, id_, observed, deleted in connection.execute(query)
            }

    def _exists(self, model: str, account: str, id_: str) -> bool:
        """Whether Stripe has the object, in a list or not."""
        space = self.sandbox.world.store.spaces.get((account, False))
        table = space.tables.get(model) if space else None
        record = table.by_id.get(id_) if table else None
        return record is not None and not record.deleted

    def _false_absences(self) -> Iterator[Difference]:
        """Yields what is recorded as absent although Stripe returns it by its id."""
        absence = self.mirror.tables.own["_absence"].c
        query = sa.select(absence.resource, absence._account_id, absence.id, absence.reason)
        with self.mirror.connection() as connection:
            recorded = connection.execute(query).all()
        for model, account, id_, reason in recorded:
            route = catalog()[model].retrieve
            if account not in self.accounts or not route or route.params:
                continue
            path = route.path.replace("{id}", id_)
            header = "" if account == self.accounts[0] else account
            is_fact = any(one.concerns(Asked(path, "", header)) for one in self.sandbox.facts)
            if not is_fact and self._exists(model, account, id_):
                yield Difference("called absent", model, account, id_, said=reason)


def _fields(
    resource: Resource, account: str, id_: str, true: Object, stored: Object
) -> Iterator[Difference]:
    """Yields the fields that differ. A sublist with other items is a fault of the items' model.

    Its items count only where no route reads them by themselves: else their rows may come from
    another list.
    """
    sublists = [field for field in resource.fields if field.kind == "sublist"]
    for field in sublists:
        if not _is_sublist(value := at(stored, field.path)):
            yield Difference("differs", resource.name, account, id_, field.name, repr(value))
            return
    expected = as_mirrored(catalog(), resource, true)
    got = sublists_as_lists(catalog(), resource, stored)
    for field in sublists:
        ours, theirs = (_items(obj, field.path) for obj in (expected, got))
        if field.read_to_end and list(ours) != list(theirs):
            for model in sorted({*ours.values(), *theirs.values()}):
                if catalog()[model].retrieve:
                    continue
                said = f"{resource.name}.{field.name}: {list(ours)} is {list(theirs)}"
                yield Difference("differs", model, account, id_, "_position", said)
    ignored = {field.path[0] for field in sublists}
    for name in (expected.keys() | got.keys()) - ignored:
        if expected.get(name) != got.get(name):
            said = f"{expected.get(name)!r} is {got.get(name)!r}"
            yield Difference("differs", resource.name, account, id_, name, said)


def _is_sublist(value: Any) -> bool:
    """Whether what the mirror returns for a sublist has the shape of one. None: it has none."""
    data = value.get("data") if isinstance(value, dict) else []
    is_list = isinstance(data, list) and all(isinstance(item, dict) for item in data)
    return value is None or (isinstance(value, dict) and is_list)


def _items(obj: Object, path: tuple[str, ...]) -> dict[str, str]:
    """The items of a sublist: id → model."""
    return {one["id"]: str(one.get("object")) for one in at(obj, path) or ()}
