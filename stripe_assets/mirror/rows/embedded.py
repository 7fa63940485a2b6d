"""Embedded objects: a field of an answer has the whole object in place of its id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stripe_assets.catalog.model import Field
from stripe_assets.mirror.rows.compiled import RowCompilers
from stripe_assets.mirror.rows.group import Group, Groups, asked_below
from stripe_assets.mirror.rows.json_paths import at_path, id_of
from stripe_assets.mirror.tables.values import Misfit


class Embedded:
    """Takes embedded objects, each once. They become rows through `groups`."""

    def __init__(self, compilers: RowCompilers, platform_id: str | None, groups: Groups) -> None:
        self._compilers = compilers
        self._platform_id = platform_id
        self._groups = groups
        self._taken: set[tuple[str, str, str]] = set()
        """Resource, account, id."""

    def take(self, field: Field, obj: Mapping[str, Any], group: Group, place: int) -> None:
        """Takes an object that a field has in place of an id.

        Its row is a fill, or an observation where no route returns such objects. Raises Misfit
        where the object has no id, or no model of the catalog can keep it.
        """
        own_id = obj.get("id")
        if type(own_id) is not str or not own_id:
            raise Misfit
        if obj.get("deleted") is True:
            return
        compiler = self._compilers.of_object(obj, field.targets)
        if compiler is None:
            raise Misfit(own_id if field.kind == "reference" else None)
        account_id = self._owner_of(field, group, place)
        if account_id is None:
            return
        key = (compiler.resource.name, account_id, own_id)
        if key not in self._taken:
            self._taken.add(key)
            observed = group.observed and compiler.authority
            asked = asked_below(group.asked, *field.path) if observed else None
            self._groups.add(compiler, [obj], account_id, observed, asked=asked)

    def _owner_of(self, field: Field, group: Group, place: int) -> str | None:
        """The account that owns the row of a reference. None where the answer does not say it."""
        if field.owner == "platform":
            return self._platform_id
        if field.owner.startswith("field:"):
            return id_of(at_path(group.objs[place], tuple(field.owner[6:].split("."))))
        return group.account_ids[place]
