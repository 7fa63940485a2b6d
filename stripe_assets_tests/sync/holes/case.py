"""What a fault is given: a request, its true answer, and what the fault remembers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stripe_assets_tests.sync.holes.asked import Asked
from stripe_assets_tests.sync.holes.server import Answer


@dataclass(frozen=True, slots=True)
class Case:
    asked: Asked
    true: Answer
    ask: Callable[[Asked], Answer]
    """Returns the true answer to another request."""
    pick: int = 0
    """A number that chooses: among items, among expansions."""
    memory: dict[str, Any] = field(default_factory=dict)
    """It stays the same for all answers of one fault."""

    @property
    def page(self) -> dict[str, Any] | None:
        """The body, where the true answer is a page of a list."""
        body = self.true.json() if self.asked.is_list and self.true.status == 200 else None
        return body if isinstance(body, dict) and isinstance(body.get("data"), list) else None

    @property
    def v1(self) -> bool:
        return self.asked.path.startswith("/v1/")

    def item(self, page: dict[str, Any]) -> int | None:
        """Which item of a page is chosen. None: the page has none."""
        return self.pick % len(page["data"]) if page["data"] else None


Lie = Callable[[Case], Answer | None]
"""Makes a false answer of the true one. None: there is nothing here that it could change."""
