"""Copies of a record. A benchmark has a million, so what they share is kept and rendered once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stripe_assets.sandbox.objects.store import Body, Record


@dataclass(frozen=True, slots=True)
class RenderedTemplate:
    """The JSON of a template, with gaps for the fields that differ in each copy."""

    version: int
    """The store's version when it was made."""
    pieces: tuple[tuple[bytes, str], ...]
    """(the JSON before a gap, the field that fills the gap)."""
    end: bytes
    """The JSON after the last gap."""
    rendered: frozenset[str]
    """The fields of gaps that hold other objects."""


@dataclass(slots=True, eq=False)
class Template:
    record: Record
    by_tree: dict[tuple[str, ...], RenderedTemplate] = field(default_factory=dict)
    """The key of what is expanded → its JSON."""


class Copy(Record):
    """A record like its template, with its own id and a few other fields.

    It takes a tenth of a record's memory until it is changed.
    """

    __slots__ = ("_own", "changes", "template")

    def __init__(self, template: Template, id: str, created: int, changes: dict[str, Any]) -> None:
        self.template, self.changes, self._own = template, changes, None
        self.resource, self.id, self.created = template.record.resource, id, created
        self.parent, self.deleted = None, False

    @property
    def is_like_template(self) -> bool:
        """Whether it still differs from its template in its id, `created` and `changes` alone."""
        return self._own is None and not self.deleted and not self.template.record.deleted

    def own(self, name: str) -> Any:
        """The value of a field, for a copy that is like its template."""
        if name == "id":
            return self.id
        if name == "created":
            return self.created
        return self.changes[name] if name in self.changes else self.template.record.body.get(name)

    @property
    def body(self) -> Body:  # pyright: ignore[reportIncompatibleVariableOverride]
        if self._own is not None:
            return self._own
        shown = {**self.template.record.body, "id": self.id, **self.changes}
        if "created" in shown:
            shown["created"] = self.created
        return shown

    @body.setter
    def body(self, body: Body) -> None:  # pyright: ignore[reportIncompatibleVariableOverride]
        self._own = body

    @property
    def links(self) -> dict[str, str]:  # pyright: ignore[reportIncompatibleVariableOverride]
        return {}

    @property
    def rendered(self) -> dict[tuple[str, ...], tuple[int, bytes]]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """Always empty: a million copies would keep too much."""
        return {}
