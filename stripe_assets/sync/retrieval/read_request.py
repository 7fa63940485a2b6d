"""An object that is to be read in its present state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from stripe_assets.mirror import ObjectRef


@dataclass(frozen=True, slots=True)
class ReadRequest:
    ref: ObjectRef
    created: datetime | None = None
    """When the object was created, where that is known."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """What its retrieve route needs besides the id: placeholder → value."""
    nested: frozenset[str] = frozenset()
    """The models whose nested lists are read with it."""
    about_nested: bool = False
    """The events are about these lists. Only a retrieve reads them, and no list of the object."""

    @property
    def may_be_listed(self) -> bool:
        """Whether a list of the object will do."""
        return not self.parents and not self.about_nested
