"""Records like another one, of which there may be a million: what they have in common is kept, and rendered, once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from stripe_assets.sandbox.objects.store import Body, Record


@dataclass(frozen=True, slots=True)
class Mould:
    """A template as JSON, in pieces between the fields that a copy has of its own."""

    version: int
    """The store's when it was made."""
    pieces: tuple[tuple[bytes, str], ...]
    """What stands before a field of the copy's own, and the field."""
    end: bytes
    rendered: frozenset[str]
    """Those of these fields that hold other objects."""


@dataclass(slots=True, eq=False)
class Template:
    record: Record
    moulds: dict[tuple[str, ...], Mould] = field(default_factory=dict)
    """By what was to be expanded."""


class Copy(Record):
    """A record like another, with an id and a few fields of its own. Costs a tenth of a record until it is changed."""

    __slots__ = ("_own", "changes", "template")

    def __init__(self, template: Template, id: str, created: int, changes: dict[str, Any]) -> None:
        self.template, self.changes, self._own = template, changes, None
        self.resource, self.id, self.created = template.record.resource, id, created
        self.parent, self.deleted = None, False

    @property
    def alike(self) -> bool:
        """Whether it still differs from its template by nothing but `changes`."""
        return self._own is None and not self.deleted and not self.template.record.deleted

    def own(self, name: str) -> Any:
        """A field of one that is alike."""
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
        """Nothing is kept: there may be a million."""
        return {}
