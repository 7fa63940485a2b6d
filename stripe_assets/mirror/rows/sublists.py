"""The sublists of an answer: their items as rows, and which of them were returned whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.batch import Batch, OpenSublist, Owner, ParentRef, WholeSublists
from stripe_assets.mirror.rows.compiled import RowCompiler, RowCompilers
from stripe_assets.mirror.rows.group import Group, Groups, asked_below
from stripe_assets.mirror.tables.layout import read_at_column

Listed = dict[tuple[RowCompiler, str], tuple[list[Any], list[str], list[int]]]
"""(Compiler, account) → the items of sublists, their parents' ids and their positions."""


class Sublists:
    """Takes sublists apart. Their items become rows through `groups`."""

    def __init__(
        self,
        compilers: RowCompilers,
        batch: Batch,
        livemode: bool,
        observed_at: datetime,
        groups: Groups,
    ) -> None:
        self._compilers = compilers
        self._batch = batch
        self._livemode = livemode
        self._observed_at = observed_at
        self._groups = groups
        self._whole: dict[tuple[str, str, str], tuple[Field, list[str]]] = {}
        """(Resource, field, account) → the parents whose sublist was returned whole."""

    def take(self, field: Field, found: Iterable[tuple[int, Any]], group: Group) -> list[int]:
        """Takes one field's sublists, each given with its parent's place in the group.

        Returns the places of values that are not sublists, or whose items no row can hold.
        """
        name, count = group.compiler.resource.name, self._batch.objects
        read_whole = group.read_whole.setdefault(read_at_column(field.name), set())
        listed: Listed = {}
        whole: dict[str, list[str]] = {}
        refused = []
        for place, value in found:
            items: Any = value.get("data") if type(value) is dict else None
            compilers = self._compilers_of(field, items) if type(items) is list else None
            if compilers is None:
                refused.append(place)
                continue
            id, account_id = group.ids[place], group.account_ids[place]
            for position, (compiler, item) in enumerate(zip(compilers, items, strict=True)):
                objs, parents, positions = listed.setdefault((compiler, account_id), ([], [], []))
                objs.append(item)
                parents.append(id)
                positions.append(position)
            count += len(items)
            if not (group.observed and field.read_to_end):
                continue
            has_more = value.get("has_more")
            if type(has_more) is not bool:
                self.not_read(field, [place], group)
            elif has_more:
                cursor, seen = items[-1]["id"] if items else None, len(items)
                self._batch.sublists.append(
                    self._open(field, group, place, cursor, seen, value.get("url"))
                )
            else:
                read_whole.add(place)
                whole.setdefault(account_id, []).append(id)
        parent, asked = (name, field.name), asked_below(group.asked, *field.path, "data")
        for (compiler, account_id), (objs, parents, positions) in listed.items():
            below = (parent, parents, positions)
            self._groups.add(compiler, objs, account_id, group.observed, *below, asked=asked)
        for account_id, ids in whole.items():
            self._whole.setdefault((name, field.name, account_id), (field, []))[1].extend(ids)
        if group.observed:
            self._batch.objects = count
        return refused

    def not_read(
        self, field: Field, places: Iterable[int], group: Group, *, absent: bool = False
    ) -> None:
        """Notes sublists that the answer has not, or not as lists."""
        if field.read_to_end and field.url and group.observed and not group.deleted:
            opened = (self._open(field, group, place, None, 0) for place in places)
            self._batch.unread += [replace(one, absent=absent) for one in opened]

    def _open(
        self,
        field: Field,
        group: Group,
        place: int,
        cursor: str | None,
        seen: int,
        url: object = None,
    ) -> OpenSublist:
        """A sublist that is to be read from a cursor, or from its start."""
        id, account_id = group.ids[place], group.account_ids[place]
        return OpenSublist(
            ParentRef(group.compiler.resource.name, id, field.name),
            Owner(account_id, self._livemode),
            field.targets,
            (field.url or str(url)).replace("{id}", quote(id, safe="")),
            cursor,
            seen,
            self._observed_at,
        )

    def closed(self) -> list[WholeSublists]:
        """The sublists that the answer returned whole."""
        return [
            WholeSublists(
                field.targets,
                resource,
                name,
                Owner(account_id, self._livemode),
                dict.fromkeys(ids, self._observed_at),
                with_parents=True,
            )
            for (resource, name, account_id), (field, ids) in self._whole.items()
        ]

    def _compilers_of(self, field: Field, items: list[Any]) -> list[RowCompiler] | None:
        """The compiler of each item. None where no row can hold one of the items."""
        compilers = []
        for item in items:
            compiler = (
                self._compilers.of_object(item, field.targets)
                if type(item) is dict and type(item.get("id")) is str
                else None
            )
            if compiler is None:
                return None
            compilers.append(compiler)
        return compilers
