"""Objects of an answer that become rows with the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import repeat
from typing import Any

from stripe_assets.mirror.rows.compiled import RowCompiler

Parent = tuple[str, str | None]
"""A resource, and the field of its objects that lists other objects."""
Asked = frozenset[str] | None
"""For whole objects: what comes only on request, and was asked for, as paths below an object. A
field that a whole object leaves out is unset. None: the objects are partial, and what they lack
says nothing."""


NOTHING = frozenset[str]()


@cache
def asked_below(asked: Asked, *path: str) -> Asked:
    """What was asked for of the objects at a path inside other objects."""
    if asked is None:
        return None
    above = "".join(f"{name}." for name in path)
    return frozenset(one.removeprefix(above) for one in asked if one.startswith(above))


@dataclass(slots=True)
class Group:
    """The objects of one resource that have the same fields, in columns."""

    compiler: RowCompiler
    observed: bool
    """The rows are observations. Otherwise they only fill rows that are missing."""
    listed: bool
    parent: Parent | None
    """What the objects' parents have in common."""
    asked: Asked
    objs: list[Mapping[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    account_ids: list[str] = field(default_factory=list)
    parent_ids: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    extras: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Place → the fields that have no column, or do not fit theirs."""
    read_whole: dict[str, set[int]] = field(default_factory=dict)
    """Column with the reading time of a sublist → the places where the sublist was whole."""

    @property
    def deleted(self) -> bool:
        """Whether they are stubs of deleted objects."""
        return self.objs[0].get("deleted") is True

    @property
    def not_asked(self) -> frozenset[str]:
        """The paths of what comes only on request, and was not asked for."""
        on_request = self.compiler.resource.on_request
        return frozenset(on_request).difference(self.asked or ()) if on_request else NOTHING

    @property
    def hidden(self) -> frozenset[str]:
        """The fields that say nothing where they have no value. v2 sends null for a field of which
        a part was not asked for."""
        if self.compiler.resource.api == "v1":
            return frozenset(path for path in self.not_asked if "." not in path)
        return frozenset(path.partition(".")[0] for path in self.not_asked)

    @property
    def is_in_full(self) -> bool:
        """Whether they have what a retrieve includes, and no list of theirs can: all that Stripe
        did not refuse."""
        if not self.asked or self.listed or not self.compiler.resource.retrieved_in_full:
            return False
        retrieve = self.compiler.resource.retrieve
        return retrieve is not None and not self.asked.isdisjoint(retrieve.include)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields of the objects."""
        return tuple(self.objs[0])


class Groups:
    """The groups of an answer.

    They refer to nothing that refers to them. So an answer leaves memory at once, and not only when
    the garbage collector looks for circles.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[Any, ...], Group] = {}

    def add(
        self,
        compiler: RowCompiler,
        objs: Iterable[Mapping[str, Any]],
        account_id: str,
        observed: bool,
        parent: Parent | None = None,
        parent_ids: Iterable[str] = repeat(""),
        positions: Iterable[int] = repeat(0),
        *,
        listed: bool = False,
        asked: Asked = None,
    ) -> None:
        """Adds objects that have ids to the groups.

        Parameters: parent_ids, positions: the place of each object below `parent`.
        """
        below = parent if compiler.has_parent else None
        group, names, was_deleted = None, (), False
        for obj, parent_id, position in zip(objs, parent_ids, positions, strict=False):
            fields, deleted = tuple(obj), obj.get("deleted") is True
            # Nearly every object has the fields of the one before it.
            if group is None or fields != names or deleted != was_deleted:
                key = (compiler, observed, listed, below, deleted, asked, fields)
                names, was_deleted = fields, deleted
                group = self._groups.get(key)
                if group is None:
                    group = Group(compiler, observed, listed, below, None if deleted else asked)
                    self._groups[key] = group
            own_id = account_id if compiler.singleton else obj["id"]
            group.objs.append(obj)
            group.ids.append(own_id)
            group.account_ids.append(own_id if compiler.self_owned else account_id)
            group.parent_ids.append(parent_id)
            group.positions.append(position)

    def take(self) -> Group | None:
        """Removes the next group and returns it. None where no group is left."""
        return self._groups.pop(next(iter(self._groups))) if self._groups else None
